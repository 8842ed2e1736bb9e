"""Requests made up from the API's own description: none breaks it, and no answer differs from what it says."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.config import SchemathesisConfig

from fulfillment_bi.api.routes import describe_api
from fulfillment_bi.web import access
from fulfillment_bi.web.throttle import Throttle
from tests.browser.serving import serving

# 422: each name is right, but this metric has no such split, level or member
REFUSED = ["2xx", "304", "404", "422", "429"]
CONFIG = SchemathesisConfig.from_dict({"checks": {"positive_data_acceptance": {"expected-statuses": REFUSED}}})
schema = schemathesis.openapi.from_dict(describe_api(), config=CONFIG)


@pytest.fixture(scope="module")
def address(workspace) -> Iterator[str]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(access, "REQUESTS", Throttle(10**6, 1))  # nobody of flesh asks so fast
        patch.setattr(access, "EXPORTS", Throttle(10**6, 1))
        with serving(workspace) as found:
            yield found


@schema.parametrize()
@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
def test_no_request_breaks_it_and_answers_are_as_described(case, address):
    case.call_and_validate(base_url=address)
