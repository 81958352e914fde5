from __future__ import annotations

from django.contrib.sessions.backends import db


class SessionStore(db.SessionStore):
    """Sessions in the database, looked up only by keys that could be valid.

    A cookie may carry any character in quotes, and PostgreSQL refuses the question for some of them.
    """

    def _validate_session_key(self, key: str) -> bool:
        is_long_enough: bool = super()._validate_session_key(key)  # type: ignore[misc]  # unknown to the stubs
        return is_long_enough and key.isascii() and key.isalnum()
