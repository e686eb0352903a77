"""What differs between two states of a PDF, in words: one module for each kind of thing that can change."""
