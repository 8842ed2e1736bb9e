"""Answers as JSON documents: the one shape that the command line, the HTTP API and agents hand out."""
