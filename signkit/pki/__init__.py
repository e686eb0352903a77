"""X.509 for everyone: algorithms, names, anchors, chains, paths, revocation, time.  Knows no PDF and no CMS files."""
