"""The origin of a request, known to every service without being passed through each of them."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class Origin:
    """The origin of what is done; `channel` is "web", "worker" or "command"."""

    channel: str
    ip_address: str = ""
    user_agent: str = ""
    request_id: str = ""


_COMMAND = Origin(channel="command")
_origin: ContextVar[Origin] = ContextVar("audit_origin", default=_COMMAND)


def current_origin() -> Origin:
    return _origin.get()


@contextmanager
def origin(value: Origin) -> Iterator[None]:
    token = _origin.set(value)
    try:
        yield
    finally:
        _origin.reset(token)
