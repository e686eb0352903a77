"""What the operating system said, in both languages."""

from __future__ import annotations

import errno

from signkit.words import Text

#: Why a device, a pipe or the like is neither read nor replaced.
NOT_REGULAR = Text("not a regular file", "通常のファイルではありません")

#: By errno: the system says these in English, or in the language of Windows.
_JAPANESE = {
    errno.ENOENT: "ファイルまたはフォルダーがありません",
    errno.EACCES: "アクセスする権限がありません",
    errno.EPERM: "この操作は許可されていません",
    errno.EEXIST: "同じ名前のものが既にあります",
    errno.EISDIR: "ファイルではなくフォルダーです",
    errno.ENOTDIR: "途中にフォルダーではないものがあります",
    errno.ENOTEMPTY: "フォルダーが空ではありません",
    errno.ENOSPC: "空き容量がありません",
    errno.EDQUOT: "使える容量の上限に達しました",
    errno.EFBIG: "ファイルが大きすぎます",
    errno.EROFS: "書き込めない (読み取り専用の) 場所です",
    errno.ENAMETOOLONG: "名前が長すぎます",
    errno.ELOOP: "シンボリックリンクが循環しています",
    errno.EINVAL: "使えない名前または値です",
    errno.ENXIO: "ファイルとして読み書きできないものです",
    errno.EBUSY: "使用中です",
    errno.EIO: "読み書き中に装置のエラーが起きました",
    errno.EMFILE: "開いているファイルが多すぎます",
    errno.ENFILE: "開いているファイルが多すぎます",
}
#: What Python itself says of a name that no system takes.
_JAPANESE_OF_PYTHON = {"embedded null byte": "名前に使えない文字 (NUL) があります"}
#: By Windows' own number, where the errno that Python makes of it says something else.
_JAPANESE_ON_WINDOWS = {
    32: "ほかのプログラムが使用中です",  # ERROR_SHARING_VIOLATION, to Python EACCES: the PDF is open in a viewer
    33: "ほかのプログラムが使用中です",  # ERROR_LOCK_VIOLATION
}


def system_cause(error: Exception) -> Text:
    """Return why a file could not be opened, read or written.

    Args:
        error: an OSError; or the ValueError that Python raises for a name that no system takes.

    Returns:
        The system's words; the Japanese ones are the system's too where they are not known here.
    """
    said = getattr(error, "strerror", None) or (str(error) or type(error).__name__).splitlines()[0][:200]
    on_windows = _JAPANESE_ON_WINDOWS.get(getattr(error, "winerror", None) or 0)
    return Text(
        said, on_windows or _JAPANESE.get(getattr(error, "errno", None) or 0) or _JAPANESE_OF_PYTHON.get(said, said)
    )
