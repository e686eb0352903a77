"""A corpus of signed files that the project makes itself: honest shapes and hostile ones, each with what must hold.

`python -m tests.corpus FOLDER` writes it, with ``expectations.jsonl`` in the form of the strangers' corpus (see
`tests.corpus.expectations`).  What is expected follows from how a file was made and is never asked of the judge: the
signatures are put together by `tests.validation.pki` or, for the levels with evidence and containers, by
`signkit.signing`.
"""
