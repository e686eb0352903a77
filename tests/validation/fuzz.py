"""Breaking signed files at random, and what must hold of every verdict on them.

    python tests/validation/fuzz.py --seconds 300 [--seed N] [--keep FOLDER]

``test_fuzz.py`` runs the same briefly.  For every mutated file:

- a report comes back, never an exception, and never the error ``internal``;
- TOTAL-PASSED is said only where a reader gets what was signed: the bytes that the first signature signs stand where
  they stood, and an independent reader (pypdf) finds the same page contents, resources and signed appearances.  For
  anything else that a file may hold (white space, unsigned parts of a CMS, evidence, padding of /Contents) a pass is
  right;
- where the report says that nothing was changed but evidence, that reader finds the same annotations and values too.
"""

from __future__ import annotations

import argparse
import hashlib
import logging
import random
import re
import sys
import time
import warnings
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import pypdf
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, StreamObject

from signkit.validation.api import validate_cms, validate_pdf
from signkit.validation.options import ValidationOptions
from signkit.validation.report import Report, Verdict
from tests.validation import pdfs, pki
from tests.validation.test_trust import add_document_timestamp, add_store

logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it speaks of every damage that it mends

Number = Callable[[int], int]
"""Chooses a number from 0 to below the one given: ``random.randrange``, or hypothesis."""


@dataclass(frozen=True)
class Seed:
    """A good file of one level; ``signed`` is how many bytes at its start and behind its gap are signed."""

    name: str
    data: bytes
    kind: str = "pdf"

    def signed_parts(self) -> list[tuple[int, bytes]]:
        numbers = re.search(rb"/ByteRange \[(\d+) (\d+) (\d+) (\d+)", self.data)
        assert numbers
        a, b, c, d = map(int, numbers.groups())
        return [(a, self.data[a : a + b]), (c, self.data[c : c + d])]


CONTENT = b"Pay 100 yen to Hanako. " * 5


def make_seeds() -> tuple[list[Seed], ValidationOptions]:
    """One file of every level, all of them TOTAL-PASSED, and the options that say so."""
    ca = pki.authority()
    signer, tsa = pki.issue(ca), pki.timestamp_authority(ca)

    def cms(content: bytes, **changes: object) -> bytes:
        return pki.signed_data(content, signer, **changes)

    def stamped(content: bytes) -> bytes:
        return cms(content, stamp=lambda value: pki.timestamp_token(value, tsa))

    plain, timed = pdfs.sign(pdfs.build(), cms), pdfs.sign(pdfs.build(), stamped)
    lists = [pki.revocation_list(ca)]
    stored = add_store(timed, [ca.der], [pki.status_response(ca, signer)], lists)
    sealed = add_document_timestamp(stored, tsa, time=pki.NOW + timedelta(seconds=5))
    legacy = pdfs.sign(pdfs.build(), lambda content: cms(content, ess=False), sub_filter=b"adbe.pkcs7.detached")
    seeds = [
        Seed("B-B", plain),
        Seed("B-T", timed),
        Seed("B-LT", stored),
        Seed("B-LTA", sealed),
        Seed("PKCS7", legacy),
        Seed("CMS", cms(CONTENT, encapsulate=CONTENT), "cms"),
    ]
    return seeds, ValidationOptions(trust=pki.trust(ca), at=pki.NOW + timedelta(hours=1), offline=True)


# --- mutations -----------------------------------------------------------------------------------------------

_TOKENS = [
    b"/Contents", b"/ByteRange", b"/Type", b"/Sig", b"/AcroForm", b"/Fields", b"/Kids", b"/Prev", b"/Root", b"/Annots",
    b"/DSS", b"/Length", b"/FT", b"/V", b"/T", b"/AP", b"/Filter", b"/SubFilter", b"/Rect", b"/Resources", b"/Font",
    b"endobj", b"endstream", b"stream", b"startxref", b"trailer", b"xref", b"%%EOF", b"0 R", b"obj", b"<<", b">>", b"[",
    b"]", b"(", b")", b"<", b">", b"%", b"\n", b" ", b"null", b"1 0 R", b"2 0 R", b"4 0 R", b"20 0 R", b"-1", b"0",
    b"99999999999", b"\x30\x80", b"\x00",
]  # fmt: skip
_NUMBER = re.compile(rb"\d+")


