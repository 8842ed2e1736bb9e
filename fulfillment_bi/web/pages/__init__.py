"""One file a page: its tiles, its layout."""
