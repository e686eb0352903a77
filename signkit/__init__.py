"""SignKit: contracts rendered from templates, signed with their parties' own keys, provable for decades.

The library in two calls: `validate` judges the signatures of a file, `validate_many` those of many.  Everything else is
reached through its room:
``signkit.contracts`` renders, ``signkit.signers`` opens keys, ``signkit.signing`` signs, ``signkit.validation`` judges.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from signkit.version import __version__

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Iterator
    from concurrent.futures import Executor
    from pathlib import Path

    from signkit.validation.options import ValidationOptions
    from signkit.validation.report import Report

__all__ = ["__version__", "validate", "validate_many"]


def validate(path: str | Path, options: ValidationOptions | None = None) -> Report:
    """Judge the signatures of a PDF or CMS file; whatever the file holds, a report comes back.

    Args:
        path: the file; as str also a URL that fsspec opens (extra ``cluster``).
        options: policy, trust anchors, moment, offline and so on; the defaults trust JPKI's CAs alone and ask no
            service on the network.
    """
    from signkit.validation.api import validate_file

    return validate_file(path, options)


def validate_many(
    paths: Iterable[str | os.PathLike[str]],
    options: ValidationOptions | None = None,
    *,
    executor: Executor | None = None,
    jobs: int | None = None,
) -> Iterator[Report]:
    """Judge files, folders, globs, archives and URLs; yield each report as it is done, in no particular order.

    Args:
        paths: what to judge; may be endless.
        options: as for `validate`.
        executor: who does the work (threads, Dask's ``Client.get_executor()``, …) instead of own worker processes.
        jobs: how many workers; None: one a core; 0: this process alone, in the order of ``paths``.
    """
    from signkit.reporting.batch import validate_many as validate_them

    return validate_them(paths, options, executor=executor, jobs=jobs)
