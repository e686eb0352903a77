"""Keys on PKCS#11 tokens: SoftHSM2 signs, strangers verify, nothing is guessed, no PIN is spent or kept.

OpenSC's module on the emulated card is met in tests/card/test_opensc.py.
"""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import strategies as st

from signkit.errors import MissingExtra, SignerUnusable
from signkit.rehearsal.authority import issue_organisation_certificate
from signkit.rehearsal.evidence_services import utc_now
from signkit.settings import Settings, load_settings
from signkit.signers import pkcs11 as signer_module
from signkit.signers.base import KeyAlgorithm
from signkit.signers.pkcs11 import open_pkcs11_signer
from signkit.signers.pkcs11_token import Module, obtain_pin, session_on
from signkit.signers.pkcs11_uri import Pkcs11Uri, parse_pkcs11_uri
from signkit.signers.registry import SignerContext, open_signer
from signkit.signing.levels import Level, Services, sign
from signkit.signing.request import SignatureRequest
from signkit.signing.signature_formats import SignatureFormat
from tests import witness
from tests.examples import given
from tests.refusals import refused_as
from tests.requirements import require
from tests.signers import softhsm

KINDS = {
    "rsa-2048": lambda: rsa.generate_private_key(65537, 2048),
    "rsa-3072": lambda: rsa.generate_private_key(65537, 3072),
    "rsa-4096": lambda: rsa.generate_private_key(65537, 4096),
    "p-256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "p-384": lambda: ec.generate_private_key(ec.SECP384R1()),
}
ESCAPE = "\x1b[31m"


@pytest.fixture(scope="session")
def settings(rehearsal, tmp_path_factory):
    """Settings that name SoftHSM2, with these tokens:

    office      a key of each of KINDS, its label the kind, and their CA's certificate
    single      one P-256 key
    twin, twin  two tokens of one label, a P-256 key each
    odd         what goes wrong: see `_fill_odd`
    empty       nothing
    """
    lack = softhsm.missing()
    require(lack is None, lack or "")
    hsm = softhsm.SoftHsm.new(tmp_path_factory.mktemp("softhsm"))
    for label in ("office", "single", "twin", "twin", "odd", "empty"):
        hsm.new_token(label)
    module = softhsm.module()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOFTHSM2_CONF", str(hsm.configuration))
        _fill(module, rehearsal.service_ca)
        yield Settings(pkcs11_module=module)


def _fill(module, authority) -> None:
    import pkcs11

    tokens = list(pkcs11.lib(str(module.resolve())).get_tokens())
    for token in tokens:
        if not token.label:  # the slot in which the next token would be made
            continue
        with token.open(rw=True, user_pin=softhsm.PIN) as session:
            _FILL[token.label](session, authority)


def _fill_office(session, authority) -> None:
    for number, (kind, make) in enumerate(KINDS.items(), 1):
        _put_pair(session, authority, make(), bytes((number,)), kind)
    softhsm.put_certificate(session, authority.certificate.public_bytes(Encoding.DER), b"\xca", "CA")


def _fill_one(session, authority) -> None:
    _put_pair(session, authority, KINDS["p-256"](), b"\x01", "key")


def _fill_odd(session, authority) -> None:
    _put_pair(session, authority, rsa.generate_private_key(65537, 1024), b"\x01", "short")
    other = ed25519.Ed25519PrivateKey.generate()
    softhsm.put_certificate(session, _issue(authority, other, "edwards"), b"\x02", "edwards")
    softhsm.put_key(session, KINDS["p-256"](), b"\x02", "edwards")
    _put_pair(session, authority, KINDS["p-256"](), b"\x03", "every-time", always_authenticate=True)
    softhsm.put_certificate(session, b"0\x03no!", b"\x04", "garbage")
    softhsm.put_key(session, KINDS["p-256"](), b"\x04", "garbage")
    softhsm.put_certificate(session, _issue(authority, KINDS["p-256"](), "alone"), b"\x05", "alone")
    _put_pair(session, authority, KINDS["p-256"](), b"\x06", f"{ESCAPE}red; 赤")


