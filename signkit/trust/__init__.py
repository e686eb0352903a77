"""Whom we believe, what revocation says, and what time it was.  Knows nothing of PDF."""
