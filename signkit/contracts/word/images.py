"""Which pictures a document may bring: dots alone, told by their first bytes.

An SVG draws other files of the machine that converts it.  EMF and WMF are programs of drawing commands, which may hold
text that nothing here searches, and other pictures (PostScript among them); nobody has shown that all stays inside.
"""

from __future__ import annotations

from signkit.words import Text

_TAKEN = Text("taken are PNG, JPEG, GIF, BMP and TIFF", "使えるのは PNG、JPEG、GIF、BMP、TIFF")

#: Of each kind the first bytes and what the document may call it.
_KINDS: tuple[tuple[tuple[bytes, ...], frozenset[str]], ...] = (
    ((b"\x89PNG\r\n\x1a\n",), frozenset({"image/png", "image/x-png"})),
    ((b"\xff\xd8\xff",), frozenset({"image/jpeg", "image/jpg", "image/pjpeg"})),
    ((b"GIF87a", b"GIF89a"), frozenset({"image/gif"})),
    ((b"BM",), frozenset({"image/bmp", "image/x-bmp", "image/x-ms-bmp"})),
    ((b"II*\0", b"MM\0*"), frozenset({"image/tiff", "image/tif", "image/x-tiff"})),
)


def picture_refusal(name: str, content: bytes, content_type: str) -> Text | None:
    """Return why a picture is not taken; None if it is.

    Args:
        name: the part's name.
        content_type: what the document calls its content.
    """
    called = content_type.partition(";")[0].strip().lower()
    for beginnings, types in _KINDS:
        if content.startswith(beginnings) and not (content.startswith(b"BM") and content[6:10] != bytes(4)):
            return None if called in types else _called_otherwise(called)
    if "svg" in called or name.lower().endswith((".svg", ".svgz")) or b"<svg" in content[:4096]:
        return Text(
            f"it holds an SVG picture, which may draw other files ({_TAKEN.en})",
            f"他のファイルを描きうる SVG 画像が入っています ({_TAKEN.ja})",
        )
    if "mf" in called or name.lower().endswith((".emf", ".wmf", ".emz", ".wmz")):
        return Text(
            f"it holds an EMF or WMF picture, which may hold more than a picture ({_TAKEN.en})",
            f"画像以外のものを含みうる EMF・WMF 画像が入っています ({_TAKEN.ja})",
        )
    return Text(
        f"it holds a picture of a kind that is not taken ({_TAKEN.en})",
        f"使えない種類の画像が入っています ({_TAKEN.ja})",
    )


def _called_otherwise(called: str) -> Text:
    shown = called or "-"
    return Text(f"a picture in it is not what it is called ({shown})", f"画像の種類が表示と異なります ({shown})")