def mutate(data: bytes, number: Number) -> bytes:
    """One change, chosen by ``number``."""
    if not data:
        return data
    kind, at = number(9), number(len(data))
    if kind == 0:
        return data[:at] + bytes([number(256)]) + data[at + 1 :]
    if kind == 1:
        return data[:at] + data[at + 1 + number(40) :]
    if kind == 2:
        return data[:at] + _TOKENS[number(len(_TOKENS))] + data[at:]
    if kind == 3:  # the same length, so that offsets stay right
        token = _TOKENS[number(len(_TOKENS))]
        return data[:at] + token + data[at + len(token) :]
    if kind == 4:
        size, to = number(400), number(len(data))
        return data[:to] + data[at : at + size] + data[to:]
    if kind == 5:
        return data[:at]
    if kind == 6:
        return _other_number(data, at, number)
    return _swapped_token(data, at, number) if kind == 7 else _appended(data, number)


def _other_number(data: bytes, at: int, number: Number) -> bytes:
    match = _NUMBER.search(data, at)
    if match is None:
        return data
    width = len(match[0])
    value = b"%0*d" % (width, number(10 ** min(width, 9)))
    return data[: match.start()] + value + data[match.end() :]


def _swapped_token(data: bytes, at: int, number: Number) -> bytes:
    """Another token in the place of one that stands there."""
    token = _TOKENS[number(20)]
    place = data.find(token, at)
    if place < 0:
        return data
    other = _TOKENS[number(20)]
    return data[:place] + other.ljust(len(token))[: len(token)] + data[place + len(token) :]


def _appended(data: bytes, number: Number) -> bytes:
    """A proper revision that gives an object the value of another one, changed a little."""
    starts = re.findall(rb"startxref\s+(\d+)", data)
    bodies = re.findall(rb"\d+ 0 obj\n(.{2,3000}?)\nendobj", data, re.DOTALL)
    if not starts or not bodies:
        return data
    body = bodies[number(len(bodies))]
    body = _other_number(body, number(len(body)), number) if number(2) else body
    return pdfs.update(data, {1 + number(45): body})


# --- what must hold ------------------------------------------------------------------------------------------


class Broken(AssertionError):
    """A verdict that may not be."""


def judge(seed: Seed, data: bytes, options: ValidationOptions) -> Report:
    if seed.kind == "cms":
        return validate_cms(data, name="x.p7m", options=options)
    return validate_pdf(data, name="x.pdf", options=options)


def examine(seed: Seed, data: bytes, options: ValidationOptions) -> Report:
    """Judge a mutated file and check what must hold.

    Raises:
        Broken: it does not.
    """
    report = judge(seed, data, options)
    if report.error is not None and report.error.code == "internal":
        raise Broken(f"internal: {report.error.message.en}")
    if report.verdict is not Verdict.PASSED or data == seed.data:
        return report
    if seed.kind == "cms":
        if CONTENT not in data:
            raise Broken("passed, and the signed content is not there")
        return report
    for at, part in seed.signed_parts():
        if data[at : at + len(part)] != part:
            raise Broken("passed, and signed bytes are others")
    _compare(seed, data, report)
    return report


def _compare(seed: Seed, data: bytes, report: Report) -> None:
    first = report.signatures[0]
    try:
        seen, meant = look(data), look(seed.data)
    except Exception as error:  # a file that the other reader cannot open shows nothing wrong
        if first.coverage == "whole-file":
            return
        raise Broken(f"passed, and pypdf cannot read it: {error!r}") from error
    if seen.pages != meant.pages:
        raise Broken("passed, and pages differ")
    if first.changes_after in ("none", "evidence") and seen.form != meant.form:
        raise Broken("passed as unchanged, and annotations or values differ")


