"""The formats of a report, one file each; all are made from the same value."""
