"""Three parts fixed by a hash: one to train on, one to look at while training, one to touch once at the end.

The split of a group (patient, slide, file) depends on its name alone, so no figure can be improved by drawing again.
`protocol.json`, beside this file, holds the groups and their digests; a training whose groups differ refuses to start.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Container, Iterable, Sequence
from pathlib import Path

SEED = "cells-1"
TRAIN, CHECK, TEST = "train", "check", "test"
FIFTH, REST = "fifth/", "rest/"  # begin the group's name in sources with masks
TEST_SHARE, CHECK_SHARE = 0.25, 0.10
FILE = Path(__file__).with_name("protocol.json")


def split(groups: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """Give each (source, group) its part. Groups are ordered by hash within their stratum, the first are the test.

    The stratum is the source, with what stands before a slash in the group's name (the diagnosis of a patient).
    For the sources with masks every fifth file by name is the test, as others report on them.
    """
    strata: dict[str, list[tuple[str, str]]] = {}
    for source, group in sorted(set(groups)):
        strata.setdefault(f"{source}:{group.rpartition('/')[0]}", []).append((source, group))
    parts: dict[tuple[str, str], str] = {}
    for members in strata.values():
        has_masks = members[0][0].startswith(("wbc-seg", "bccd"))
        parts.update(_every_fifth(members) if has_masks else _by_hash(members))
    return parts


def _every_fifth(members: Sequence[tuple[str, str]]) -> dict[tuple[str, str], str]:
    return {member: TEST if member[1].startswith(FIFTH) else TRAIN for member in members}


def group_of_file(name: str, every_fifth: Container[str]) -> str:
    """Name the group of a file of the sources with masks, so that the group tells whether it is held out."""
    return f"{FIFTH if name in every_fifth else REST}{name}"


def every_fifth(names: Iterable[str]) -> frozenset[str]:
    """Return the first, sixth, eleventh ... of all file names of a source in their order."""
    return frozenset(sorted(names)[::5])


def _by_hash(members: Sequence[tuple[str, str]]) -> dict[tuple[str, str], str]:
    ordered = sorted(members, key=lambda member: hashlib.sha256(f"{SEED}:{member[0]}:{member[1]}".encode()).digest())
    test, check = round(TEST_SHARE * len(ordered)), round((TEST_SHARE + CHECK_SHARE) * len(ordered))
    return {m: TEST if n < test else CHECK if n < check else TRAIN for n, m in enumerate(ordered)}


def describe(parts: dict[tuple[str, str], str]) -> dict[str, object]:
    """Summarise a split as plain data: for each source and part the number of groups and the digest of their names."""
    listed: dict[str, list[str]] = {}
    for (source, group), part in parts.items():
        listed.setdefault(f"{source}/{part}", []).append(group)
    return {
        "seed": SEED,
        "parts": {
            name: {"groups": len(groups), "sha256": hashlib.sha256("\n".join(sorted(groups)).encode()).hexdigest()}
            for name, groups in sorted(listed.items())
        },
    }


def check(parts: dict[tuple[str, str], str]) -> None:
    """Raise `ValueError` when the split is not the one in `protocol.json`."""
    if describe(parts)["parts"] != json.loads(FILE.read_text(encoding="utf-8"))["split"]["parts"]:
        raise ValueError("The groups are not those of protocol.json: other data, or a changed rule of the split.")
