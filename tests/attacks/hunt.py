"""The hunt: cases are made, judged, and where the judge permits them drawn before and after by three witnesses."""

from __future__ import annotations

import hashlib
import math
import threading
from collections import Counter, deque
from collections.abc import Callable, Collection, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import lru_cache
from random import Random

from signkit.validation.pdf import validate_pdf
from signkit.validation.report import Report
from tests.attacks import bases, legible, shapes, witnesses
from tests.attacks.doc import Absent
from tests.attacks.legible import Place
from tests.attacks.mutations import MUTATIONS, Attack, Mutation
from tests.attacks.mutations.attack import COMMENTED
from tests.attacks.witnesses import Area, Drawing, Witness
from tests.attacks.writer import random_of

Judge = Callable[[bytes], Report]
PERMITTED, REFUSED, NOT_JUDGED, UNREADABLE = "permitted", "refused", "not judged", "unreadable"
#: What a prepared document needs, so that what was hidden in it counts.
_PARTNERS = {
    "shadows": ("cause to rebuild", "endings"),
    "shadows appended": ("cause to rebuild",),
    "two roles, prepared": ("two roles, prepared", "two roles"),
    "lengths, prepared": ("lengths, prepared",),
    "linearised": ("linearised",),
    "nobody follows": ("nobody follows",),
    "fields that wait": ("fields that wait",),
    "hidden sections": ("hidden sections",),
    "fields prepared": ("fields prepared", "nobody follows"),
    "causes healed": ("causes healed",),
    "text placed differently": ("fields prepared",),
    "fields that nobody sees": ("fields that nobody sees",),
    "annotations that are content": ("annotations that are content",),
    "sheets prepared": ("sheets prepared",),
    "marks in layers": ("marks in layers",),
    "locks of nothing": ("locks of nothing",),
}
#: Classes that P=3 allows in part: comments come and go, and hide nothing.
_COMMENTING = {"annotations", "comments", "comments placed", "marks in layers"}
#: Classes that are refused anyway where comments may not change.
_UNDER_P3 = {"comments", "comments placed", "annotations that are content", "marks in layers"}
#: What goes wrong where two mutations do not go together.
MISMATCHED = (ValueError, KeyError, IndexError, AssertionError, RecursionError)
_TRIES = 10
#: How much is remembered of files before.
_KEPT = 3000


@dataclass(frozen=True)
class Step:
    """One mutation with the seed of its own choices, so that it does the same without its neighbours."""

    name: str
    seed: str

    @property
    def mutation(self) -> Mutation:
        return MUTATIONS[self.name]


@dataclass(frozen=True)
class Case:
    """One or more mutations of one base."""

    base: str
    steps: tuple[Step, ...]
    kind: str

    def __str__(self) -> str:
        return f"{self.base}: " + " + ".join(step.name for step in self.steps)


@dataclass(frozen=True)
class Made:
    """A case's two files, and where they may differ."""

    before: bytes = field(repr=False)
    after: bytes = field(repr=False)
    areas: tuple[Area, ...] = ()


# --- making --------------------------------------------------------------------------------------------------


def make(case: Case) -> Made:
    """Make a case's files.

    Raises:
        Absent: the base has no such part.
    """
    base = bases.named(case.base)
    preparations = [step for step in case.steps if step.mutation.prepares]
    if preparations:
        if base.draft is None or case.base.startswith("ours/"):
            raise Absent("a draft")
        if base.draft.layout == "linearised":
            raise Absent("the draft's own numbers")  # qpdf, which linearises, gives its own
        draft = base.draft.copy()
        for step in preparations:
            step.mutation.apply(draft, random_of(step.seed))
        base = bases.prepared(base, draft)
    attack = Attack(base, base.doc, base.revision(), random_of(case.base))
    for step in case.steps:
        if not step.mutation.prepares:
            attack.random = random_of(step.seed)
            step.mutation.apply(attack)
    if base.seal == "p3" and any(step.mutation.kind in _COMMENTING for step in case.steps):
        attack.areas.append(COMMENTED)  # that is what P=3 allows
    return Made(base.data, attack.result(), tuple(attack.areas))


