"""Where a private key lives: one file a kind, behind one `Signer` protocol.  Knows nothing of PDF."""
