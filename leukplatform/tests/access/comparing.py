"""Two answers are the same but for what differs between any two: addresses asked for, tokens, times, numbers."""

from __future__ import annotations

import re

from leukplatform.tests.access.asking import Answer

UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
_TOKEN = re.compile(r'(csrfmiddlewaretoken" value="|csrftoken=|X-CSRFToken": ?"|csrf-token" content=")[0-9A-Za-z]+')
_OWN_ACCOUNT = re.compile(r'<meta name="account" content="[0-9a-f-]+">')  # whose page it is, which may be what was sent
_VARIES = re.compile(
    r"((?:expires=|Expires: |X-Request-ID: |Content-Length: |sessionid=|messages=))[^;\n]+", re.IGNORECASE
)


def comparable(answer: Answer, *sent: str) -> str:
    """Return the answer with every string that was sent, and every id, replaced."""
    text = _OWN_ACCOUNT.sub("", answer.text)
    for word in sorted(filter(None, sent), key=len, reverse=True):
        text = text.replace(word, "SENT")
        for pk in UUID.findall(word):
            text = text.replace(pk, "ID")
    return _VARIES.sub(r"\1", _TOKEN.sub(r"\1", text))