def cases(
    count: int, seed: int, kind: str | None = None, *, among: Collection[str] | None = None
) -> Iterator[tuple[Case, Made]]:
    """Yield cases that can be made; the same ones for the same seed.

    Args:
        kind: all of them are of this class.
        among: of all ``count`` only those of these classes.
    """
    kinds = [kind] if kind else sorted({item.kind for item in MUTATIONS.values()} - {"cover"})
    for number in range(count):
        of = kinds[number % len(kinds)]
        if among is None or of in among:
            yield _first_possible(random_of(seed, number), of, f"{seed}/{number}")


def _first_possible(choice: Random, kind: str, seed: str) -> tuple[Case, Made]:
    """Return the first case of a class that some base takes, trying one family of bases after the other."""
    for attempt in range(_TRIES):
        first = _weighted(choice, _firsts(kind))
        families = [*bases.FAMILIES] if not first.prepares else [*shapes.SHAPES]
        choice.shuffle(families)
        seals = ("p3",) if kind in _UNDER_P3 else bases.SEALS
        for family in families:
            case = _case(choice, first, bases.one_of(family, choice, seals), f"{seed}/{attempt}/{family}")
            try:
                return case, make(case)
            except Absent:
                continue
            except MISMATCHED:
                if len(case.steps) == 1:
                    raise
    raise AssertionError(f"no base for {kind}")


def _firsts(kind: str) -> list[Mutation]:
    """Return what a case of a class begins with: a preparation where the class has any."""
    found = [item for item in MUTATIONS.values() if item.kind == kind]
    return [item for item in found if item.prepares] or found


def _weighted(choice: Random, mutations: list[Mutation]) -> Mutation:
    return choice.choices(mutations, [item.weight for item in mutations])[0]


def _case(choice: Random, first: Mutation, base: str, seed: str) -> Case:
    chosen = [first]
    if first.prepares or first.kind == "shadows appended":
        partners = [item for item in MUTATIONS.values() if item.kind in _PARTNERS[first.kind] and not item.prepares]
        chosen.append(_weighted(choice, partners))
    extras = [item for item in MUTATIONS.values() if not item.prepares]
    chosen += [choice.choice(extras) for _ in range(choice.choice((0, 0, 0, 1, 1, 2)))]
    # Beside evidence nothing may need to be drawn: what hides there is seen by the rules alone.
    chosen += [MUTATIONS["with_new_evidence"]] * (choice.random() < 0.3)
    return Case(base, tuple(Step(item.name, f"{seed}/{at}") for at, item in enumerate(chosen)), first.kind)


# --- judging -------------------------------------------------------------------------------------------------


def product(data: bytes) -> Report:
    """Judge with the product."""
    return validate_pdf(data, name="case.pdf", options=_options())


@lru_cache(maxsize=1)
def _options():
    bases.ours()  # whose authority is trusted besides
    return bases.options()


def verdict(report: Report, fields: frozenset[str | None] | None = None) -> str:
    """Say what the judge made of the signatures that were there before; ``fields`` names them."""
    if report.error is not None:
        return UNREADABLE
    asked = [item for item in report.signatures if fields is None or item.field in fields]
    if any(item.changes_permitted is True and item.intact for item in asked):
        return PERMITTED
    return REFUSED if any(item.changes_permitted is False or item.intact is False for item in asked) else NOT_JUDGED


def signed_fields(report: Report) -> frozenset[str | None]:
    return frozenset(item.field for item in report.signatures)


def all_permitted(report: Report) -> bool:
    """Whether every signature is whole and nothing that must not be changed came after it."""
    return (
        report.error is None
        and bool(report.signatures)
        and all(item.intact is True and item.changes_permitted is True for item in report.signatures)
    )


# --- drawing -------------------------------------------------------------------------------------------------