_FILL = {
    "office": _fill_office,
    "single": _fill_one,
    "twin": _fill_one,
    "odd": _fill_odd,
    "empty": lambda session, authority: None,
}


def _put_pair(session, authority, key, id_: bytes, label: str, **options) -> None:
    softhsm.put_certificate(session, _issue(authority, key, label), id_, label)
    softhsm.put_key(session, key, id_, label, **options)


def _issue(authority, key, label: str) -> bytes:
    name = "".join(character for character in label if character.isprintable())
    certificate = issue_organisation_certificate(authority, name, "架空不動産株式会社", key, utc_now())
    return certificate.public_bytes(Encoding.DER)


class Person:
    """Answers every question with one PIN, and keeps what was asked and given."""

    def __init__(self, pin: str | bytes = softhsm.PIN) -> None:
        self.pin = pin.encode() if isinstance(pin, str) else pin
        self.asked = []
        self.given = []

    def __call__(self, request) -> bytearray:
        self.asked.append(request)
        self.given.append(bytearray(self.pin))
        return self.given[-1]


def opened(uri: str, settings: Settings, person: Person | None = None, **options):
    return open_signer(f"pkcs11:{uri}", SignerContext(person or Person(), settings, **options))


def request(field="seller"):
    return SignatureRequest(field, "架空 仲介子", utc_now())


def sha256_verifies(certificate_der: bytes, signature: bytes, data: bytes) -> None:
    from cryptography.hazmat.primitives import hashes

    x509.load_der_x509_certificate(certificate_der).public_key().verify(signature, data, ec.ECDSA(hashes.SHA256()))


# --- signing ---


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_key_signs_what_strangers_verify(kind, settings, rehearsal, blank, tmp_path):
    person = Person()
    with opened(f"token=office;object={kind}", settings, person) as signer:
        signed = sign(blank, request(), signer, Level.B_B, Services()).pdf
        chain = signer.chain
    path = tmp_path / "signed.pdf"
    path.write_bytes(signed)
    assert witness.valid_signatures(path) == 1
    assert chain == (rehearsal.service_ca.certificate.public_bytes(Encoding.DER),)
    assert [(r.kind, r.of, r.tries_left) for r in person.asked] == [("token-pin", "office", None)]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "algorithm"),
    [
        ("rsa-2048", KeyAlgorithm("rsa", "sha256")),
        ("p-256", KeyAlgorithm("ecdsa", "sha256")),
        ("p-384", KeyAlgorithm("ecdsa", "sha384")),
    ],
)
def test_the_hash_fits_the_key(kind, algorithm, settings):
    with opened(f"token=office;object={kind}", settings) as signer:
        assert signer.algorithm == algorithm


@pytest.mark.slow
def test_rsa_signs_a_digest_info_where_the_token_does_not_hash(settings, blank, tmp_path, monkeypatch):
    from pkcs11 import Mechanism

    monkeypatch.setattr(signer_module, "_mechanism", lambda token, algorithm: Mechanism.RSA_PKCS)
    with opened("token=office;object=rsa-2048", settings) as signer:
        signed = sign(blank, request(), signer, Level.B_B, Services()).pdf
    path = tmp_path / "signed.pdf"
    path.write_bytes(signed)
    assert witness.valid_signatures(path) == 1


