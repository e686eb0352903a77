"""SignKit: contracts rendered from templates, signed with their parties' own keys, provable for decades.

The library in one call: `validate` judges the signatures of a file.  Everything else is reached through its room:
``signkit.contracts`` renders, ``signkit.signers`` opens keys, ``signkit.signing`` signs, ``signkit.validation`` judges.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from signkit.version import __version__

if TYPE_CHECKING:
    from pathlib import Path

    from signkit.validation.options import ValidationOptions
    from signkit.validation.report import Report

__all__ = ["__version__", "validate"]


def validate(path: str | Path, options: ValidationOptions | None = None) -> Report:
    """Judge the signatures of a PDF or CMS file; whatever the file holds, a report comes back.

    Args:
        path: the file.
        options: policy, trust anchors, moment, offline and so on; the defaults trust JPKI's CAs alone and ask no
            service on the network.
    """
    from pathlib import Path

    from signkit.validation.api import validate_file

    return validate_file(Path(path), options)
