"""What answers browsers and programs: the desk on a person's own machine, the service, its office and its agents.

It decides nothing of contracts, signatures or verdicts.
"""
