"""A party of a contract's form, filled from the card in the reader: who it is, and the process that asks and reads."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from signkit.contracts.fragment import identity_items
from signkit.contracts.template import Party, Template, find_template
from signkit.web.common.forms import word
from signkit.web.desk.card_process import READ_FROM, ReadOrder
from signkit.web.desk.contract_form import FormItem, contract_form, field_of
from signkit.web.desk.drafts import Draft
from signkit.web.desk.form_words import FORM_WORDS
from signkit.web.desk.jobs import DeskJob
from signkit.web.desk.office import Office
from signkit.web.desk.prompted_process import PromptedProcess, PromptRefusal, environment_of
from signkit.web.desk.screens import Screen, go_to
from signkit.web.desk.signing_screen import STAGES, KeyChoice, key_choices, usual_key
from signkit.words import Text


@dataclass(frozen=True)
class CardParty:
    """A party that a card can fill.

    Attributes:
        place: path of the item at which the form offers it: the party's table, else its name.
        items: the paths that are filled.
        is_company: the draft names a company, so that only who signs for it is filled.
    """

    party: Party
    place: str
    items: tuple[str, ...]
    titles: tuple[Text, ...]
    is_company: bool


def card_parties(template: Template, words: Mapping[str, str]) -> dict[str, CardParty]:
    """Return the parties that a card can fill, by the item at which the form offers it."""
    titles = {item.path: item.title for item in _every_item(contract_form(template, words, {}))}
    found: dict[str, CardParty] = {}
    for party in template.parties:
        items = tuple(filled_items(template, party, words, "", ""))
        place = party.name_item.rpartition(".")[0] or party.name_item
        if items:
            of_items = tuple(titles[path] for path in items if path in titles)
            found.setdefault(place, CardParty(party, place, items, of_items, _is_company(party, words)))
    return found


def filled_items(template: Template, party: Party, words: Mapping[str, str], name: str, address: str) -> dict[str, str]:
    """Return what a card's name and address fill, by path: of a company only who signs for it."""
    items = identity_items(template, party.role, name, address)
    if _is_company(party, words):
        return {path: value for path, value in items.items() if path == party.name_item}
    return items


def _is_company(party: Party, words: Mapping[str, str]) -> bool:
    return party.number_item is not None and bool(words.get(party.number_item, "").strip())


def _every_item(items: Iterable[FormItem]) -> Iterator[FormItem]:
    for item in items:
        yield item
        yield from _every_item(item.children)


@dataclass(frozen=True)
class ReadNotes:
    """What is told of a card that was read, and the item at which it is told."""

    place: str
    notes: Sequence[Text]


@dataclass(frozen=True)
class PartyOfDraft:
    """Which party of which draft is to be filled."""

    draft: Draft
    template: Template
    told: CardParty

    @property
    def path(self) -> str:
        """The page that asks."""
        return f"/drafts/{self.draft.number}/card/{self.told.party.role}"

    @property
    def form(self) -> str:
        """The draft's form."""
        return f"/drafts/{self.draft.number}"


class PartyCardScreen(Screen):
    """One party from a card."""

    def routes(self) -> list[BaseRoute]:
        """See `Screen.routes`."""
        path = "/drafts/{number}/card/{role}"
        return [self.page(path, self.ask), self.form(path, self.read)]

    def ask(self, request: Request) -> Response:
        """Show which items would be filled, and with what the card opens."""
        asked = self._asked(request)
        if asked is None:
            return self.unknown(request)
        typed = asked.draft.words.get(asked.told.party.name_item, "")
        return self.show(
            request, "party_card.html", asked=asked, told=asked.told, title=asked.template.title,
            choices=self._choices(), usual=usual_key(self.office, typed), sources=READ_FROM,
        )  # fmt: skip

    def read(self, request: Request, form: FormData) -> Response:
        """Begin to read: the process asks for the PIN, no page does."""
        asked, source = self._asked(request), word(form, "source")
        chosen = next((each for each in self._choices() if each.uri == word(form, "key")), None)
        if asked is None or chosen is None or source not in READ_FROM:
            return self.unknown(request)
        options, language = self.office.options, self.language(request)
        name = chosen.words.in_language(language)
        order = ReadOrder(source, chosen.reader, name, options.trust, language, options.prompt, options.program)
        process = PromptedProcess(environment_of(self.office.settings.home))
        title = FORM_WORDS["from_card_heading"].filled(party=asked.told.party.label)
        job = DeskJob(title, leads_back=asked.path, cancelled=FORM_WORDS["read_cancelled"])
        job.leads_to = f"{asked.form}?read={job.number}#{field_of(asked.told.place)}"
        job.cancel = process.stop
        self.office.jobs.start(
            job, partial(fill_from_card, office=self.office, asked=asked, order=order, process=process)
        )
        return go_to(f"/jobs/{job.number}")

    def _asked(self, request: Request) -> PartyOfDraft | None:
        draft, role = self.office.drafts.find(request.path_params["number"]), request.path_params["role"]
        if draft is None:
            return None
        template = find_template(draft.template, self.office.settings)
        told = next((each for each in card_parties(template, draft.words).values() if each.party.role == role), None)
        return PartyOfDraft(draft, template, told) if told is not None else None

    def _choices(self) -> list[KeyChoice]:
        return [each for each in key_choices(self.office) if each.uri.startswith("card")]


def fill_from_card(
    job: DeskJob, office: Office, asked: PartyOfDraft, order: ReadOrder, process: PromptedProcess
) -> None:
    """Have the process read the card; put what it read into the draft as it is by then."""
    answer = process.run(order, lambda stage: setattr(job, "stage", STAGES.get(stage)))
    if job.state != "working":
        return
    if answer is None:
        job.state = "cancelled"
        return
    if isinstance(answer, PromptRefusal):
        job.error, job.hint, job.state = answer.message, answer.hint, "failed"
        return
    read = json.loads(answer)
    draft = office.drafts.find(asked.draft.number)
    if draft is None:
        job.error, job.state = FORM_WORDS["read_draft_gone"], "failed"
        return
    filled = filled_items(asked.template, asked.told.party, draft.words, read["name"], read["address"])
    office.drafts.keep(replace(draft, words={**draft.words, **filled}))
    job.result = ReadNotes(asked.told.place, notes_of(asked.told.party, read))


def notes_of(party: Party, read: Mapping[str, Any]) -> list[Text]:
    """Return what is told of what was read: first that it was, then what to be careful with."""
    notes = [FORM_WORDS["was_read"].filled(party=party.label)]
    if read["source"] != "certificate":
        notes.append(FORM_WORDS["read_unproven"])
    elif read["issuer"] is None:
        notes.append(FORM_WORDS["read_untrusted"])
    flagged = [
        _PLACE.filled(item=item, number=index + 1, character=read[key][index])
        for key, item in (("name", _NAME), ("address", _ADDRESS))
        for index in read[f"{key}_substitutes"]
        if index < len(read[key])
    ]
    if flagged:
        places = Text("; ".join(each.en for each in flagged), "、".join(each.ja for each in flagged))
        notes.append(FORM_WORDS["read_substitutes"].filled(places=places))
    return notes


_NAME, _ADDRESS = Text("name", "氏名"), Text("address", "住所")
_PLACE = Text("{item}, no. {number} “{character}”", "{item}の {number} 文字目「{character}」")
