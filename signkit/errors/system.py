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
    errno.EADDRINUSE: "ほかのプログラムが使用中です",
    errno.EADDRNOTAVAIL: "このコンピューターのアドレスではありません",
    errno.EIO: "読み書き中に装置のエラーが起きました",
    errno.EMFILE: "開いているファイルが多すぎます",
    errno.ENFILE: "開いているファイルが多すぎます",
}
#: What Python itself says of a name that no system takes.
_JAPANESE_OF_PYTHON = {"embedded null byte": "名前に使えない文字 (NUL) があります"}
#: By the beginning of SQLite's result code (sqlite.org/rescode.html), where its words come in place of the system's.
_JAPANESE_OF_SQLITE = {
    "SQLITE_BUSY": "ほかのプログラムが使用中です",
    "SQLITE_LOCKED": "ほかのプログラムが使用中です",
    "SQLITE_CANTOPEN": "データベースのファイルを開けません",
    "SQLITE_CORRUPT": "データベースの構造が壊れています",
    "SQLITE_NOTADB": "データベースのファイルではありません",
    "SQLITE_ERROR": "データベースの表や列が欠けているか、異なります",
    "SQLITE_CONSTRAINT": "データベースの内容が矛盾しています",
    "SQLITE_MISMATCH": "データベースの内容が矛盾しています",
    "SQLITE_FULL": _JAPANESE[errno.ENOSPC],
    "SQLITE_IOERR": _JAPANESE[errno.EIO],
    "SQLITE_READONLY": _JAPANESE[errno.EROFS],
    "SQLITE_TOOBIG": "データベースの値が大きすぎます",
}
#: By Windows' own number, where the errno that Python makes of it says something else.
_JAPANESE_ON_WINDOWS = {
    32: "ほかのプログラムが使用中です",  # ERROR_SHARING_VIOLATION, to Python EACCES: the PDF is open in a viewer
    33: "ほかのプログラムが使用中です",  # ERROR_LOCK_VIOLATION
}


def system_cause(error: Exception) -> Text:
    """Return why a file could not be opened, read or written.

    Args:
        error: an OSError; or the ValueError that Python raises for a name that no system takes; or SQLite's.

    Returns:
        The system's words; the Japanese ones are the system's too where they are not known here.
    """
    said = getattr(error, "strerror", None) or (str(error) or type(error).__name__).splitlines()[0][:200]
    on_windows = _JAPANESE_ON_WINDOWS.get(getattr(error, "winerror", None) or 0)
    ours = on_windows or _JAPANESE.get(getattr(error, "errno", None) or 0) or _of_sqlite(error)
    return Text(said, ours or _JAPANESE_OF_PYTHON.get(said, said))


def syntax_cause(error: Exception) -> Text:
    """Return why a file in a known format (TOML, JSON) cannot be read, in its parser's words."""
    return Text(str(error), f"書式の誤り ({error})")


def _of_sqlite(error: Exception) -> str | None:
    code = str(getattr(error, "sqlite_errorname", ""))
    return _JAPANESE_OF_SQLITE.get("_".join(code.split("_")[:2]))
