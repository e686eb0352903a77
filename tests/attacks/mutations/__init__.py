"""Everything that can be done to a signed file, entered in one register."""

from __future__ import annotations

from tests.attacks.mutations import (
    catalog,
    comments,
    decoders,
    endings,
    forms,
    mended,
    notes,
    objects,
    pages,
    quiet,
    references,
    roles,
    secrets,
    shadows,
    sheets,
    spoken,
    syntaxes,
)
from tests.attacks.mutations.attack import MUTATIONS, Attack, Mutation

__all__ = [
    "MUTATIONS", "Attack", "Mutation", "catalog", "comments", "decoders",
    "endings", "forms", "mended", "notes", "objects", "pages",
    "quiet", "references", "roles", "secrets", "shadows", "sheets", "spoken", "syntaxes",
]  # fmt: skip
