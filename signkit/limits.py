"""How large a file may be, and how much a single one may cost: everything incoming is hostile until judged."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field

from signkit.words import Text

#: The largest file of each kind, in bytes.  Whoever reads one takes its bound from here, so that what one command
#: writes another can judge.  Contents that CMS files and containers sign are streamed and may be of any size.
PDF_BYTES = 512 * 1024 * 1024
CRL_BYTES = 200_000_000
OCSP_BYTES = 100_000
TIMESTAMP_ANSWER_BYTES = 100_000
CERTIFICATE_FILE_BYTES = 1_000_000
KEY_FILE_BYTES = 1_000_000
POLICY_BYTES = 1_000_000
TRUST_LIST_BYTES = 50_000_000
TEMPLATE_FILE_BYTES = 1_000_000
REQUEST_BYTES = 1_000_000
CONTRACT_DATA_BYTES = 1_000_000
PUBLIC_KEYS_BYTES = 100_000
PROOF_BYTES = 65_536
SEAL_IMAGE_BYTES = 300_000
WORD_BYTES = 10_000_000
PICTURED_BYTES = 64 * 1024 * 1024


#: What there may be so much of; of anything else the words are its name.
_WORDS = {
    "bytes": Text("more than {size}", "{size} まで"),
    "decoded bytes": Text("more than {size} when unpacked", "展開後 {size} まで"),
    "bytes in a decoded stream": Text("more than {size} in one unpacked stream", "1つのストリームは展開後 {size} まで"),
    "unpacked bytes": Text("more than {size} when unpacked", "展開後 {size} まで"),
    "seconds": Text("more than {count} seconds", "{count} 秒まで"),
    "objects": Text("more than {count} objects", "オブジェクト {count} 個まで"),
    "revisions": Text("more than {count} revisions", "{count} 版まで"),
    "signatures": Text("more than {count} signatures", "署名 {count} 個まで"),
    "pages": Text("more than {count} pages", "{count} ページまで"),
    "attached files": Text("more than {count} attached files", "添付ファイル {count} 個まで"),
    "form fields": Text("more than {count} form fields", "フォームの欄 {count} 個まで"),
    "members": Text("more than {count} members", "{count} 件まで"),
}
_OUT_OF_MEMORY = Text("more memory than this machine gives", "使えるメモリーを超えます")
_TOO_DEEP = Text("it is nested too deeply", "入れ子が深すぎます")


def size_in_words(count: float) -> str:
    """Return a number of bytes as people say it: 64 MB, 100 kB, 10 bytes."""
    for unit, size in (("GB", 1024**3), ("MB", 1024**2), ("GB", 10**9), ("MB", 10**6), ("kB", 1024), ("kB", 1000)):
        if count >= size and count % size == 0:
            return f"{count / size:,.0f} {unit}"
    return f"{count:,.0f} bytes"


def exhaustion(error: RecursionError | MemoryError) -> Text:
    """Return what a file asked for that this process does not have."""
    return _OUT_OF_MEMORY if isinstance(error, MemoryError) else _TOO_DEEP


class LimitExceeded(Exception):
    """A file asks for more than it may have; the file is then UNREADABLE, never half judged."""

    def __init__(self, name: str, allowed: float) -> None:
        self.name = name
        self.allowed = allowed
        super().__init__(self.words.en)

    @property
    def words(self) -> Text:
        """How much there may be of what, for people."""
        text = _WORDS.get(self.name, Text(f"more than {{count}} {self.name}", f"{self.name} {{count}} まで"))
        return text.filled(count=f"{self.allowed:,g}", size=size_in_words(self.allowed))

    def __reduce__(self) -> tuple[type[LimitExceeded], tuple[str, float]]:
        return type(self), (self.name, self.allowed)


@dataclass(frozen=True)
class Limits:
    """Bounds for one file.

    Attributes:
        bytes: size of the file.
        objects: objects listed by all cross-reference sections together.
        depth: nesting of arrays and dictionaries, and of page, field and structure trees.
        revisions: cross-reference sections that follow one another.
        signatures: signatures and document timestamps.
        decoded_bytes: size of one decoded stream (against decompression bombs).
        decoded_total: size of all decoded streams together.
        seconds: processor time for the whole file; checked between steps.
    """

    bytes: int = PDF_BYTES
    objects: int = 2_000_000
    depth: int = 200
    revisions: int = 10_000
    signatures: int = 1_000
    decoded_bytes: int = 64 * 1024 * 1024
    decoded_total: int = 256 * 1024 * 1024
    seconds: float = 60.0


@dataclass
class Meter:
    """What one file has used so far; shared by everything that reads it.

    Attributes:
        started: when its reading began, by the clock.
        worked: what the thread that reads it had worked before, seconds of the processor.
    """

    limits: Limits
    started: float = field(default_factory=time.monotonic)
    decoded: int = 0
    _thread: int = field(default_factory=threading.get_ident)
    worked: float = field(default_factory=time.thread_time)

    def check_time(self) -> None:
        """Raise LimitExceeded once the file's time is up.

        What counts is the thread's own work: that the machine was busy, or a service was slow, is not the file's doing.
        The clock, which never goes slower, is asked first: that costs next to nothing.
        """
        if time.monotonic() - self.started > self.limits.seconds and self._work() >= self.limits.seconds:
            raise LimitExceeded("seconds", self.limits.seconds)

    def _work(self) -> float:
        """Seconds of the processor so far, or of the clock where another thread reads the file than began it."""
        if threading.get_ident() != self._thread:
            return time.monotonic() - self.started
        return time.thread_time() - self.worked

    def add_decoded(self, count: int) -> None:
        """Account for ``count`` decoded bytes."""
        self.decoded += count
        if self.decoded > self.limits.decoded_total:
            raise LimitExceeded("decoded bytes", self.limits.decoded_total)
