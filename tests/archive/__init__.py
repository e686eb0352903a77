"""The ledger of what is kept."""
