"""Command and response APDUs in their short form (ISO/IEC 7816-4 5.1), and what the status words mean."""

from __future__ import annotations

from dataclasses import dataclass

from signkit.errors import CardAnswerInvalid, CardRefused
from signkit.words import Text

# ISO/IEC 7816-4: SELECT, VERIFY, CHANGE REFERENCE DATA, READ BINARY, GET RESPONSE; 7816-8: PERFORM SECURITY OPERATION.
SELECT = 0xA4
VERIFY = 0x20
CHANGE_REFERENCE_DATA = 0x24
READ_BINARY = 0xB0
GET_RESPONSE = 0xC0
COMPUTE_SIGNATURE = 0x2A

#: Instructions whose command data is a secret.
SECRET_INSTRUCTIONS = frozenset({VERIFY, CHANGE_REFERENCE_DATA})

# ISO/IEC 7816-4:2005 5.1.3, status bytes SW1-SW2.
OK = 0x9000
END_OF_FILE_REACHED = 0x6282
WRONG_LENGTH = 0x6700
SECURITY_NOT_SATISFIED = 0x6982
BLOCKED = 0x6983
REFERENCE_DATA_UNUSABLE = 0x6984
CONDITIONS_NOT_SATISFIED = 0x6985
NO_CURRENT_FILE = 0x6986
WRONG_DATA = 0x6A80
FILE_NOT_FOUND = 0x6A82
WRONG_PARAMETERS = 0x6A86
OFFSET_OUTSIDE_FILE = 0x6B00
INSTRUCTION_UNKNOWN = 0x6D00
CLASS_UNKNOWN = 0x6E00

_MEANINGS = {
    OK: Text("done", "正常終了"),
    END_OF_FILE_REACHED: Text("end of file", "ファイルの終わり"),
    0x6300: Text("verification failed", "照合に失敗"),
    WRONG_LENGTH: Text("wrong length", "長さが不正"),
    0x6900: Text("command not allowed", "許可されないコマンド"),
    0x6981: Text("wrong kind of file", "ファイルの種類が不一致"),
    SECURITY_NOT_SATISFIED: Text("PIN needed first", "暗証番号の確認が必要"),
    BLOCKED: Text("blocked", "ロックされている"),
    REFERENCE_DATA_UNUSABLE: Text("blocked", "ロックされている"),
    CONDITIONS_NOT_SATISFIED: Text("conditions not satisfied", "使用条件を満たしていない"),
    NO_CURRENT_FILE: Text("no file selected", "ファイルが選択されていない"),
    WRONG_DATA: Text("wrong data", "データが不正"),
    0x6A81: Text("function not supported", "対応していない機能"),
    FILE_NOT_FOUND: Text("file or application not found", "ファイルまたはアプリケーションがない"),
    WRONG_PARAMETERS: Text("wrong parameters", "パラメーターが不正"),
    0x6A88: Text("key not found", "鍵がない"),
    OFFSET_OUTSIDE_FILE: Text("offset outside the file", "ファイルの範囲外"),
    INSTRUCTION_UNKNOWN: Text("unknown instruction", "未対応の命令"),
    CLASS_UNKNOWN: Text("unknown class", "未対応のクラス"),
    0x6F00: Text("internal fault", "内部エラー"),
}
_UNKNOWN = Text("unknown status", "不明な状態")


@dataclass(frozen=True, repr=False)
class Command:
    """One command APDU.

    Attributes:
        cla: class byte.
        ins: instruction byte.
        p1: first parameter.
        p2: second parameter.
        data: 0 to 255 bytes; a ``bytearray`` where it is a secret, so that its holder can wipe it.
        le: how many bytes are expected, 1 to 256; None for none.
    """

    cla: int
    ins: int
    p1: int
    p2: int
    data: bytes | bytearray = b""
    le: int | None = None

    @property
    def header(self) -> bytes:
        """The first four bytes, which never hold a secret."""
        return bytes((self.cla, self.ins, self.p1, self.p2))

    @property
    def is_secret(self) -> bool:
        """Whether the data must not be recorded, nor the command be sent twice."""
        return self.ins in SECRET_INSTRUCTIONS and bool(self.data)

    def encode(self) -> bytearray:
        """Return the bytes for the wire, in a buffer that the caller can wipe.

        Raises:
            ValueError: the data or ``le`` does not fit the short form.
        """
        # ISO/IEC 7816-4 5.1: Lc of one byte is 1 to 255, Le of one byte 1 to 256.
        if len(self.data) > 255 or not (self.le is None or 1 <= self.le <= 256):
            raise ValueError("the card speaks short APDUs only")
        size = 4 + (1 + len(self.data) if self.data else 0) + (self.le is not None)
        wire = bytearray(size)  # of its final size at once: growing would leave copies of a secret behind
        wire[:4] = self.header
        if self.data:
            wire[4] = len(self.data)
            wire[5 : 5 + len(self.data)] = self.data
        if self.le is not None:
            # ISO/IEC 7816-4 5.1: an Le of 00 means 256.
            wire[-1] = self.le % 256
        return wire

    def __repr__(self) -> str:
        return f"Command({self.header.hex(' ')}, {len(self.data)} bytes of data, le={self.le})"


@dataclass(frozen=True)
class Response:
    """One response APDU: its data and its status word ``sw`` (SW1 in the high byte)."""

    data: bytes
    sw: int

    @classmethod
    def parse(cls, raw: bytes) -> Response:
        """Split the bytes of an answer.

        Raises:
            CardAnswerInvalid: shorter than a status word, or longer than any short answer.
        """
        # 256 bytes of data and two of status at the most.
        if not 2 <= len(raw) <= 258:
            raise CardAnswerInvalid("answer", f"{len(raw)} bytes")
        return cls(bytes(raw[:-2]), int.from_bytes(raw[-2:], "big"))

    def expect_ok(self, step: str) -> bytes:
        """Return the data, or raise CardRefused naming ``step``."""
        if self.sw != OK:
            raise refusal(step, self.sw)
        return self.data


def refusal(step: str, sw: int) -> CardRefused:
    """Return the error for the status word ``sw`` at ``step``."""
    return CardRefused(step, f"{sw:04X}", meaning(sw))


def meaning(sw: int) -> Text:
    """Say what a status word means."""
    return _MEANINGS.get(sw, _UNKNOWN)


def wipe(*buffers: bytearray) -> None:
    """Overwrite secrets with zeros, in place."""
    for buffer in buffers:
        buffer[:] = bytes(len(buffer))
