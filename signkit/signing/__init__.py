"""Making signatures: CMS, PAdES levels, the seal, evidence.  Knows nothing of templates' content."""
