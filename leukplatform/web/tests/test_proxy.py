"""The address of the person, not of the proxy in between."""

from __future__ import annotations

import pytest
from django.http import HttpRequest, HttpResponse

from leukplatform.web.proxy import ProxiedAddressMiddleware


@pytest.mark.parametrize(
    ("forwarded", "address"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("10.9.9.9, 203.0.113.7", "203.0.113.7"),  # the first one is what the visitor claims
        ("2001:db8::1", "2001:db8::1"),
        ("", "172.18.0.1"),
        ("not an address", "172.18.0.1"),
        ("203.0.113.7, <script>", "172.18.0.1"),
    ],
)
def test_the_address_is_the_one_the_proxy_saw(forwarded, address):
    request = HttpRequest()
    request.META = {"REMOTE_ADDR": "172.18.0.1", "HTTP_X_FORWARDED_FOR": forwarded}
    ProxiedAddressMiddleware(lambda _: HttpResponse())(request)
    assert request.META["REMOTE_ADDR"] == address