def test_the_mechanism_is_the_first_that_the_token_has():
    pkcs11 = pytest.importorskip("pkcs11")
    mechanisms = pkcs11.Mechanism

    def chosen(key_type, *offered):
        token = SimpleNamespace(label="t", slot=SimpleNamespace(get_mechanisms=lambda: set(offered)))
        return signer_module._mechanism(token, KeyAlgorithm(key_type, "sha256"))

    assert chosen("rsa", mechanisms.SHA256_RSA_PKCS, mechanisms.RSA_PKCS) is mechanisms.SHA256_RSA_PKCS
    assert chosen("rsa", mechanisms.RSA_PKCS) is mechanisms.RSA_PKCS
    assert chosen("ecdsa", mechanisms.ECDSA, mechanisms.RSA_PKCS) is mechanisms.ECDSA
    with refused_as("token-key-unusable", match="none of CKM_SHA256_RSA_PKCS, CKM_RSA_PKCS"):
        chosen("rsa", mechanisms.ECDSA)


@pytest.mark.slow
def test_one_session_serves_threads_one_after_the_other(settings):
    person = Person()
    texts = [f"contract {number}".encode() for number in range(40)]
    with opened("token=single", settings, person) as signer, ThreadPoolExecutor(4) as pool:
        for text, signature in zip(texts, pool.map(signer.sign, texts), strict=True):
            sha256_verifies(signer.certificate, signature, text)
    assert len(person.asked) == 1


def test_the_session_is_closed_and_the_signer_can_be_entered_again(settings):
    signer = opened("token=single", settings)
    for _ in range(2):
        with signer:
            assert signer.sign(b"data")
    with pytest.raises(RuntimeError, match="inside its with block"):
        signer.sign(b"data")


@pytest.mark.slow
def test_a_key_that_wants_its_pin_every_time_gets_it_every_time(settings):
    person = Person()
    with opened("token=odd;object=every-time", settings, person) as signer:
        for count in (1, 2, 3):
            sha256_verifies(signer.certificate, signer.sign(b"data"), b"data")
            assert len(person.asked) == count
    assert all(given == bytes(len(given)) for given in person.given)


def test_a_pin_that_is_held_for_the_first_signature_is_wiped_without_one(settings):
    person = Person()
    with opened("token=odd;object=every-time", settings, person) as signer:
        assert softhsm.PIN not in repr(signer)
        assert person.given == [softhsm.PIN.encode()]
    assert person.given == [bytearray(len(softhsm.PIN))]


# --- list and ask, never guess ---


def test_several_tokens_are_listed_and_each_uri_of_the_list_works(settings):
    with refused_as("token-ambiguous") as refusal, opened("", settings):
        pass
    choices = refusal.value.choices
    assert sorted(choice.token for choice in choices) == ["empty", "odd", "office", "single", "twin", "twin"]
    assert refusal.value.exit_code == 2
    for choice in choices:
        if choice.token in ("single", "twin"):
            with opened(choice.uri.removeprefix("pkcs11:"), settings) as signer:
                assert signer.certificate


def test_tokens_of_one_label_are_told_apart_by_their_slots(settings):
    with refused_as("token-ambiguous") as refusal, opened("token=twin", settings):
        pass
    first, second = (parse_pkcs11_uri(choice.uri.removeprefix("pkcs11:")) for choice in refusal.value.choices)
    assert first.token == second.token == "twin"
    assert None not in (first.slot_id, second.slot_id)
    assert first.slot_id != second.slot_id


@pytest.mark.slow
def test_several_certificates_are_listed_and_each_uri_of_the_list_works(settings):
    with refused_as("token-key-ambiguous") as refusal, opened("token=office", settings):
        pass
    assert refusal.value.exit_code == 2
    assert sorted((choice.label, choice.id, choice.common_name) for choice in refusal.value.choices) == sorted(
        (kind, f"{number:02x}", kind) for number, kind in enumerate(KINDS, 1)
    )
    for choice in refusal.value.choices:
        with opened(choice.uri.removeprefix("pkcs11:"), settings) as signer:
            assert choice.common_name in str(x509.load_der_x509_certificate(signer.certificate).subject)


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_list_is_ready_to_copy(language, settings):
    with refused_as("token-key-ambiguous") as refusal, opened("token=office", settings):
        pass
    lines = refusal.value.message(language).splitlines()
    assert "  - office: p-256, id 04, CN p-256" in lines
    assert '    --signer "pkcs11:token=office;object=p-256;id=%04"' in lines


