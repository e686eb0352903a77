"""A SignedData is what its types say and nothing else: whatever is put into it later is noticed, or changes nothing."""

from __future__ import annotations

import random
import shutil
import subprocess

import pytest
from asn1crypto import tsp

from signkit.cms.der import distinguished
from signkit.pki.revocation.evidence import ocsp_answers, revocation_list
from signkit.validation.cms_file import validate_cms
from signkit.validation.report import Verdict
from tests.validation import pki
from tests.validation.conftest import codes
from tests.validation.der_trees import STRANGERS, Node, changed, tree

CONTENT = b"Pay 100 yen.\n"
#: Where the one SignerInfo stands in a ContentInfo without content, and what its members are.
_INFO = (1, 0, 4, 0)
_SIGNED, _SIGNATURE, _UNSIGNED = 3, 5, 6


def judged(world, root: Node):
    return validate_cms(root.der(), name="test.p7s", options=world.options, content=CONTENT)


@pytest.fixture(scope="module")
def root(world) -> Node:
    return tree(world.cms(CONTENT, stamp=lambda signature: pki.timestamp_token(signature, world.tsa)))


@pytest.mark.slow
def test_nothing_can_be_put_into_signed_attributes(world, root):
    """Written anew by its types, an attribute loses what its type does not know: the signature would fit again."""
    inside = root.at((*_INFO, _SIGNED))
    for path, node in inside.walk():
        for place in range(len(node.kids) + 1 if node.is_constructed else 0):
            for stranger in STRANGERS[:2]:
                kids = (*node.kids[:place], stranger, *node.kids[place:])
                report = judged(world, root.put((*_INFO, _SIGNED, *path), Node(node.tag, kids)))
                assert report.verdict is not Verdict.PASSED, (path, place, stranger)


@pytest.mark.parametrize("form", ["long", "indefinite", "order"])
def test_signed_attributes_are_der_to_whoever_verifies_however_they_are_written(world, root, form):
    """RFC 5652 5.4: the signature is over the DER of the attributes, also where they came as BER."""
    at = (*_INFO, _SIGNED)
    node = root.at(at)
    written = Node(node.tag, node.kids[::-1]) if form == "order" else Node(node.tag, node.kids, form=form)
    assert judged(world, root.put(at, written)).verdict is Verdict.PASSED


@pytest.mark.slow
@pytest.mark.parametrize("place", [(), (1, 0), (1, 0, 2), _INFO, (*_INFO, 2), (*_INFO, 4), (*_INFO, _SIGNED, 1)])
def test_an_element_too_many_passes_nowhere(world, root, place):
    node = root.at(place)
    longer = Node(node.tag, (*node.kids, *[Node(0x04, body=b"another reading")] * 2))  # parameters may be anything
    assert judged(world, root.put(place, longer) if place else longer).verdict is not Verdict.PASSED


def _signed_part(root: Node) -> tuple[bytes, bytes]:
    info = root.at(_INFO)
    return distinguished(b"\x31" + info.kids[_SIGNED].der()[1:]), info.kids[_SIGNATURE].body


def broken(root: Node, seed: int) -> Node:
    choice = random.Random(seed)
    for _ in range(choice.choice([1, 1, 2, 3])):
        root = changed(root, choice, choice.choice([(), _INFO, (*_INFO, _SIGNED)]))
    return root


