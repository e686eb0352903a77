"""An SMTP server on loopback: STARTTLS with a certificate of its own, one mail after the other, as it is told."""

from __future__ import annotations

import datetime
import socketserver
import ssl
import threading

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID


def make_certificate(folder):
    """Write a key and its certificate for localhost; return their paths."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, SHA256())
    )  # fmt: skip
    key_path, certificate_path = folder / "mail.key", folder / "mail.pem"
    key_path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    certificate_path.write_bytes(certificate.public_bytes(Encoding.PEM))
    return key_path, certificate_path


class MailServer(socketserver.ThreadingTCPServer):
    """The server; ``refusal`` answers RCPT, ``offers_tls`` says whether STARTTLS is there."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, folder):
        super().__init__(("127.0.0.1", 0), _Talk)
        key, self.certificate = make_certificate(folder)
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(self.certificate, key)
        self.mails, self.refusal, self.offers_tls, self.said_in_clear = [], None, True, []
        self.thread = threading.Thread(target=self.serve_forever, daemon=True)
        self.thread.start()

    @property
    def place(self):
        return f"localhost:{self.server_address[1]}"

    def handle_error(self, request, client_address):
        """A client that goes away (a certificate it does not believe) is no error of ours."""


class _Talk(socketserver.BaseRequestHandler):
    def handle(self):
        self.stream, self.is_secret = self.request.makefile("rwb"), False
        self.say("220 localhost ESMTP")
        while line := self.stream.readline().decode().strip():
            if not self.is_secret:
                self.server.said_in_clear.append(line)
            if not self.answer(line):
                return

    def finish(self):
        self.stream.close()
        self.request.close()

    def say(self, line):
        self.stream.write(line.encode() + b"\r\n")
        self.stream.flush()

    def answer(self, line):
        verb = line.upper().split(" ")[0]
        if verb == "EHLO":
            tls = self.server.offers_tls and not self.is_secret
            self.say("250-localhost\r\n250 STARTTLS" if tls else "250 localhost")
        elif verb == "STARTTLS":
            self.say("220 go ahead")
            self.stream.close()
            self.request = self.server.context.wrap_socket(self.request, server_side=True)
            self.stream, self.is_secret = self.request.makefile("rwb"), True
        elif verb == "RCPT" and self.server.refusal:
            self.say(self.server.refusal)
        elif verb == "DATA":
            self.say("354 go ahead")
            lines = []
            while (each := self.stream.readline()) not in (b".\r\n", b""):
                lines.append(each)
            self.server.mails.append(b"".join(lines))
            self.say("250 taken")
        else:
            self.say("221 bye" if verb == "QUIT" else "250 ok")
        return verb != "QUIT"
