"""``signkit card``: the Individual Number Card (マイナンバーカード) and what can be done with it."""

from __future__ import annotations

import typer

from signkit.cli.card import authentication, bind, emulate, genuine, identity, reading, touch
from signkit.cli.language import words

HELP = words("Use the Individual Number Card.", "マイナンバーカードを使う。")

app = typer.Typer(no_args_is_help=True)

app.command("readers", help=reading.READERS_HELP)(reading.readers)
app.command("status", help=reading.STATUS_HELP)(reading.status)
app.command("certificate", help=reading.CERTIFICATE_HELP)(reading.certificate)
app.command("change-pin", help=reading.CHANGE_PIN_HELP)(reading.change_pin)
app.command("identity", help=identity.HELP)(identity.run)
app.command("challenge", help=authentication.CHALLENGE_HELP)(authentication.challenge)
app.command("authenticate", help=authentication.AUTHENTICATE_HELP)(authentication.authenticate)
app.command("verify-authentication", help=authentication.VERIFY_HELP)(authentication.verify)
app.command("touch", help=touch.HELP)(touch.run)
app.command("bind", help=bind.HELP)(bind.run)
app.command("genuine", help=genuine.HELP)(genuine.run)
app.command("emulate", help=emulate.HELP)(emulate.run)
