"""A key that a signing agent on this machine holds (``agent:PORT``): the client's end."""

from __future__ import annotations

import socket
import threading
from base64 import b64decode, b64encode
from contextlib import ExitStack
from types import TracebackType
from typing import Any, Self

from signkit.errors import SignerUnusable
from signkit.signers.agent_channel import LOOPBACK, Channel, ChannelBroken, CodeWrong, greet, secret_of
from signkit.signers.base import AskSecret, KeyAlgorithm, Purpose, SecretRequest, wipe
from signkit.words import Text

#: Seconds that the person at the agent is waited for.
_PERSON_SECONDS = 300.0
_CAUSES = {
    "person": Text("the person there did not agree", "エージェント側で承認されませんでした"),
    "key": Text(
        "its key could not be used; the agent says why", "鍵を使えませんでした (理由はエージェント側に表示されます)"
    ),
    "attributes": Text("this is not a document signature with its key", "この鍵による文書の署名ではありません"),
}
_OTHER = Text("it ended the conversation", "通信が打ち切られました")


class AgentSigner:
    """Asks for the pairing code when it is entered; the agent asks its own person for everything else."""

    def __init__(self, port: int, ask: AskSecret, purpose: Purpose) -> None:
        self._port = port
        self._ask = ask
        self._purpose = purpose
        self._lock = threading.Lock()
        self._stack = ExitStack()
        self._channel: Channel | None = None

    certificate: bytes
    chain: tuple[bytes, ...]
    algorithm: KeyAlgorithm

    def sign(self, data: bytes) -> bytes:
        """Sign ``data``, which must be signed attributes; see `signkit.signers.base.Signer`."""
        with self._lock:
            answer = self._exchange({"sign": b64encode(data).decode("ascii")})
        # What came back is not believed: whoever joins it checks it against the certificate.
        return b64decode(str(answer.get("signature", "")))

    def _exchange(self, message: dict[str, Any]) -> dict[str, Any]:
        if self._channel is None:
            raise RuntimeError("an agent signer is used inside its with block")
        try:
            self._channel.send(message)
            answer = self._channel.receive(_PERSON_SECONDS)
        except ChannelBroken as error:
            raise SignerUnusable("agent-refused", cause=_OTHER) from error
        if "refused" in answer:
            raise SignerUnusable("agent-refused", cause=_CAUSES.get(str(answer["refused"]), _OTHER))
        return answer

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            self._channel = self._pair(stack)
            files = [list(item) for item in self._purpose.files]
            answer = self._exchange({"role": self._purpose.role, "files": files})
            try:
                self.certificate = b64decode(answer["certificate"], validate=True)
                self.chain = tuple(b64decode(der, validate=True) for der in answer["chain"])
                self.algorithm = KeyAlgorithm(answer["key_type"], answer["digest"])
            except (KeyError, TypeError, ValueError) as error:
                raise SignerUnusable("agent-refused", cause=_OTHER) from error
            self._stack = stack.pop_all()
        return self

    def _pair(self, stack: ExitStack) -> Channel:
        secret = bytearray()
        try:
            self._connect().close()  # nobody types a code for an agent that is not there
            secret = self._ask(SecretRequest("pairing-code", f"{LOOPBACK}:{self._port}"))
            return greet(stack.enter_context(self._connect()), secret_of(secret), "client")
        except CodeWrong as error:
            raise SignerUnusable("agent-code-wrong") from error
        except (OSError, ChannelBroken) as error:
            raise SignerUnusable("agent-unreachable", port=self._port) from error
        finally:
            wipe(secret)

    def _connect(self) -> socket.socket:
        return socket.create_connection((LOOPBACK, self._port), timeout=10)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._channel = None
        self._stack.close()


def open_agent_signer(rest: str, ask: AskSecret, purpose: Purpose) -> AgentSigner:
    """Return the signer for ``agent:PORT``.

    Raises:
        SignerUnusable("agent-uri-invalid"): it names no port.
    """
    # RFC 6335 6: ports have 16 bits, and 0 is none.
    if not rest.isascii() or not rest.isdigit() or not 0 < int(rest[:6]) < 65_536:
        raise SignerUnusable("agent-uri-invalid")
    return AgentSigner(int(rest), ask, purpose)
