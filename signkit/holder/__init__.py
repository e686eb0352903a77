"""Who holds the card: authentication, touch without a PIN, genuineness.  Knows nothing of PDF."""
