"""Was a certificate revoked: where answers come from, and for whom an answer speaks (RFC 5280 6.3, RFC 6960)."""
