"""A rehearsal PKI shaped like the real one: CAs, cards, a timestamp service, OCSP and CRL, all in one process.

Every certificate says ``O=SignKit Rehearsal``.  Nothing trusts it unless the user names it with ``--trust``.
"""
