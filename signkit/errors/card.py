"""The Individual Number Card: reader, card, PINs, user authentication."""

from __future__ import annotations

from dataclasses import dataclass

from signkit.errors.root import SignKitError
from signkit.words import Text


class CardError(SignKitError):
    """Something about the card, its reader, or a file of theirs; the root of this room.

    ``secret`` is a secret's key in every error that has it, never its value.
    """


class NoReader(CardError):
    """No card reader is connected."""

    code = "no-reader"

    def __init__(self) -> None:
        super().__init__(self.code)


@dataclass(eq=False)
class ReaderNotFound(CardError):
    """No reader has the name that was asked for."""

    wanted: str
    readers: tuple[str, ...]
    code = "reader-not-found"


class NoCard(CardError):
    """No card lies on the reader."""

    code = "no-card"

    def __init__(self) -> None:
        super().__init__(self.code)


class CardBusy(CardError):
    """Another program holds the card."""

    code = "card-busy"

    def __init__(self) -> None:
        super().__init__(self.code)


class CardLinkError(CardError):
    """The link to the card broke off: what the card did last may be unknown."""


class CardUnresponsive(CardLinkError):
    """The card lies on the reader but does not answer, or not in time."""

    code = "card-unresponsive"

    def __init__(self) -> None:
        super().__init__(self.code)


class NotAnIndividualNumberCard(CardError):
    """The card does not have the application that is needed."""

    code = "not-an-individual-number-card"

    def __init__(self) -> None:
        super().__init__(self.code)


@dataclass(eq=False)
class CardRefused(CardError):
    """The card answered a command with an error status."""

    step: str
    status: str
    meaning: Text
    code = "card-refused"


@dataclass(eq=False)
class CardAnswerInvalid(CardError):
    """The card's answer is not what the command yields: garbage, too long, cut off, or a false signature."""

    step: str
    cause: str
    code = "card-answer-invalid"


@dataclass(eq=False)
class CardNotGenuine(CardError):
    """The card cannot prove what its records say; it may be a copy."""

    cause: str
    code = "card-not-genuine"


@dataclass(eq=False)
class CardLocked(CardError):
    """The secret was entered wrongly too often; the card no longer accepts it."""

    secret: str
    code = "card-locked"


@dataclass(eq=False)
class PinNeeded(CardError):
    """What was asked for opens only after the secret."""

    secret: str
    code = "pin-needed"


@dataclass(eq=False)
class PinWrong(CardError):
    """The card says the secret is wrong; one try was spent."""

    secret: str
    tries_left: int
    code = "pin-wrong"
