"""Appending updates to a PDF that comes from anywhere."""
