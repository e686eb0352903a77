"""The records on an emulated card's face that strangers' tools read; whatever they show is made up.

The order of the objects and the two codes are as jpki/myna reads them (``pin status``, ``text basic-info``,
``visual``).
"""

from __future__ import annotations

import base64
import struct
import zlib

from signkit.card import pin
from signkit.card.contents import FaceContents
from signkit.card.tlv import encode

#: 照合番号A and B of 券面事項確認AP.  A is 個人番号 itself; like ``layout.CODE_A`` it is not among the secrets of
#: `signkit.card.pin`, so that nothing of ours presents it to a card.
FACE_CODE_A = pin.Secret("face-code-a", 0x0013, 15, rb"[0-9]{12}")
FACE_CODE_B = pin.Secret("face-code-b", 0x0012, 15, rb"[0-9]{14}")

#: Stands for the version of an application in its basic information; no real one begins with zeros.
_APPLICATION_INFO = bytes(4)
_CITY = "架空市"
_PICTURE_SIZE = (240, 32)
# A white square of 8 by 8 pixels, JPEG 2000 (ISO/IEC 15444-1).
_PHOTO = base64.b64decode(
    "AAAADGpQICANCocKAAAAFGZ0eXBqcDIgAAAAAGpwMiAAAAAtanAyaAAAABZpaGRyAAAACAAAAAgAAQcHAAAAAAAPY29scgEAAAAA"
    "ABEAAACQanAyY/9P/1EAKQAAAAAACAAAAAgAAAAAAAAAAAAAAAgAAAAIAAAAAAAAAAAAAQcBAf9SAAwAAAABAAMEBAAB/1wADUBA"
    "SEhQSEhQSEhQ/2QAJQABQ3JlYXRlZCBieSBPcGVuSlBFRyB2ZXJzaW9uIDIuNS40/5AACgAAAAAAFQAB/5PPtAQAgICA/9k="
)


def text_basic_information(key_id: bytes) -> bytes:
    """Return 券面入力補助AP EF 0005 (FF40): the application's version and the identifier of the issuer's key."""
    return encode(0xFF40, encode(0xDF41, _APPLICATION_INFO) + encode(0xDF42, key_id))


def face_basic_information(key_id: bytes) -> bytes:
    """Return 券面事項確認AP EF 0003: version, key, one byte, municipality; the tags are assumed."""
    fields = (_APPLICATION_INFO, key_id, b"\x00", _CITY.encode())
    return encode(0xFF30, b"".join(encode(0xDF31 + index, value) for index, value in enumerate(fields)))


def face_record(face: FaceContents, public_key: bytes) -> tuple[bytes, bytes]:
    """Return what is signed of 券面事項確認AP EF 0002 (DF21 to DF27), and what follows the signature (DF29, DF2A)."""
    attributes, picture = face.attributes, _white_picture(*_PICTURE_SIZE)
    objects = (bytes(4), attributes.birth_date.encode(), attributes.sex.encode(), public_key, picture, picture, _PHOTO)
    signed = b"".join(encode(0xDF21 + index, value) for index, value in enumerate(objects))
    return signed, encode(0xDF29, f"{face.expiry_year:04}".encode()) + encode(0xDF2A, picture)


def _white_picture(width: int, height: int) -> bytes:
    """Return a white PNG (ISO/IEC 15948), one bit a pixel."""
    rows = (b"\x00" + b"\xff" * (width // 8)) * height
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in chunks)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
