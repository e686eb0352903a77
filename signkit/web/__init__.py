"""What answers a browser: the desk on a person's own machine.

It decides nothing of contracts, signatures or verdicts.
"""