def test_a_module_path_of_the_uri_is_in_the_listed_uris(settings):
    path = settings.pkcs11_module
    with refused_as("token-key-ambiguous") as refusal, opened(f"token=office?module-path={path}", Settings()):
        pass
    assert all(choice.uri.endswith(f"?module-path={path}") for choice in refusal.value.choices)


def test_no_list_shows_a_serial_number(settings):
    import pkcs11

    serials = [t.serial.decode() for t in pkcs11.lib(str(settings.pkcs11_module.resolve())).get_tokens() if t.label]
    with refused_as("token-ambiguous") as refusal, opened("", settings):
        pass
    assert len(serials) == 6
    assert not [serial for serial in serials if serial in str(refusal.value) + repr(refusal.value)]


def test_a_token_that_is_not_there_is_said_with_those_that_are(settings):
    person = Person()
    with refused_as("token-not-found") as refusal, opened("token=garage", settings, person):
        pass
    assert len(refusal.value.choices) == 6
    assert refusal.value.exit_code == 11
    assert person.asked == []


@pytest.mark.parametrize("asked_for", ["object=nothing", "id=%99", "object=p-256;id=%01"])
def test_a_key_that_is_not_there_is_said_with_those_that_are(asked_for, settings):
    with refused_as("token-key-not-found") as refusal, opened(f"token=office;{asked_for}", settings):
        pass
    assert len(refusal.value.choices) == len(KINDS)
    assert refusal.value.exit_code == 11


def test_an_empty_token_is_said_to_hold_nothing(settings):
    with refused_as("token-key-not-found") as refusal, opened("token=empty", settings):
        pass
    assert refusal.value.message("en").endswith("\n  (nothing)")
    assert refusal.value.message("ja").endswith("\n  (ありません)")


@pytest.mark.parametrize("label", ["garbage", "alone"])
def test_a_broken_certificate_or_one_without_its_key_is_no_choice(label, settings):
    with refused_as("token-key-not-found") as refusal, opened(f"token=odd;object={label}", settings):
        pass
    assert label not in [choice.label for choice in refusal.value.choices]


def test_a_label_cannot_steer_the_terminal_and_its_uri_works(settings):
    with refused_as("token-key-ambiguous") as refusal, opened("token=odd", settings):
        pass
    [choice] = [choice for choice in refusal.value.choices if choice.id == "06"]
    assert choice.label == "\ufffd[31mred; 赤"
    assert ESCAPE not in str(refusal.value)
    with opened(choice.uri.removeprefix("pkcs11:"), settings) as signer:
        assert signer.certificate


# --- keys that cannot sign ---


def test_a_short_rsa_key_is_refused(settings):
    with (
        refused_as("token-key-unusable", match="1024 bits; at least 2048 are needed"),
        opened("token=odd;object=short", settings),
    ):
        pass


def test_a_key_of_another_type_is_refused(settings):
    with refused_as("token-key-unusable", match="a key of type ed25519"), opened("token=odd;object=edwards", settings):
        pass


def test_an_ecdsa_answer_that_is_not_r_and_s_is_refused():
    key = SimpleNamespace(algorithm=KeyAlgorithm("ecdsa", "sha256"), token=SimpleNamespace(label="t"))
    for answer in (b"", bytes(63)):
        with refused_as("token-failed", match=f"an ECDSA signature of {len(answer)} bytes"):
            signer_module._as_cms_carries_it(key, answer)


# --- the PIN ---


