"""Why a signature that was just made is not given out: the causes of ``self-check-failed``, in both languages."""

from __future__ import annotations

from signkit.words import Text

CHANGED_ORIGINAL = Text("the original file was changed", "元のファイルが変更されています")
NO_BYTE_RANGE = Text("no byte range was written", "署名の範囲 (ByteRange) が書き込まれていません")
BAD_BYTE_RANGE = Text("the byte range does not fit the file", "署名の範囲 (ByteRange) がファイルと合いません")
OTHER_DIGEST = Text(
    "the digest of the file is another than the signed one", "ファイルのハッシュ値が、署名したものと異なります"
)
NOT_FOUND = Text("it is not found in the file again", "書き込んだファイルに見当たりません")
NOT_OF_THE_KEY = Text("the signature does not fit the certificate", "署名が証明書と対応していません")
CONTENT_ELSEWHERE = Text("the content is not where it should be", "署名対象の内容が、あるべき場所にありません")
