"""What a later revision of a signed PDF did, and whether the document's rules allow it."""