def _everything_kept(error: BaseException | None) -> str:
    """Everything that an exception, its causes and their frames outside this file hold."""
    texts = []
    while error is not None:
        texts += [repr(error), str(error), repr(vars(error))]
        trace = error.__traceback__
        while trace is not None:
            if trace.tb_frame.f_code.co_filename != __file__:
                texts.append(repr(trace.tb_frame.f_locals))
            trace = trace.tb_next
        error = error.__cause__ or error.__context__
    return "\n".join(texts)


def test_a_key_of_no_use_is_refused_before_its_pin_where_the_certificate_shows(settings):
    person = Person()
    with (
        refused_as("key-not-for-registry"),
        opened("token=single", settings, person, accept=SignatureFormat.REGISTRY.refuse_key),
    ):
        pass
    assert person.asked == []


def test_a_key_of_use_is_asked_for_its_pin(settings):
    person = Person()
    uri = "token=office;object=rsa-2048"
    with opened(uri, settings, person, accept=SignatureFormat.REGISTRY.refuse_key) as signer:
        assert len(signer.sign(b"data")) == 256
    assert len(person.asked) == 1


def test_a_wrong_pin_is_sent_once_wiped_and_kept_nowhere(settings):
    person = Person("wrong-4712")
    with refused_as("token-pin-wrong") as refusal, opened("token=single", settings, person):
        pass
    assert refusal.value.exit_code == 12
    assert len(person.asked) == 1
    assert person.given == [bytearray(len("wrong-4712"))]
    assert "wrong-4712" not in _everything_kept(refusal.value)


def test_after_a_wrong_pin_the_right_one_opens(settings):
    with refused_as("token-pin-wrong"), opened("token=single", settings, Person("wrong-4712")):
        pass
    with opened("token=single", settings) as signer:
        assert signer.sign(b"data")


def test_after_a_wrong_pin_the_next_person_asked_is_told_until_the_right_one_came(settings):
    """SoftHSM sets CKF_USER_PIN_COUNT_LOW, and neither counts down nor locks."""
    with refused_as("token-pin-wrong"), opened("token=single", settings, Person("wrong-4712")):
        pass
    person = Person()
    for _ in range(2):
        with opened("token=single", settings, person):
            pass
    assert [(asked.after_wrong, asked.tries_left) for asked in person.asked] == [(True, None), (False, None)]


def test_a_wrong_pin_for_a_further_signature_is_kept_nowhere_and_ends_the_session(settings):
    person = Person()
    with opened("token=odd;object=every-time", settings, person) as signer:
        signer.sign(b"data")
        person.pin = b"wrong-4712"
        with refused_as("token-pin-wrong") as refusal:
            signer.sign(b"data")
        assert "wrong-4712" not in _everything_kept(refusal.value)
    assert all(given == bytes(len(given)) for given in person.given)
    with opened("token=odd;object=every-time", settings) as signer:
        assert signer.sign(b"data")


@pytest.mark.parametrize("pin", [b"", b"\xff\xfe"], ids=["empty", "not UTF-8"])
def test_what_cannot_be_a_pin_is_not_sent(pin, settings):
    person = Person(pin)
    with refused_as("token-pin-not-sent") as refusal, opened("token=single", settings, person):
        pass
    assert refusal.value.exit_code == 12
    assert refusal.value.__context__ is None


class StandInToken:
    """A token in the state that ``flags`` say; only for states that SoftHSM does not know."""

    label = "pad"

    def __init__(self, *flags: str) -> None:
        from pkcs11 import TokenFlag

        self.flags = TokenFlag.LOGIN_REQUIRED
        for flag in flags:
            self.flags |= TokenFlag[flag]
        self.slot = SimpleNamespace(get_token=lambda: self)
        self.logins = []

    def open(self, user_pin=None):
        self.logins.append(user_pin)
        return SimpleNamespace(close=lambda: None)


def test_a_locked_token_asks_nobody():
    pytest.importorskip("pkcs11")
    person = Person()
    with refused_as("token-pin-locked") as refusal:
        obtain_pin(StandInToken("USER_PIN_LOCKED"), person, use_last_try=True)
    assert refusal.value.exit_code == 11
    assert person.asked == []


