"""From the files of other systems to checked, typed rows: contracts, adapters, readers, loading, and the ledger."""