@pytest.mark.slow
def test_what_passes_after_any_change_says_what_was_signed(world, root):
    """By hand with more seeds; each is some milliseconds."""
    passed = 0
    for seed in range(300):
        try:
            other = broken(root, seed)
        except (IndexError, ValueError):  # a change took away what the next one was to change
            continue
        report = judged(world, other)
        assert report.error is None or report.error.code != "internal", seed
        if report.verdict is Verdict.PASSED:
            passed += 1
            assert _signed_part(other) == _signed_part(root), seed
    assert passed > 15  # lengths and what is not signed


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl")
def test_openssl_refuses_no_order_and_no_field_that_passes_here(world, root, tmp_path):
    """What passes here and not there is BER where OpenSSL wants DER, or an unsigned part that is not used here."""
    (tmp_path / "ca.pem").write_bytes(world.ca.certificate.public_bytes(pki.Encoding.PEM))
    (tmp_path / "content").write_bytes(CONTENT)
    words = ["openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", str(tmp_path / "x"), "-content"]
    words += [str(tmp_path / "content"), "-CAfile", str(tmp_path / "ca.pem"), "-purpose", "any", "-attime"]
    words += [str(int(pki.NOW.timestamp())), "-out", str(tmp_path / "out")]
    refused = 0
    for seed in range(1000, 1150):
        choice = random.Random(seed)
        attributes = (*_INFO, _SIGNED)
        node = changed(root.at(attributes), choice)
        signature = world.signer.sign(distinguished(b"\x31" + node.der()[1:]))  # by a signer who writes such things
        other = root.put(attributes, node).put((*_INFO, _SIGNATURE), Node(0x04, body=signature))
        if judged(world, other.put((*_INFO, _UNSIGNED))).verdict is not Verdict.PASSED:
            continue
        # As DER, so that what differs is not how it is written but what it is.
        der = tree(distinguished(b"\x31" + node.der()[1:]))
        plain = other.put(attributes, Node(0xA0, der.kids)).put((*_INFO, _UNSIGNED))
        (tmp_path / "x").write_bytes(plain.der())
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        # An attribute that may be absent, without a value, says nothing; OpenSSL wants one (RFC 5652 5.3).
        if done.returncode and "attribute error" not in done.stderr:
            refused += 1
            assert "nested asn1 error" in done.stderr, (seed, done.stderr)
            assert b"\x06\x00" in plain.der(), seed  # an attribute of no type, which nobody asks for
    assert refused < 5


# --- what others signed ----------------------------------------------------------------------------------------------


def _before_the_optional(signer: pki.Holder, der: bytes, place: int) -> bytes:
    """A signed object with an element before one of its own, which then seems to be absent."""
    whole = tree(der)
    inside = whole.kids[0]
    inside = Node(inside.tag, (*inside.kids[:place], Node(0x05), *inside.kids[place:]))
    signature = Node(0x03, body=b"\0" + signer.sign(inside.der()))
    return Node(whole.tag, (inside, whole.kids[1], signature, *whole.kids[3:])).der()


def test_an_element_before_the_extensions_hides_them_from_nobody(world):
    """RFC 5280 4.1: a TBSCertificate has no such field; OpenSSL refuses the certificate."""
    limited = pki.issue(world.ca, usage={"key_encipherment": True})
    der = _before_the_optional(world.ca, limited.der, 7)
    hidden = Shape(der, limited)
    report = validate_cms(world.cms(CONTENT, signer=hidden), name="x", options=world.options, content=CONTENT)
    assert (report.signatures[0].verdict, codes(report.signatures[0])) == (Verdict.INDETERMINATE, ["path-invalid"])


class Shape(pki.Holder):
    """A holder whose certificate has bytes of its own, which cryptography would not read."""

    def __init__(self, der: bytes, holder: pki.Holder) -> None:
        super().__init__(holder.certificate, holder.key)
        object.__setattr__(self, "_der", der)

    @property
    def der(self) -> bytes:
        return self._der


def test_an_element_before_the_entries_of_a_list_hides_them_from_nobody(world):
    der = pki.revocation_list(world.ca, {world.signer.asn1.serial_number: pki.NOW - pki.YEAR})
    assert revocation_list(der).is_understood
    assert not revocation_list(_before_the_optional(world.ca, der, 5)).is_understood


def test_an_element_too_many_in_an_answer_is_not_understood(world):
    der = pki.status_response(world.ca, world.signer)
    [answer] = ocsp_answers(der)
    assert answer.is_understood
    basic = tree(der).at((1, 0, 1)).body
    longer = _before_the_optional(world.ca, basic, 3)
    root = tree(der)
    [other] = ocsp_answers(root.put((1, 0, 1), Node(0x04, body=longer)).der())
    assert not other.is_understood


def test_a_token_with_a_field_of_its_own_is_not_understood(world):
    """Behind what no TSTInfo has stands an extension that is critical."""
    info = tsp.TSTInfo.load(tree(pki.timestamp_token(b"x", world.tsa)).at((1, 0, 2, 1, 0)).body)
    critical = tsp.Extension({"extn_id": "1.2.3.4", "critical": True, "extn_value": b""})
    plain = tree(info.dump())
    for extra in (), (Node(0x0C, body=b"x"), tree(pki.explicit(1, critical.dump()))):
        content = Node(plain.tag, (*plain.kids, *extra)).der()
        token = pki.signed_data(content, world.tsa, encapsulate=content, content_type="tst_info")
        report = validate_cms(token, name="x", options=world.options, content=b"x")
        assert (report.verdict is Verdict.PASSED) == (extra == ())
        assert ("timestamp-not-understood" in codes(report.document_timestamps[0])) == bool(extra)
