"""Where contracts stand: who has signed, whose turn it is."""
