"""Any request that the document allows, and many that it does not: a stranger's generator sends them (schemathesis).

Every answer is one that the document has, and none is a fault of the server.  What is allowed by the schemas may still
be refused (a file that is no PDF, a change without If-Match), so that a refusal counts as an answer.
"""

from __future__ import annotations

import pytest

pytest.importorskip("schemathesis", reason="schemathesis is not installed")

import schemathesis
from hypothesis import Phase
from schemathesis import checks

from signkit.web.api.document import load_document
from tests.examples import HealthCheck, given, settings
from tests.web.api.conftest import start

_FILES = (
    "application/pdf", "application/pkcs7-mime", "application/pkcs7-signature", "application/vnd.etsi.asic-e+zip",
    "application/octet-stream", "application/zip", "application/x-tar", "application/gzip",
)  # fmt: skip
CHECKS = [
    checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
    checks.response_headers_conformance,
]


def as_bytes(_context, value):
    """A file's bytes, whatever was generated in its place."""
    return value if isinstance(value, bytes) else b"%PDF-1.7\n" + str(value).encode("utf-8", "replace")


@pytest.fixture(scope="module")
def any_service(tmp_path_factory):
    folder = tmp_path_factory.mktemp("any")
    for kind in _FILES:
        schemathesis.serializer(kind)(as_bytes)
    made = start(folder / "service", folder / "home", requests_a_minute=1_000_000)
    yield made
    made.service.close()


NAMES = [each.name for each in load_document().operations if each.permission is not None]


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_every_answer_is_in_the_document(any_service, name):
    key = {"Authorization": any_service.client.headers["authorization"]}
    schema = schemathesis.openapi.from_asgi("/openapi.json", any_service.client.app)
    operation = schema.find_operation_by_id(name)

    @settings(
        max_examples=6, database=None, derandomize=True, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=operation.as_strategy())
    def send(case):
        response = case.call(headers=key)
        case.validate_response(response, checks=CHECKS, headers=key)

    send()
