"""The hashes of the trail: pure functions, which any language can repeat (docs/decisions/0009-audit-chain.md).

Every hash begins with the number of its recipe, so that a later recipe can stand beside the rows of this one:
"1:" and the SHA-256 of a text, in hexadecimal.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256

RECIPE = "1"
START = ""  # what the first seal names as its predecessor

TEXT_FIELDS = (
    "actor_id",
    "actor_name",
    "actor_role",
    "action",
    "subject_type",
    "subject_id",
    "patient_id",
    "channel",
    "ip_address",
    "user_agent",
    "request_id",
)
FIELDS = ("occurred_at", "details", *TEXT_FIELDS)


def canonical(row: Mapping[str, object]) -> str:
    """The row as one line of JSON in ASCII: keys sorted, no spaces, the time in UTC with six decimals.

    Raises TypeError for what does not come back from every database as it went in (fractions above all).
    """
    occurred_at, details = row["occurred_at"], row["details"]
    if not isinstance(occurred_at, datetime):
        raise TypeError(f"occurred_at must be a time, not {occurred_at!r}.")
    _check_survives_storage(details)
    facts: dict[str, object] = {name: str(row[name]) for name in TEXT_FIELDS}
    facts["occurred_at"] = occurred_at.astimezone(UTC).isoformat(timespec="microseconds")
    facts["details"] = details
    return json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def content_hash(row: Mapping[str, object]) -> str:
    """Hash the content of an event, without the row's id, which the database gives and the seal binds."""
    return _hash(canonical(row))


def seal_hash(*, seq: int, event_id: int, previous_hash: str, content_hash: str) -> str:
    """Hash one link of the chain. The database's triggers compute the same (migrations/0003_guards.py)."""
    return _hash(f"{RECIPE}|{seq}|{event_id}|{previous_hash}|{content_hash}")


def _hash(text: str) -> str:
    return f"{RECIPE}:{sha256(text.encode()).hexdigest()}"


def _check_survives_storage(value: object) -> None:
    if isinstance(value, dict):
        for name, item in value.items():
            if not isinstance(name, str):
                raise TypeError(f"Names in details must be text, not {name!r}.")
            _check_survives_storage(item)
    elif isinstance(value, list | tuple):
        for item in value:
            _check_survives_storage(item)
    elif not (value is None or isinstance(value, str | int)):
        raise TypeError(f"Details hold text, whole numbers, lists and truth values, not {value!r}.")