class Gallery:
    """The witnesses that are there, a set of their own for every thread, and what they drew of files before."""

    def __init__(self, call: Callable[[], list[Witness]] = witnesses.witnesses) -> None:
        self._call = call
        self.missing = {item.name: why for item in call() if (why := item.missing()) is not None}
        self._own = threading.local()
        self._all: list[Witness] = []
        self._kept: dict[tuple[str, int, bytes], Drawing] = {}
        self._letters: dict[bytes, list[Place]] = {}

    @property
    def names(self) -> list[str]:
        return [item.name for item in self._call() if item.name not in self.missing]

    def _witnesses(self) -> list[Witness]:
        if not hasattr(self._own, "items"):
            self._own.items = [item for item in self._call() if item.name not in self.missing]
            self._all += self._own.items
        return self._own.items

    def differences(self, made: Made) -> tuple[dict[str, str], dict[str, str]]:
        """Return where each witness sees a difference, and what each witness was lost to."""
        seen, lost = {}, {}
        for witness in self._witnesses():
            before, after = self._before(witness, made.before), witness.draw(made.after)
            for drawing in (before, after):
                if drawing.lost:
                    lost[witness.name] = drawing.lost
            if found := witnesses.difference(before, after, made.areas):
                seen[witness.name] = found
            elif any(area.legible for area in made.areas) and (found := self._covered(witness, made)):
                seen[witness.name] = found
        return seen, lost

    def _covered(self, witness: Witness, made: Made) -> str | None:
        """Return what a witness can no longer read."""
        letters = self._readable(made.before)
        before, after = self._before(witness, made.before, legible.DPI), witness.draw(made.after, legible.DPI)
        return witnesses.covered(before, after, letters, made.areas)

    def _readable(self, pdf: bytes) -> list[Place]:
        """Return where something can be read, as PDFium finds it."""
        key = hashlib.sha256(pdf).digest()
        if key not in self._letters:
            if len(self._letters) > _KEPT:
                self._letters.clear()
            reader = next(item for item in self._witnesses() if isinstance(item, witnesses.Pdfium))
            self._letters[key] = reader.letters(pdf)
        return self._letters[key]

    def _before(self, witness: Witness, pdf: bytes, dpi: int = witnesses.DPI) -> Drawing:
        key = (witness.name, dpi, hashlib.sha256(pdf).digest())
        if key not in self._kept:
            if len(self._kept) > _KEPT:
                self._kept.clear()
            self._kept[key] = witness.draw(pdf, dpi)
        return self._kept[key]

    def close(self) -> None:
        for item in self._all:
            item.close()


# --- the hunt ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Finding:
    """A file that the judge permits and a witness draws differently."""

    case: Case
    made: Made
    seen: dict[str, str]

    @property
    def what(self) -> str:
        return " + ".join(step.name for step in self.case.steps)


@dataclass
class Findings:
    """What came of a hunt: counts by class and word, the findings, and which witnesses were asked or are missing."""

    counts: dict[str, Counter[str]] = field(default_factory=dict)
    found: list[Finding] = field(default_factory=list)
    missing: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def count(self, kind: str, *words: str) -> None:
        self.counts.setdefault(kind, Counter()).update(words)

    def total(self) -> Counter[str]:
        return sum(self.counts.values(), Counter())

    def by_mutation(self) -> dict[str, list[Finding]]:
        """Return the findings by what they were shrunk to."""
        sorted_out: dict[str, list[Finding]] = {}
        for item in self.found:
            sorted_out.setdefault(item.what, []).append(item)
        return dict(sorted(sorted_out.items()))


#: A case on its way: its files, what the judge said, and the drawing where it is drawn.
_Drawn = tuple[Case, Made, str, Future[tuple[dict[str, str], dict[str, str]]] | None]
#: How many cases the judge may be ahead of the witnesses, so that their files fit into memory.
_AHEAD = 200