@dataclass(frozen=True)
class Look:
    """What an independent reader finds, as digests."""

    pages: str
    form: str


def look(data: bytes) -> Look:
    """Read a file with pypdf."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        reader = pypdf.PdfReader(BytesIO(data))
        pages, form = [], []
        for page in reader.pages:
            parts = {key: page.get(key) for key in ("/Contents", "/Resources", "/MediaBox", "/CropBox", "/Rotate")}
            pages += [f"{key}:{_told(value)}" for key, value in sorted(parts.items())]
            for item in page.get("/Annots") or []:
                entries = item.get_object()
                if isinstance(entries, DictionaryObject):
                    wanted = ("/Subtype", "/Rect", "/AP", "/T", "/FT", "/A", "/AA", "/Contents")
                    form.append("|".join(f"{key}:{_told(entries.get(key))}" for key in wanted))
                    value = entries.get("/V")
                    if not isinstance(value, IndirectObject):  # signatures are indirect, and judged elsewhere
                        form.append(_told(value))
        form = [item for item in form if "stamp21" not in item]
        return Look(_digest(pages), _digest(form))


def _digest(parts: list[str]) -> str:
    return hashlib.sha256("\n".join(parts).encode("utf-8", "backslashreplace")).hexdigest()


def _told(value: object, depth: int = 0) -> str:
    """A value with its references followed, as text."""
    if isinstance(value, IndirectObject):
        value = value.get_object()
    if depth > 12:
        return "…"
    if isinstance(value, StreamObject):
        inner = {key: item for key, item in value.items() if key not in ("/Length", "/Filter", "/DecodeParms")}
        return f"stream({_told(DictionaryObject(inner), depth + 1)},{hashlib.sha256(value.get_data()).hexdigest()})"
    if isinstance(value, dict):
        kept = sorted((key, item) for key, item in value.items() if key not in ("/P", "/Parent"))
        return "<<" + " ".join(f"{key} {_told(item, depth + 1)}" for key, item in kept) + ">>"
    if isinstance(value, ArrayObject):
        return "[" + " ".join(_told(item, depth + 1) for item in value) + "]"
    if isinstance(value, float | int) and not isinstance(value, bool):
        return f"{float(value):g}"
    return "null" if value is None or type(value).__name__ == "NullObject" else repr(value)


# --- by hand -------------------------------------------------------------------------------------------------


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--keep", type=Path, default=Path("fuzz-findings"))
    options = parser.parse_args()
    start = options.seed if options.seed is not None else time.time_ns() % 1_000_000_000
    seeds, validation = make_seeds()
    verdicts: Counter[str] = Counter()
    slowest, findings, ends = 0.0, 0, time.monotonic() + options.seconds
    count = 0
    while time.monotonic() < ends:
        chooser = random.Random(start + count)
        count += 1
        seed = seeds[chooser.randrange(len(seeds))]
        data = seed.data
        for _ in range(chooser.choice((1, 1, 1, 2, 3, 6))):
            data = mutate(data, chooser.randrange)
        began = time.monotonic()
        try:
            verdicts[examine(seed, data, validation).verdict] += 1
        except Exception as error:
            findings += 1
            options.keep.mkdir(exist_ok=True)
            (options.keep / f"{seed.name}-{start + count - 1}.bin").write_bytes(data)
            print(f"{seed.name} {start + count - 1}: {error!r}", flush=True)
        slowest = max(slowest, time.monotonic() - began)
    print(f"{count} files from {start}, {dict(verdicts)}, slowest {slowest:.2f} s, findings {findings}")


if __name__ == "__main__":
    main()
