"""What a provider does not say as it should."""

from __future__ import annotations


class OpenIdFailure(Exception):
    """An answer that is not taken.

    Attributes:
        step: which answer it is, in the protocol's own words.
        cause: what is wrong, in English as in `signkit.errors.service_causes`; never a word of a secret.
    """

    def __init__(self, step: str, cause: str) -> None:
        super().__init__(f"{step}: {cause}")
        self.step = step
        self.cause = cause


class ConsentDeclined(Exception):
    """The provider says that the person did not agree.

    Attributes:
        code: of the error (RFC 6749 4.1.2.1), as it may be shown.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
