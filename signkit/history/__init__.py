"""What changed between the revisions of a PDF, in words and pictures: one module for each kind of change."""
