"""Writing to parties: a text to copy, or a mail through the office's own SMTP server, sent as a job.

A link's secret is nowhere but in the mail: it is made when the mail is sent, anew at each try (RFC 8314: TLS alone).
"""

from __future__ import annotations

import json
import smtplib
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from pathlib import Path

from signkit.archive.exporting import moment_in_words
from signkit.japan_time import JST
from signkit.web.api.database import StoreConnection
from signkit.web.api.jobs import Job, RetryLater, Worker, add_job
from signkit.web.api.jobs import problem as cause
from signkit.web.api.service import Service
from signkit.web.api.store import Store
from signkit.web.api.tenants import Tenant
from signkit.web.office import handover
from signkit.web.office.door import origin_of_pages
from signkit.web.office.handover import HandOver
from signkit.web.office.party_links import PartyLink, find_link, note_mail, tell_link
from signkit.web.people.accounts import find_person
from signkit.words import Text

KIND, NOTICE = "office-mail", "office-notice"
#: Seconds after which a mail is tried again; then it is left to a person.
PAUSES = (60, 600, 3600, 14_400)
_SECONDS = 30.0
_TLS_PORT, _STARTTLS_PORT = 465, 587


@dataclass(frozen=True)
class Letter:
    """A mail's words."""

    subject: str
    body: str


@dataclass(frozen=True)
class Unsent:
    """A mail that is not sent (yet)."""

    job: str
    to: str
    failed: bool
    cause: Text | None


def address_of(service: Service, token: str) -> str:
    """Return where a link leads."""
    return f"{origin_of_pages(service)}/party/{token}"


def letter(service: Service, tenant: Tenant, link: PartyLink, token: str, contract: HandOver) -> Letter:
    """Return what a party is written."""
    return _letter(tenant, link, address_of(service, token), contract, (_SUBJECT, _BODY))


def reminder(service: Service, tenant: Tenant, link: PartyLink, token: str, contract: HandOver) -> Letter:
    """Return what a party is reminded with; who opened the link finds the contract where they opened it."""
    if link.opened_at is None:
        return _letter(tenant, link, address_of(service, token), contract, (_REMINDER, _BODY_AGAIN))
    return _letter(tenant, link, opened_address(service, link), contract, (_REMINDER, _BODY_OPENED))


def opened_address(service: Service, link: PartyLink) -> str:
    """Return where the contract is for the browser that opened a link."""
    return f"{origin_of_pages(service)}/party/at/{link.id}"


def _letter(tenant: Tenant, link: PartyLink, address: str, contract: HandOver, words: tuple[Text, Text]) -> Letter:
    facts = {
        "sender": tenant.name, "name": contract.name.removesuffix(".pdf"), "link": address,
        "until": until_in_words(link, contract),
    }  # fmt: skip
    subject, body = (each.in_language(link.language, **facts) for each in words)
    return Letter(subject, body)


def until_in_words(link: PartyLink, contract: HandOver) -> str:
    """Return until when a link leads to its contract: to its own end, or to the day by which that is to be signed."""
    over = moment_in_words(link.expires_at)
    return min(over, f"{contract.expires_on} 24:00") if contract.expires_on is not None else over


def post_link(connection: StoreConnection, store: Store, link: PartyLink, to: str) -> None:
    """Have a link written to a party."""
    note_mail(connection, link, to)
    add_job(connection, store, KIND, {"link": link.id, "handover": link.handover, "to": to})


def post_reminder(connection: StoreConnection, store: Store, link: PartyLink, to: str) -> None:
    """Have a party reminded."""
    add_job(connection, store, KIND, {"link": link.id, "handover": link.handover, "to": to, "reminds": True})


def unsent_mails(connection: StoreConnection, handover_id: str) -> list[Unsent]:
    """Return the mails about a contract that are not sent: those that wait, and those that failed."""
    rows = connection.execute(
        "SELECT id, content, state, problem FROM job WHERE kind IN (?, ?) ORDER BY id", (KIND, NOTICE)
    )
    found = ((id_, json.loads(content), state, problem) for id_, content, state, problem in rows.fetchall())
    return [
        Unsent(id_, _whom(connection, content), state == "failed", _cause(problem))
        for id_, content, state, problem in found
        if content["handover"] == handover_id
    ]


def failed_mails(connection: StoreConnection) -> set[str]:
    """Return the contracts, by their ways, about which a mail failed."""
    rows = connection.execute("SELECT content FROM job WHERE kind IN (?, ?) AND state = 'failed'", (KIND, NOTICE))
    return {json.loads(content)["handover"] for (content,) in rows.fetchall()}


def _whom(connection: StoreConnection, content: Mapping[str, str]) -> str:
    """Return to whom a mail goes: a party's address as it was typed, a colleague's name."""
    if "to" in content:
        return content["to"]
    person = find_person(connection, content["person"])
    return person.name if person is not None else ""


def _cause(problem: str | None) -> Text | None:
    told = json.loads(problem) if problem else None
    return Text(told["en"], told["ja"]) if told else None


