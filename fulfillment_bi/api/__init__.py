"""The HTTP API, read only: everything the pages know, for programs, notebooks, spreadsheets and agents."""
