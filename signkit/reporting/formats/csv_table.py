"""What all tables for spreadsheets share (CSV, RFC 4180): heads in the reader's language, local times, safe cells."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from io import StringIO

from signkit.reporting.formats.report_wording import say
from signkit.reporting.formats.times import as_read, zone_name
from signkit.words import Language, Text, printable

#: Without it Excel reads UTF-8 as the system's own encoding, and Japanese heads as rubbish.
BYTE_ORDER_MARK = "\ufeff"
#: What a spreadsheet takes for the beginning of a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
_YES, _NO = Text("true", "はい"), Text("false", "いいえ")
#: The heads in Japanese; in English a column is called by its name in the report.
_HEADS = {
    "file": "ファイル",
    "sha256": "SHA-256",
    "kind": "ファイルの種類",
    "file_verdict": "ファイルの判定",
    "error": "読み取れない理由",
    "entry": "項目",
    "field": "署名欄",
    "type": "署名の種類",
    "verdict": "判定",
    "sub_indication": "判定の内訳",
    "reasons": "理由",
    "intact": "署名された内容のまま",
    "level": "署名のレベル",
    "signature_algorithm": "アルゴリズム",
    "claimed_time": "署名した時刻（申告）",
    "signed_at": "署名した時刻（申告）",
    "best_time": "存在が証明された時刻",
    "proven_at": "存在が証明された時刻",
    "best_time_source": "時刻を証明したもの",
    "signer": "署名者",
    "issuer": "証明書の発行者",
    "key_kind": "鍵の種類",
    "trusted_by": "信頼の根拠",
    "party_match": "当事者との一致",
    "coverage": "署名の対象",
    "changes_after": "その後の変更",
    "changes_permitted": "許される変更",
    "revocation": "失効の確認",
    "revocation_source": "失効情報の出所",
    "timestamps": "タイムスタンプ",
    "validation_time": "検証の基準時刻",
    "policy": "検証ポリシー",
    "profile": "提出先の要件",
    "party_basis": "当事者を示すもの",
    "template_match": "ひな形との一致",
    "title": "表題",
    "party": "当事者",
    "name": "氏名・名称",
    "time_zone": "時刻の標準時",
    "role": "役割",
    "state": "状態",
    "next": "次に署名できる役割",
    "complete": "完了",
    "row": "行",
    "customer": "顧客番号",
    "result": "照合結果",
}


class CsvTable:
    """Rows under one head, as text: the head comes with the first rows, behind the mark that Excel needs."""

    def __init__(self, columns: Sequence[str], language: Language) -> None:
        self._columns, self._language = tuple(columns), language
        self._begun = False

    def lines(self, rows: Iterable[Mapping[str, object]]) -> str:
        """Return the lines of ``rows``, each a value by column; before the first of all the head."""
        text = StringIO()
        writer = csv.writer(text, lineterminator="\r\n")
        if not self._begun:
            self._begun = True
            text.write(BYTE_ORDER_MARK if self._language == "ja" else "")
            writer.writerow(_head(name, self._language) for name in self._columns)
        writer.writerows([cell(row.get(name), self._language) for name in self._columns] for row in rows)
        return text.getvalue()


def _head(column: str, language: Language) -> str:
    return _HEADS[column] if language == "ja" else column


def cell(value: object, language: Language) -> str:
    """A cell holds printable text; what looks like a formula gets an apostrophe, which spreadsheets do not show."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return (_YES if value else _NO).in_language(language)
    text = printable(str(value), " ")
    return "'" + text if text.lstrip().startswith(_FORMULA) or str(value).startswith(_FORMULA) else text


def sheet_time(moment: datetime | None, judged: datetime) -> str:
    """Return the time as spreadsheets read it; the zone where it is not that of ``judged``, whose column says it.

    A machine's zone may have summer time.
    """
    if moment is None:
        return ""
    local = as_read(moment)
    time = f"{local:%Y-%m-%d %H:%M:%S}"
    return time if local.utcoffset() == as_read(judged).utcoffset() else f"{time} {zone_name(local)}"


def token_words(words: Mapping[str, Text], token: str | None, language: Language) -> str:
    """Return the words for ``token`` in Japanese; in English the token itself, which scripts look for."""
    return say(words, token, language) if language == "ja" else token or ""
