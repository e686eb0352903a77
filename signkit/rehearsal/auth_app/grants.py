"""What the test server remembers: transactions, consents that wait for the person, codes, access tokens."""

from __future__ import annotations

from dataclasses import dataclass, field

from signkit.rehearsal.auth_app.phone import PhoneSignature
from signkit.rehearsal.auth_app.registration import Registration

#: Seconds: a transaction waits for its consent, a code for its exchange (RFC 6749 4.1.2: at most ten minutes), a token.
TRANSACTION_LIFE = 600.0
CODE_LIFE = 60.0
TOKEN_LIFE = 600.0


@dataclass
class SignatureTransaction:
    """One signature.

    Attributes:
        digest: SHA-256 of what is signed.
        ends: until when the person may agree.
        is_asked: a consent was begun with it; it is good for one.
        made: what the phone gave.
    """

    client: Registration = field(repr=False)
    digest: bytes
    ends: float
    is_asked: bool = False
    made: PhoneSignature | None = field(default=None, repr=False)


@dataclass(frozen=True)
class AuthorizationAsked:
    """A person is asked, by an authorisation request that is as it should be."""

    client: Registration = field(repr=False)
    redirect_uri: str
    state: str = field(repr=False)
    nonce: str = field(repr=False)
    challenge: str = field(repr=False)
    scope: str
    transaction: str


@dataclass(frozen=True)
class Code:
    """The person agreed; the client may come for the tokens once."""

    asked: AuthorizationAsked
    ends: float


@dataclass(frozen=True)
class AccessToken:
    """What an access token opens: the client's own has no transaction, a consent's one."""

    client: Registration = field(repr=False)
    ends: float
    transaction: str | None = None
