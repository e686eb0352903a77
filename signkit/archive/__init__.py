"""Keeping: a ledger of what was signed, its files, its journal, and when each may go (docs/guides/keeping.md)."""
