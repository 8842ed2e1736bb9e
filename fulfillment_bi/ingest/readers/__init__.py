"""Readers: the bytes of a file as batches of text rows, each with its line in the file.

`open_source` looks at the content, not at the name, and picks the reader.
"""
