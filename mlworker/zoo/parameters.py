"""What beside the graph decides an answer, as one hash: thresholds, temperature, recipe and the like.

The same picture under the same graph and the same parameters gets the same answer.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

# What a card says about a model without changing its answers. Any other field counts, so that a new one does too.
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
    """The hash, in hexadecimal, of the parameters on a card (as a dict, the way `card.json` holds it)."""
    parameters = {name: value for name, value in card.items() if name not in _DESCRIPTIVE}
    return hashlib.sha256(json.dumps(parameters, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
