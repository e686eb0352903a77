"""What a contract's contents are held against: the items of a template's law file, and what they are reckoned with.

``law_file`` reads the items, ``findings`` holds a contract's data against them, the other modules are the functions
that the items' expressions may call.
"""
