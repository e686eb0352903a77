"""What people hold: a password, and the device that has the secret of the one-time codes."""

from __future__ import annotations

import base64
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from signkit.web.people.declining import Declined
from signkit.web.people.passwords import Typed, new_totp_secret, person_by_password, set_password

LOGIN, PASSWORD, HERE = "takahashi", "correct horse battery", "192.0.2.1"


def code_of(secret, time):
    return TOTP(base64.b32decode(secret), 6, SHA1(), 30).generate(int(time.timestamp())).decode()


class Account:
    """A person with a password, and the device that has the secret of the codes."""

    def __init__(self, tenant, clock, person, login=LOGIN):
        self.tenant, self.clock, self.person, self.login = tenant, clock, person, login
        self.secret = new_totp_secret()
        with tenant.store.writing() as connection:
            set_password(connection, tenant, person, Typed(login, PASSWORD, self.code()), self.secret)
        clock.advance(seconds=30)

    def code(self, **later):
        return code_of(self.secret, self.clock() + timedelta(**later))

    def come_in(self, login=None, password=PASSWORD, code=None, address=HERE):
        return person_by_password(self.tenant, Typed(login or self.login, password, code or self.code()), address)

    def reason(self, **typed):
        with pytest.raises(Declined) as caught:
            self.come_in(**typed)
        return caught.value.reason