def test_with_one_try_left_nobody_is_asked_unless_it_is_insisted_on():
    pytest.importorskip("pkcs11")
    person, token = Person(), StandInToken("USER_PIN_FINAL_TRY", "USER_PIN_COUNT_LOW")
    with refused_as("token-pin-last-try") as refusal:
        obtain_pin(token, person, use_last_try=False)
    assert refusal.value.exit_code == 12
    assert person.asked == []
    assert obtain_pin(token, person, use_last_try=True) == softhsm.PIN.encode()
    assert [(asked.tries_left, asked.after_wrong) for asked in person.asked] == [(1, False)]


def test_a_token_with_a_pin_pad_asks_for_the_pin_itself():
    types = pytest.importorskip("pkcs11.types")
    person, token = Person(), StandInToken("PROTECTED_AUTHENTICATION_PATH")
    pin = obtain_pin(token, person, use_last_try=False)
    with session_on(SimpleNamespace(enter=lambda: None, leave=lambda closed: None, lock=_NoLock()), token, pin):
        pass
    assert person.asked == []
    assert token.logins == [types.PROTECTED_AUTH]


class _NoLock:
    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None


def test_a_second_login_to_one_token_in_one_process_is_refused_and_the_first_goes_on(settings):
    with opened("token=single", settings) as signer:
        with refused_as("token-failed", match="UserAlreadyLoggedIn"), opened("token=single", settings):
            pass
        assert signer.sign(b"data")
    with opened("token=single", settings) as signer:
        assert signer.sign(b"data")


def test_a_session_that_could_not_be_closed_ends_with_the_module_when_the_last_one_leaves(monkeypatch):
    pkcs11 = pytest.importorskip("pkcs11")
    finalised = []
    monkeypatch.setattr(pkcs11, "lib", lambda path: SimpleNamespace(finalize=lambda: finalised.append(path)))
    module = Module("/a/module.so")
    module.enter()
    module.enter()
    module.leave(closed=False)
    assert finalised == []
    module.leave(closed=True)
    assert finalised == ["/a/module.so"]
    module.enter()
    module.leave(closed=True)
    assert finalised == ["/a/module.so"]


# --- the module ---


def test_the_settings_name_the_module_relative_to_their_file(tmp_path):
    path = tmp_path / "signkit.toml"
    path.write_text('pkcs11_module = "lib/token.so"')
    assert load_settings(path, environ={}).pkcs11_module == tmp_path / "lib" / "token.so"
    environ = {"SIGNKIT_PKCS11_MODULE": "/opt/token.so"}
    assert load_settings(path, environ=environ).pkcs11_module == Path("/opt/token.so")


def test_without_a_module_the_two_places_to_name_one_are_said():
    with refused_as("pkcs11-module-unnamed") as refusal:
        opened("token=office", Settings())
    assert "module-path" in (refusal.value.hint() or "")
    assert "pkcs11_module" in (refusal.value.hint() or "")
    assert refusal.value.exit_code == 2


def _library_without_pkcs11() -> Path:
    from cryptography.hazmat.bindings import _rust

    return Path(_rust.__file__)


@pytest.mark.parametrize("kind", ["missing", "folder", "text", "other library"])
def test_what_is_no_module_is_one_clear_error(kind, tmp_path):
    pytest.importorskip("pkcs11")
    (tmp_path / "text").write_text("no library")
    (tmp_path / "folder").mkdir()
    path = _library_without_pkcs11() if kind == "other library" else tmp_path / kind
    with refused_as("pkcs11-module-unusable") as refusal, opened("", Settings(pkcs11_module=path)):
        pass
    assert refusal.value.path == str(path)
    assert refusal.value.exit_code == 11


