"""The format PDF (ISO 32000-2): reading, form, signatures, the contract inside, what changed, writing.  No verdicts."""
