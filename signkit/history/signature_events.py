"""Who signed in which revision, told without judging trust: that is for ``signkit validate``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from signkit.cms.content import Beginnings
from signkit.history.differences import Difference, SignatureEvent
from signkit.history.form_diff import FormState
from signkit.history.states import DocumentState
from signkit.jpki.certificates import is_opaque
from signkit.pdf.dates import parse_date
from signkit.pdf.reading.document import PdfFile
from signkit.pdf.signatures import find_signatures
from signkit.pki.distinguished_names import common_name
from signkit.validation.integrity import Checked, check
from signkit.validation.parties import Parties
from signkit.validation.report import iso
from signkit.words import Text


@dataclass(frozen=True)
class Made:
    """A signature or document timestamp, and the number (from 0) of the state that it made."""

    state: int
    signed: SignatureEvent


def signatures_made(file: PdfFile, states: Sequence[DocumentState]) -> list[Made]:
    """Return every signature of the file with the state that it made, in signing order."""
    signatures = find_signatures(file)
    beginnings = Beginnings(file.data)
    found = [item for signature in signatures for item in check(file, signature, beginnings)]
    parties = Parties(file, signatures, {})
    made = [Made(_state_of(item, states), _event_of(item, parties)) for item in found]
    return sorted(made, key=lambda one: one.state)


def _state_of(item: Checked, states: Sequence[DocumentState]) -> int:
    end = item.found.end if item.found is not None else 0
    last = len(states) - 1
    return next((index for index, state in enumerate(states) if 0 < end <= state.end), last)


def _event_of(item: Checked, parties: Parties) -> SignatureEvent:
    found, token, signer = item.found, item.timestamp, item.signer
    field = found.field if found is not None else None
    if found is not None and found.kind == "timestamp":
        return SignatureEvent(
            "timestamp", field, token.tsa if token else None, token.time if token else None, item.intact
        )
    certificate = signer.certificate if signer is not None else None
    name = common_name(certificate) if certificate is not None and not is_opaque(certificate) else None
    party = parties.signer(found, certificate) if found is not None else None
    words = Text(f"{party.label.en} {party.name}", f"{party.label.ja} {party.name}") if party is not None else None
    return SignatureEvent("signature", field, name, _stated_time(item), item.intact, words)


def _stated_time(item: Checked) -> datetime | None:
    stated = parse_date(item.found.entries.get("/M")) if item.found is not None else None
    return stated or (item.signer.claimed_time if item.signer is not None else None)


def signature_change(signed: SignatureEvent, form: FormState) -> Difference:
    """Return the change that a signature is; ``form`` is that of the state that it made."""
    page, area = form.place(form.fields.get(signed.field)) if signed.field is not None else (None, None)
    page = page if area is not None else None  # an invisible signature is on no page
    stamp = signed.kind == "timestamp"
    words = _STAMPED if stamp else _SIGNED
    name, time = signed.party or (Text(signed.name, signed.name) if signed.name else _UNNAMED), iso(signed.time) or "?"
    text = Text(
        words.en.format(name=name.en, time=time, field=_field(signed, "en")),
        words.ja.format(name=name.ja, time=time, field=_field(signed, "ja")),
    )
    if not signed.intact:
        text = Text(f"{text.en} {_BROKEN.en}", f"{text.ja}{_BROKEN.ja}")
    return Difference("timestamp" if stamp else "signature", text, page, area=area)


def _field(signed: SignatureEvent, language: str) -> str:
    if signed.field is None:
        return _NO_FIELD.ja if language == "ja" else _NO_FIELD.en
    return signed.field


_SIGNED = Text(
    "{field}: signed with the certificate of {name}; stated time {time}.",
    "{field}: {name} の証明書で署名されました（申告時刻 {time}）。",
)
_STAMPED = Text(
    "{field}: document timestamp of {time} by {name}.",
    "{field}: {name} の文書タイムスタンプ（{time}）。",
)
_UNNAMED = Text("somebody whom it does not name", "氏名を示さない人")
_NO_FIELD = Text("(no field)", "（署名欄なし）")
_BROKEN = Text("What it signed is not what stands in the file.", "署名された内容とファイルの内容が一致しません。")
