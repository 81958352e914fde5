"""The web server of production reads the end of one request and the start of the next as the proxy does."""

from __future__ import annotations

import pytest
from gunicorn.config import Config
from gunicorn.http.errors import ParseException
from gunicorn.http.parser import RequestParser

HEAD = b"POST / HTTP/1.1\r\nHost: clinic.example\r\n"
SMUGGLED = b"0\r\n\r\nGET /stolen HTTP/1.1\r\nHost: clinic.example\r\n\r\n"


def requests(data: bytes) -> list[str]:
    """The paths of all requests found in `data`, their bodies read. Raises what the server answers with 400."""
    found = []
    for request in RequestParser(Config(), iter([data]), ("127.0.0.1", 1)):
        request.body.read()
        found.append(request.path)
    return found


def test_two_requests_on_one_connection_are_told_apart() -> None:
    assert requests(b"GET /one HTTP/1.1\r\nHost: a\r\n\r\nGET /two HTTP/1.1\r\nHost: a\r\n\r\n") == ["/one", "/two"]


@pytest.mark.parametrize(
    "headers",
    [
        b"Content-Length: 6\r\nTransfer-Encoding: chunked\r\n",
        b"Content-Length: 6\r\nContent-Length: 60\r\n",
        b"Content-Length: +6\r\n",
        b"Content-Length: 0x6\r\n",
        b"Transfer-Encoding: xchunked\r\n",
        b"Transfer-Encoding : chunked\r\n",
        b"Transfer-Encoding: chunked, identity\r\n",
        b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
        b"X: y\nTransfer-Encoding: chunked\r\n",
    ],
    ids=repr,
)
def test_a_message_whose_end_is_in_doubt_hides_no_second_request(headers: bytes) -> None:
    try:
        found = requests(HEAD + headers + b"\r\n" + SMUGGLED)
    except ParseException:
        return  # answered with 400, and the connection is closed
    assert "/stolen" not in found
