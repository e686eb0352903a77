"""Trust lists of others: ETSI TS 119 612 lists and bundles of certificates, read, checked, and kept."""
