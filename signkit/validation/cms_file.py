"""Judging a CMS file (.p7m, .p7s): attached content, or content in a file beside it."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

from signkit.validation import cms
from signkit.validation.changes import Judgement, Level
from signkit.validation.evidence import signed_data_pool
from signkit.validation.integrity import Checked
from signkit.validation.limits import LimitExceeded
from signkit.validation.options import ValidationOptions
from signkit.validation.pdf import Judge, unreadable
from signkit.validation.report import Report, Verdict, worst
from signkit.validation.trust_judgement import Pool

#: Content inside or beside a CMS is signed as a whole; nothing can be added to it.
_UNCHANGED = Judgement(Level.NONE, True)


def validate_cms(data: bytes, *, name: str, options: ValidationOptions, content: bytes | None = None) -> Report:
    """Judge a CMS file given as DER, BER or PEM bytes; ``content`` is what a detached signature signs.

    Whatever the bytes are, a report comes back, never an exception.
    """
    blank = Report(
        name, hashlib.sha256(data).hexdigest(), "cms", Verdict.UNREADABLE, options.moment(), options.policy.name
    )
    try:
        if len(data) > options.limits.bytes:
            raise LimitExceeded("bytes", options.limits.bytes)
        return _judged(cms.load(_der(data)), content, options, blank)
    except LimitExceeded as error:
        return unreadable(blank, "limit", detail=str(error))
    except cms.NotCms as error:
        return unreadable(blank, "malformed", detail=str(error).splitlines()[0])
    except (RecursionError, MemoryError) as error:
        return unreadable(blank, "limit", detail=type(error).__name__)
    except Exception as error:  # the last line of defence: a defect of ours must not stop a batch
        return unreadable(blank, "internal", detail=type(error).__name__)


def _der(data: bytes) -> bytes:
    from asn1crypto import pem

    return bytes(pem.unarmor(data)[2]) if data.lstrip()[:11] == b"-----BEGIN " else data


def _judged(signed_data: Any, content: bytes | None, options: ValidationOptions, blank: Report) -> Report:
    attached = cms.encapsulated(signed_data)
    parts = attached if attached is not None else (content,) if content is not None else None
    signers = cms.signers(signed_data, parts)
    if not signers:
        return unreadable(blank, "not-signed")
    pool: Pool = signed_data_pool(signed_data)
    for signer in signers:
        for token in signer.timestamps:
            if token.signed_data is not None:
                pool += signed_data_pool(token.signed_data)
    judge = Judge(options, pool)
    reports = [
        judge.signature(Checked(None, signer, problems=signer.problems), _UNCHANGED, None, _level(signer), "approval")
        for signer in signers
    ]
    return replace(blank, verdict=worst([item.verdict for item in reports]), signatures=tuple(reports))


def _level(signer: cms.Signer) -> str:
    """The level that the CMS holds material for (EN 319 122-1 6.3)."""
    if signer.ess != "present":
        return "unknown"
    if not signer.timestamps:
        return "CAdES-B-B"
    if signer.has_archive:
        return "CAdES-B-LTA"
    return "CAdES-B-LT" if signer.has_revocation else "CAdES-B-T"
