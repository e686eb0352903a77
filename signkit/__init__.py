"""SignKit: contracts rendered from templates, signed with their parties' own keys, provable for decades."""

__version__ = "0.1.0"
