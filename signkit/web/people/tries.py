"""Tries to come in, counted before they are made: by account, by address, and by both.

Who guesses waits longer after each try, from one address or from many.  The owner is never locked out for ever: the
wait of an account that strangers try has an end of a minute, it does not count where the account came in from before,
and passkeys know no such wait.  Unknown accounts are counted as known ones are, so that a wait tells nothing.
"""

from __future__ import annotations

import hashlib
import ipaddress
import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from signkit.web.api.database import StoreConnection
from signkit.web.api.store import moment

#: After so long without a try nothing is held against anybody.
_QUIET = timedelta(hours=1)
#: So long an address from which an account came in is known as its own.
_KNOWN = timedelta(days=90)


@dataclass(frozen=True)
class Counter:
    """One of the things that tries are counted by.

    Attributes:
        free: tries without a wait.
        longest: that the wait grows to, seconds.
    """

    key: str
    free: int
    longest: int


@dataclass(frozen=True)
class Tried:
    """What a password's try is counted by."""

    login: str
    address: str

    @property
    def _pair(self) -> str:
        return _key("pair", f"{self.login}\n{_network(self.address)}")

    @property
    def _known(self) -> str:
        return _key("known", f"{self.login}\n{_network(self.address)}")

    def take(self, connection: StoreConnection, now: datetime) -> int:
        """Count a try; return the seconds to wait instead, in which case none was counted."""
        counters = [Counter(self._pair, 5, 900), Counter(_key("address", _network(self.address)), 20, 900)]
        row = connection.execute("SELECT at FROM sign_in_try WHERE key = ?", (self._known,)).fetchone()
        if row is None or row[0] <= moment(now - _KNOWN):
            counters.append(Counter(_key("account", self.login), 10, 60))
        return take_try(connection, counters, now)

    def succeed(self, connection: StoreConnection, now: datetime) -> None:
        """Forget the tries of somebody who came in, and know the address from now on."""
        keys = (self._pair, _key("address", _network(self.address)), _key("account", self.login))
        connection.executemany("DELETE FROM sign_in_try WHERE key = ?", [(each,) for each in keys])
        connection.execute(
            "INSERT INTO sign_in_try (key, count, at) VALUES (?, 0, ?)"
            " ON CONFLICT (key) DO UPDATE SET at = excluded.at",
            (self._known, moment(now)),
        )


def asking(address: str) -> Counter:
    """Return what challenges for passkeys are counted by."""
    return Counter(_key("asking", _network(address)), 60, 60)


def pairing_codes(person: str) -> Counter:
    """Return what a person's typed codes of agents are counted by."""
    return Counter(_key("pairing", person), 10, 900)


def take_try(connection: StoreConnection, counters: list[Counter], now: datetime) -> int:
    """Count a try; return the seconds to wait instead, in which case none was counted."""
    connection.execute("DELETE FROM sign_in_try WHERE at <= ?", (moment(now - _KNOWN),))
    counts = [_count(connection, each.key, now) for each in counters]
    wait = max(_wait(each, *count, now) for each, count in zip(counters, counts, strict=True))
    if wait > 0:
        return math.ceil(wait)
    connection.executemany(
        "INSERT INTO sign_in_try (key, count, at) VALUES (?, ?, ?)"
        " ON CONFLICT (key) DO UPDATE SET count = excluded.count, at = excluded.at",
        [(each.key, count + 1, moment(now)) for each, (count, _) in zip(counters, counts, strict=True)],
    )
    return 0


def forget_tries(connection: StoreConnection, counter: Counter) -> None:
    """Hold nothing against somebody any more."""
    connection.execute("DELETE FROM sign_in_try WHERE key = ?", (counter.key,))


def _count(connection: StoreConnection, key: str, now: datetime) -> tuple[int, datetime]:
    row = connection.execute("SELECT count, at FROM sign_in_try WHERE key = ?", (key,)).fetchone()
    if row is None or row[1] <= moment(now - _QUIET):
        return 0, now
    return row[0], datetime.fromisoformat(row[1])


def _wait(counter: Counter, count: int, last: datetime, now: datetime) -> float:
    if count < counter.free:
        return 0.0
    wait = float(min(counter.longest, 1 << min(count - counter.free, 30)))
    return min(wait, (last - now).total_seconds() + wait)  # also where the clock was moved back


def _key(kind: str, text: str) -> str:
    """No account's name and no address lies in the table."""
    return f"{kind}:{hashlib.sha256(text.encode('utf-8', 'replace')).hexdigest()[:32]}"


def _network(address: str) -> str:
    """One subscriber has a whole /64 of IPv6."""
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network((known, 64), strict=False)) if known.version == 6 else address
