"""Who accepts what: files that SignKit makes before strangers' programs, and strangers' files before SignKit.

``python -m tests.interop`` prints the matrix (docs/reference/interop.md); ``test_matrix.py`` holds every cell to it.
"""
