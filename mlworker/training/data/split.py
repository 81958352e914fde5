"""Train, validation and test parts: by whole appearance clusters, or at random as in the literature.

Only `grouped` keeps slides apart. The random splits are there to stand beside published figures: near-duplicates and
pictures of one slide lie on both sides of them.
"""

from __future__ import annotations

import hashlib
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from mlworker.training.data.manifest import Entry
from mlworker.training.data.pictures import CLASS_NAMES
from mlworker.training.data.stock import Stock

Places = NDArray[np.intp]  # of pictures in the stock
Logits = NDArray[np.float32]
FOLDS = 5
GROUPED = "grouped"
RANDOM_SEED = 123
RANDOM_SHARES = {  # percent that train, validate and test
    "random-64-20-16": (64, 20, 16),
    "random-85-10-5": (85, 10, 5),
}
NAMES = (GROUPED, *RANDOM_SHARES)
SEED = 11  # the one of the seeds 0 to 11 whose held-out parts have two or more sizeable clusters of every class


class Part(StrEnum):
    TRAIN = "train"
    VALIDATION = "validation"
    TEST = "test"


@dataclass(frozen=True, slots=True)
class Split:
    """The part that each picture of a manifest belongs to, in the order of the manifest."""

    name: str
    entries: tuple[Entry, ...]
    parts: tuple[Part, ...]

    @property
    def sha256(self) -> str:
        """Hash of the sorted lines `path<TAB>part`: two cards with the same hash were measured on the same split."""
        lines = sorted(f"{entry.path}\t{part}\n" for entry, part in zip(self.entries, self.parts, strict=True))
        return hashlib.sha256("".join(lines).encode()).hexdigest()

    def of(self, part: Part) -> tuple[Entry, ...]:
        return tuple(entry for entry, its_part in zip(self.entries, self.parts, strict=True) if its_part is part)


@dataclass(frozen=True, slots=True)
class Partition:
    """The piece of a split that each picture lies in, (N,): of `grouped` its fold, of a random split its part."""

    name: str
    pieces: NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Fold:
    """The places in the stock that train, that decide when to stop, and that are read once."""

    split: Split
    among: Partition
    train: Places
    validation: Places
    test: Places

    def places(self, part: Part) -> Places:
        return {Part.TRAIN: self.train, Part.VALIDATION: self.validation, Part.TEST: self.test}[part]

    @property
    def outside_test(self) -> Places:
        """Return all places except those of the test part, in the order of the stock."""
        return np.sort(np.concatenate([self.train, self.validation]))


def grouped(entries: Sequence[Entry], *, fold: int = 0, seed: int = SEED) -> Split:
    """Hold out fold `fold` as test and the next one as validation; the other three train.

    Each of the five folds holds whole groups and, as far as their sizes allow, a fifth of every class. Pictures of one
    cluster, and near-duplicates, are in one group.
    """
    place = _deal(entries, seed)
    validation = (fold + 1) % FOLDS
    parts = {fold: Part.TEST, validation: Part.VALIDATION}
    return Split(
        name=f"grouped-{FOLDS}, seed {seed}, fold {fold}",
        entries=tuple(entries),
        parts=tuple(parts.get(place[group], Part.TRAIN) for group in _group_of(entries)),
    )


def at_random(entries: Sequence[Entry], name: str, *, seed: int = RANDOM_SEED) -> Split:
    """One of `RANDOM_SHARES`: each class is shuffled and cut by itself, so that every part has its share of it."""
    shares = RANDOM_SHARES[name]
    rng = random.Random(seed)  # noqa: S311 - a reproducible split, not a secret
    parts: dict[int, Part] = {}
    for label in sorted({entry.label for entry in entries}):
        members = [number for number, entry in enumerate(entries) if entry.label == label]
        rng.shuffle(members)
        cuts = [round(len(members) * sum(shares[:count]) / 100) for count in range(4)]
        for part, start, end in zip(Part, cuts, cuts[1:], strict=False):
            parts.update(dict.fromkeys(members[start:end], part))
    ordered = tuple(parts[number] for number in range(len(entries)))
    return Split(name=f"{name}, seed {seed}", entries=tuple(entries), parts=ordered)