def hunt(
    judge: Judge = product,
    *,
    cases: Iterable[tuple[Case, Made]],
    everything: bool = False,
    shrink: bool = True,
    enough: float = math.inf,
    findings: Findings | None = None,
    progress: Callable[[Findings], None] = lambda _: None,
    call: Callable[[], list[Witness]] = witnesses.witnesses,
) -> Findings:
    """Judge all cases and have drawn what is permitted.

    Args:
        judge: what is hunted; a test gives one in which a rule was switched off.
        cases: see ``cases``.
        everything: draw what is not permitted too, and count what can be seen of it as ``visible``.
        shrink: leave away those mutations of a finding that it does without.
        enough: end after so many findings.
        findings: what is filled, so that whoever breaks the hunt off has what was found till then.
        progress: told after every case.
        call: makes the witnesses.
    """
    findings, gallery = findings or Findings(), Gallery(call)
    findings.missing, findings.asked = gallery.missing, gallery.names
    trail = _Trail(judge, gallery, everything)
    try:
        with ThreadPoolExecutor(2) as pool:
            waiting: deque[_Drawn] = deque()
            for case, made in cases:
                waiting.append((case, made, *trail.begin(pool, made)))
                while waiting and (len(waiting) > _AHEAD or waiting[0][3] is None or waiting[0][3].done()):
                    trail.note(findings, *waiting.popleft())
                    progress(findings)
                if len(findings.found) >= enough:
                    break
            for item in waiting:
                trail.note(findings, *item)
                progress(findings)
        if shrink:
            findings.found = [_shrunk(trail, item) for item in findings.found]
    finally:
        gallery.close()
    return findings


@dataclass
class _Trail:
    """One hunt's judge and witnesses."""

    judge: Judge
    gallery: Gallery
    everything: bool = False
    _known: dict[bytes, Report] = field(default_factory=dict)

    def _before(self, pdf: bytes) -> Report:
        key = hashlib.sha256(pdf).digest()
        if key not in self._known:
            if len(self._known) > _KEPT:
                self._known.clear()
            self._known[key] = self.judge(pdf)
        return self._known[key]

    def begin(self, pool: ThreadPoolExecutor, made: Made) -> tuple[str, Future | None]:
        said = self.said(made)
        if said == PERMITTED or self.everything:
            return said, pool.submit(self.gallery.differences, made)
        return said, None

    def said(self, made: Made) -> str:
        before = self._before(made.before)
        if not all_permitted(before):
            return "not permitted before"
        return verdict(self.judge(made.after), signed_fields(before))

    def note(self, findings: Findings, case: Case, made: Made, said: str, drawn: Future | None) -> None:
        findings.count(case.kind, "cases", said)
        if drawn is None:
            return
        seen, lost = drawn.result()
        if said == PERMITTED and _is_forbidden(case):
            seen = {"rule": "no rule allows it"} | seen
        findings.count(case.kind, "drawn", *(f"lost {name}" for name in lost))
        if seen:
            findings.count(case.kind, "visible")
            for name in seen:
                findings.count(case.kind, f"visible {name}")
        if seen and said == PERMITTED:
            findings.count(case.kind, "findings", *(f"finding {name}" for name in seen))
            findings.found.append(Finding(case, made, seen))

    def finding(self, case: Case) -> Finding | None:
        try:
            made = make(case)
        except (Absent, ValueError, KeyError, IndexError, AssertionError):
            return None
        if self.said(made) != PERMITTED:
            return None
        seen, _ = self.gallery.differences(made)
        if _is_forbidden(case):
            seen = {"rule": "no rule allows it"} | seen
        return Finding(case, made, seen) if seen else None


def _is_forbidden(case: Case) -> bool:
    """Whether the case is nothing but a change that must not pass, drawn or not."""
    allowed_annotations = case.base.startswith("ours/p3") or "/p3" in case.base
    done = [step for step in case.steps if not step.mutation.prepares]
    if len(done) != 1 or (case.kind in _COMMENTING and allowed_annotations):
        return False
    return done[0].mutation.forbidden


def _shrunk(trail: _Trail, finding: Finding) -> Finding:
    """Leave away one mutation after the other while it stays a finding."""
    for step in finding.case.steps:
        left = tuple(item for item in finding.case.steps if item != step)
        smaller = trail.finding(replace(finding.case, steps=left)) if left else None
        if smaller is not None:
            return _shrunk(trail, smaller)
    return finding
