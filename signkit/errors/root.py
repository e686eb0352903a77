"""The root of all errors that are meant for a user."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from signkit.errors.exit_codes import ExitCode

if TYPE_CHECKING:
    from signkit.errors.telling import Wording
    from signkit.words import Language


class SignKitError(Exception):
    """The root of all errors that are meant for a user.

    A class stands for what callers tell apart: either one thing, a dataclass with ``code`` fixed and its facts as
    fields, or a room's family, raised with the code and the facts that its words use
    (``SigningRefused("field-signed", role="seller")``).  The words are in ``wording_*.py``, by the code.

    Attributes:
        code: what happened, for scripts; stable.
    """

    code: str
    _file: str | None = None

    def __init__(self, code: str, /, **facts: object) -> None:
        super().__init__(code)
        self.code = code
        vars(self).update(facts)

    @property
    def facts(self) -> dict[str, object]:
        """What the words need, by name; each is an attribute too."""
        return {name: value for name, value in vars(self).items() if name != "code" and not name.startswith("_")}

    @property
    def exit_code(self) -> ExitCode:
        """What the process says to a script."""
        return self._wording().exit_code

    def message(self, language: Language = "en") -> str:
        """Say what happened, in ``language``."""
        from signkit.errors.telling import tell

        said = tell(self._wording().message, language, self.facts)
        return said if self._file is None or self._file in said else f"{self._file}: {said}"

    def hint(self, language: Language = "en") -> str | None:
        """Say what the user can do next, or None where nothing can be said."""
        from signkit.errors.telling import tell

        hint = self._wording().hint
        return tell(hint, language, self.facts) if hint else None

    def _wording(self) -> Wording:
        from signkit.errors.wording import WORDINGS  # only now: most runs tell no error

        return WORDINGS[self.code]

    def __str__(self) -> str:
        return self.message()

    def __repr__(self) -> str:
        facts = "".join(f", {name}={value!r}" for name, value in self.facts.items())
        return f"{type(self).__name__}({self.code!r}{facts})"

    def __reduce__(self) -> tuple[Any, ...]:
        code = {"code": self.code} if "code" in vars(self) else {}  # a dataclass has it from its class
        return _rebuild, (type(self), code | self.facts)


@contextmanager
def naming(file: object) -> Iterator[None]:
    """Have the errors of what is done with a file say which file it was, where their own words do not."""
    try:
        yield
    except SignKitError as error:
        if error._file is None:
            error._file = str(file)
        raise


def _rebuild(kind: type[SignKitError], attributes: dict[str, object]) -> SignKitError:
    error = kind.__new__(kind)
    vars(error).update(attributes)
    return error
