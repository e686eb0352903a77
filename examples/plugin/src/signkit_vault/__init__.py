"""A plug-in of SignKit to begin from."""
