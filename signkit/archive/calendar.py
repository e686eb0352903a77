"""The calendar of contracts (iCalendar, RFC 5545): ends, notice deadlines and renewals, with reminders.

The library ``icalendar`` (extra ``calendar``) writes it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from signkit.archive.entries import LedgerEntry
from signkit.archive.exporting import kind_in_words
from signkit.errors import MissingExtra
from signkit.version import __version__
from signkit.words import Language, Text

_EVENTS = {
    "end_date": Text("ends: {what}", "終了: {what}"),
    "notice_date": Text("last day of notice: {what}", "通知期限: {what}"),
    "renewal_date": Text("renews: {what}", "更新: {what}"),
}
_ENTRY = Text("Entry {number} of the archive.", "保管庫の {number} 番。")


def contract_calendar(
    entries: Iterable[LedgerEntry], archive: str, made_at: datetime, language: Language = "ja", days_before: int = 30
) -> bytes:
    """Return the calendar of ``entries`` as an .ics file.

    Args:
        archive: the archive's identity: with it each event keeps its UID, so that a calendar that is read again is
            brought up to date and not doubled.
        made_at: stands as each event's DTSTAMP.
        days_before: how long before a day its reminder comes.

    Raises:
        MissingExtra: icalendar is not installed.
    """
    try:
        import icalendar
    except ImportError as error:
        raise MissingExtra(Text("The calendar", "カレンダー"), "calendar") from error
    calendar = icalendar.Calendar()
    calendar.add("prodid", f"-//SignKit//{__version__}//{language.upper()}")
    calendar.add("version", "2.0")
    for entry in entries:
        for item, words in _EVENTS.items():
            day = getattr(entry.facts, item)
            if day is not None:
                event = _event(icalendar, entry, day, words, language, days_before)
                event.add("uid", f"{archive}-{entry.number}-{item}@signkit")
                event.add("dtstamp", made_at)
                calendar.add_component(event)
    written: bytes = calendar.to_ical()
    return written


def _event(icalendar: Any, entry: LedgerEntry, day: date, words: Text, language: Language, days_before: int) -> Any:
    parties = "、".join(entry.counterparties)
    what = " ".join(filter(None, (entry.facts.title or kind_in_words(entry, language), parties)))
    event = icalendar.Event()
    event.add("summary", words.in_language(language, what=what))
    event.add("dtstart", day)
    event.add("dtend", day + timedelta(days=1))
    event.add("transp", "TRANSPARENT")
    event.add("description", _ENTRY.in_language(language, number=entry.number))
    if entry.facts.place:
        event.add("location", entry.facts.place)
    alarm = icalendar.Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", words.in_language(language, what=what))
    alarm.add("trigger", timedelta(days=-days_before))
    event.add_component(alarm)
    return event
