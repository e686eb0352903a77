"""The format of signatures: CMS SignedData (RFC 5652) with its content and timestamps.  Judges no trust."""
