"""One hash of all that decides an answer besides the graph: thresholds, temperature, recipe and the like.

The same picture, graph and parameters give the same answer.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

# Fields of a card that do not change the answers. All others count, and so does any new one.
_DESCRIPTIVE = frozenset(
    {
        "architecture",
        "format_version",
        "intended_use",
        "limits",
        "metrics",
        "mixed_in",
        "model_sha256",
        "name",
        "parity",
        "split_name",
        "split_sha256",
        "threshold_rule",
        "training",
        "training_commit",
        "training_data",
        "training_data_licence",
        "version",
        "weights_sha256",
    }
)


def sha256(card: Mapping[str, Any]) -> str:
    """The SHA-256, in hexadecimal, of the parameters of a card, given as the dict of `card.json`."""
    parameters = {name: value for name, value in card.items() if name not in _DESCRIPTIVE}
    return hashlib.sha256(json.dumps(parameters, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