def send_link(service: Service, tenant: Tenant, job: Job) -> Callable[[StoreConnection], object]:
    """Send a link, with a secret of its own; a link that is over meanwhile is not sent.

    Raises:
        RetryLater: the server did not take it.
    """
    with tenant.store.writing() as connection:
        link = find_link(connection, job.content["link"])
        contract = handover.find_by_id(connection, job.content["handover"])
        if link is None or contract is None or not leads_to(link, contract, tenant.store):
            return keep_nothing
        token = tell_link(connection, tenant, link) if link.opened_at is None else ""
    written = (reminder if job.content.get("reminds") else letter)(service, tenant, link, token, contract)
    post(service, job, job.content["to"], written)
    return keep_nothing


def leads_to(link: PartyLink, contract: HandOver, store: Store) -> bool:
    """Tell whether a link leads to its contract (still): it does not where that is not signed any more."""
    return link.is_good(store.now()) and not contract.is_expired(store.clock().astimezone(JST).date())


def post(service: Service, job: Job, to: str, written: Letter) -> None:
    """Send a job's mail.

    Raises:
        RetryLater: the server did not take it.
    """
    try:
        _send(service, to, written)
    except (smtplib.SMTPException, OSError) as error:
        pause = PAUSES[job.attempts - 1] if job.attempts <= len(PAUSES) and not _is_final(error) else None
        raise RetryLater(cause("mail-failed", _FAILED.filled(cause=_told(error))), pause) from error


def keep_nothing(connection: StoreConnection) -> None:
    """Keep nothing: what was done is done elsewhere."""
    del connection


def _is_final(error: Exception) -> bool:
    """Tell whether trying again is of no use: the server refuses for good (RFC 5321 4.2.1: 5yz)."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 for code, _ in error.recipients.values())
    return isinstance(error, smtplib.SMTPNotSupportedError | FileNotFoundError) or (
        isinstance(error, smtplib.SMTPResponseException) and error.smtp_code >= 500
    )


def _told(error: Exception) -> str:
    """Return what went wrong: the server's code, or the kind of trouble; not what the server says of the address."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return f"SMTP {next(iter(error.recipients.values()))[0]}"
    return f"SMTP {error.smtp_code}" if isinstance(error, smtplib.SMTPResponseException) else type(error).__name__


def _send(service: Service, to: str, written: Letter) -> None:
    own = service.own
    assert own.mail_from is not None
    message = EmailMessage()
    # A line break would begin another header (RFC 5322 2.2), whoever named the contract.
    subject = " ".join(written.subject.split())
    message["From"], message["To"], message["Subject"] = own.mail_from, to, subject
    message["Date"], message["Message-ID"] = formatdate(), make_msgid(domain=own.mail_from.rpartition("@")[2])
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday notice comes back
    message.set_content(written.body)
    host, port = own.mail_host
    with _connected(host, port or _STARTTLS_PORT) as server:
        if own.mail_user is not None and own.mail_password_file is not None:
            server.login(own.mail_user, Path(own.mail_password_file).read_text(encoding="utf-8").strip())
        server.send_message(message)


def _connected(host: str, port: int) -> smtplib.SMTP:
    """Return a connection that is encrypted to the host that is named, before anything is said."""
    context = ssl.create_default_context()
    if port == _TLS_PORT:
        return smtplib.SMTP_SSL(host, port, timeout=_SECONDS, context=context)
    server = smtplib.SMTP(host, port, timeout=_SECONDS)
    try:
        server.starttls(context=context)  # raises where the server does not offer it
    except BaseException:
        server.close()
        raise
    return server


MAIL_WORKERS: Mapping[str, Worker] = {KIND: send_link}

_SUBJECT = Text("A contract for you to read: {name}", "契約書ご確認のお願い（{name}）")
_BODY = Text(
    "{sender} sends you a contract: {name}\n\nOpen it in a browser, until {until}:\n{link}\n\n"
    "The link is for you alone. Whoever opens it first can read the contract; do not pass it on.\n",
    "{sender} です。契約書「{name}」のご確認をお願いいたします。\n\n"
    "次のリンクをブラウザーで開いてください（{until} まで）。\n{link}\n\n"
    "このリンクはご本人専用です。最初に開いた方だけが契約書を読めますので、転送しないでください。\n",
)
_REMINDER = Text("Reminder: a contract for you to sign: {name}", "【再送】契約書ご確認のお願い（{name}）")
_BODY_AGAIN = Text(
    "{sender} waits for you: {name}\n\nOpen it in a browser, until {until}:\n{link}\n\n"
    "This link takes the place of the one before, which leads nowhere any more. It is for you alone.\n",
    "{sender} です。契約書「{name}」のご確認をお待ちしております。\n\n"
    "次のリンクをブラウザーで開いてください（{until} まで）。\n{link}\n\n"
    "前にお送りしたリンクに代わるもので、前のリンクは使えなくなりました。ご本人専用ですので、転送しないでください。\n",
)
_BODY_OPENED = Text(
    "{sender} waits for you: {name}\n\n"
    "It is where you opened it, in the same browser, until {until}:\n{link}\n\n"
    "If you cannot open it there any more, ask us for a new link.\n",
    "{sender} です。契約書「{name}」のお手続きをお待ちしております。\n\n"
    "前に開いたブラウザーで、次のページから続けられます（{until} まで）。\n{link}\n\n"
    "開けないときは、新しいリンクをお送りしますのでご連絡ください。\n",
)
_FAILED = Text("the mail server did not take it ({cause})", "メールサーバーが受け付けませんでした ({cause})")
