"""Certificate paths and revocation (ETSI EN 319 102-1 5.2): is a certificate believable at a moment, and why not.

``known`` reads certificates, lists and OCSP responses once; ``pool`` holds what is at hand; ``judge`` decides, in the
ordinary case by ``ordinary``, in every other by ``engine`` (pyHanko's certificate validator).
"""
