"""Judging signatures: what was signed, is it intact, what changed since, can it be trusted, and when was it made."""