def test_a_bare_name_is_looked_for_nowhere():
    pytest.importorskip("pkcs11")
    with refused_as("pkcs11-module-unusable", match="No such file"), opened("?module-path=libsofthsm2.so", Settings()):
        pass


def test_without_python_pkcs11_the_extra_is_named(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "pkcs11", None)
    with pytest.raises(MissingExtra) as refusal, opened("", Settings(pkcs11_module=tmp_path)):
        pass
    assert refusal.value.extra == "pkcs11"


# --- the URI ---


def test_a_uri_is_read_with_its_percent_encoding():
    uri = parse_pkcs11_uri(
        "token=%E5%8D%B0%20%3B%3F;manufacturer=m;model=o;serial=01;slot-description=d;slot-manufacturer=s;"
        "slot-id=7;object=k;id=%00%fFa;type=private?module-path=/usr/lib/a%20b.so"
    )
    assert uri == Pkcs11Uri("印 ;?", "m", "o", "01", "d", "s", 7, "k", b"\x00\xffa", "/usr/lib/a b.so")


def test_an_empty_uri_leaves_everything_open():
    assert parse_pkcs11_uri("") == Pkcs11Uri()


_TEXT = st.none() | st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=32)


@pytest.mark.slow
@given(
    st.builds(
        Pkcs11Uri,
        token=_TEXT,
        object=_TEXT,
        module_path=_TEXT,
        id=st.none() | st.binary(max_size=64),
        slot_id=st.none() | st.integers(0, 2**64 - 1),
    )
)
def test_what_is_written_is_read_back(uri):
    assert parse_pkcs11_uri(str(uri).removeprefix("pkcs11:")) == uri


@pytest.mark.parametrize(
    ("rest", "cause"),
    [
        ("colour=red", "the attribute colour is not known before '?'"),
        ("x-vendor=1", "the attribute x-vendor is not known before '?'"),
        ("library-version=3", "the attribute library-version is not known before '?'"),
        ("module-path=/a.so", "the attribute module-path is not known before '?'"),
        ("?module-name=a", "the attribute module-name is not known after '?'"),
        ("?token=a", "the attribute token is not known after '?'"),
        ("token", "between ';' stands something that is not name=value"),
        ("token=a;", "between ';' stands something that is not name=value"),
        ("TOKEN=a", "between ';' stands something that is not name=value"),
        ("token=a;token=b", "token stands in it twice"),
        ("token=100%", "a % in token is not followed by two hex digits"),
        ("id=%0g", "a % in id is not followed by two hex digits"),
        ("token=%ff", "token is not UTF-8 text"),
        ("?module-path=/a.so%00.txt", "module-path is not UTF-8 text"),
        ("slot-id=one", "slot-id has a value that cannot be used here"),
        ("slot-id=-1", "slot-id has a value that cannot be used here"),
        ("type=secret-key", "type has a value that cannot be used here"),
        ("token=" + "a" * 5000, "it is longer than 4096 characters"),
    ],
    ids=lambda value: value[:24],
)
def test_a_malformed_uri_is_refused_with_the_reason(rest, cause):
    with refused_as("pkcs11-uri-invalid") as refusal:
        parse_pkcs11_uri(rest)
    assert refusal.value.cause.en == cause
    assert refusal.value.exit_code == 2


@pytest.mark.parametrize("rest", ["token=a?pin-value=4711", "pin-value=4711", "?pin-source=file:/4711"])
def test_a_pin_in_a_uri_is_refused_with_the_reason_and_not_repeated(rest):
    with refused_as("pkcs11-uri-invalid", match="a PIN is never in one") as refusal:
        open_pkcs11_signer(rest, Person(), Settings())
    assert "4711" not in _everything_said(refusal.value)


def _everything_said(error: SignerUnusable) -> str:
    return "".join(
        [repr(error), repr(vars(error)), *(error.message(lang) + str(error.hint(lang)) for lang in ("en", "ja"))]
    )
