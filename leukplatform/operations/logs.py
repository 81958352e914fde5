"""The form of log lines: one entry a line, the time in UTC, no one-time key."""

from __future__ import annotations

import logging
import re
from datetime import UTC, datetime
from typing import Any

# Invitations and password resets: whoever reads the key in a log before its owner clicks could take the account.
_ONE_TIME_KEY = re.compile(r"(/account/(?:invitation|password/reset/key)/)[^/?#\s]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


class LineFormatter(logging.Formatter):
    """Escapes control characters, so that no text from outside can begin an entry or repaint a terminal.

    A traceback follows its entry, indented, with one line a frame.
    """

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802 - logging's name
        return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        return _ONE_TIME_KEY.sub(r"\1...", _escaped(super().formatMessage(record)))

    def formatException(self, ei: Any) -> str:  # noqa: N802 - logging's name
        lines = super().formatException(ei).splitlines()
        return _ONE_TIME_KEY.sub(r"\1...", "\n".join(f"  {_escaped(line)}" for line in lines))


def without_secrets(address: str) -> str:
    """Return a path without its query, which may hold a search, and without a one-time key."""
    return _ONE_TIME_KEY.sub(r"\1...", address.partition("?")[0])


def _escaped(text: str) -> str:
    return _CONTROL.sub(lambda match: match[0].encode("unicode_escape").decode(), text)
