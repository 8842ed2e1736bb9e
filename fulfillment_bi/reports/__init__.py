"""Files: the same answers as the screen, as CSV, XLSX, PNG and PDF."""
