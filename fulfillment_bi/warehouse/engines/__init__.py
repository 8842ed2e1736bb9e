"""Database engines: one module each, the only importer of its library."""