def by_name(entries: Sequence[Entry], name: str, *, fold: int = 0) -> Split:
    """The split called `name`, one of NAMES; `fold` counts for `grouped` only. Raises `ValueError` for another name."""
    if name == GROUPED:
        return grouped(entries, fold=fold)
    if name not in RANDOM_SHARES:
        raise ValueError(f"No split is called {name!r}. There are: {', '.join(NAMES)}.")
    if fold:
        raise ValueError(f"{name} has no folds: leave out --fold.")
    return at_random(entries, name)


def partition(stock: Stock, split_name: str) -> Partition:
    """The pieces of a split between which no background may pass."""
    if split_name == GROUPED:
        pieces = np.zeros(len(stock), dtype=np.intp)
        for fold in range(FOLDS):
            parts = by_name(stock.entries, split_name, fold=fold).parts
            pieces[[part is Part.TEST for part in parts]] = fold
        return Partition(split_name, pieces)
    parts = by_name(stock.entries, split_name).parts
    return Partition(split_name, np.array([tuple(Part).index(part) for part in parts], dtype=np.intp))


def fold_of(stock: Stock, split_name: str, number: int) -> Fold:
    """Fold `number` of a split; a random split has fold 0 alone."""
    split = by_name(stock.entries, split_name, fold=number)
    train, validation, test = (np.flatnonzero([its_part is part for its_part in split.parts]) for part in Part)
    return Fold(split, partition(stock, split_name), train, validation, test)


def cross_fitted(fold: Fold, answer: Callable[[Places, Places], Logits]) -> Logits:
    """Answers (n, C) to the pictures outside the test part, each by a model fitted to the other grouped folds.

    `answer(others, asked)` fits to the places `others` and gives the logits (m, C) of the places `asked`.
    """
    places = fold.outside_test
    pieces = fold.among.pieces[places]
    answers = np.empty((len(places), len(CLASS_NAMES)), dtype=np.float32)
    for piece in np.unique(pieces):
        answers[pieces == piece] = answer(places[pieces != piece], places[pieces == piece])
    return answers


def _deal(entries: Sequence[Entry], seed: int) -> dict[str, int]:
    """The fold of each group: largest group first, to the fold that has least of the group's most frequent class."""
    members: dict[str, Counter[str]] = defaultdict(Counter)
    for entry, group in zip(entries, _group_of(entries), strict=True):
        members[group][entry.label] += 1
    groups = sorted(members)
    random.Random(seed).shuffle(groups)  # noqa: S311 - a reproducible split, not a secret
    groups.sort(key=lambda group: -members[group].total())
    held: dict[tuple[int, str], int] = defaultdict(int)
    order = _fold_order(sorted({entry.label for entry in entries}), seed)
    place = {}
    for group in groups:
        label = members[group].most_common(1)[0][0]
        place[group] = min(order[label], key=lambda fold: held[fold, label])
        for its_label, count in members[group].items():
            held[place[group], its_label] += count
    return place


def _fold_order(labels: Sequence[str], seed: int) -> dict[str, list[int]]:
    """The order in which empty folds are filled, by class, so that no fold gets the largest group of every class."""
    rng = random.Random(seed)  # noqa: S311 - a reproducible split, not a secret
    return {label: rng.sample(range(FOLDS), FOLDS) for label in labels}


def _group_of(entries: Sequence[Entry]) -> list[str]:
    """The name of each entry's group: clusters are joined where near-duplicates lie in two of them."""
    parent: dict[str, str] = {}

    def root(name: str) -> str:
        while parent.setdefault(name, name) != name:
            name = parent[name]
        return name

    for entry in entries:
        cluster = root(f"cluster {entry.cluster}")
        if entry.near_dup_group:
            parent[root(f"near-duplicates {entry.near_dup_group}")] = cluster
    return [root(f"cluster {entry.cluster}") for entry in entries]
