"""The classes of cells, and how each source's labels map to them: `classes.toml` as typed values."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType

# Shown in place of a class below the calibrated confidence; the network has no such classes.
UNIDENTIFIED = "unidentified"
NOT_BLAST = "not_blast"  # sure to be no blast, while its class is not sure


@dataclass(frozen=True, slots=True)
class Source:
    """One source of labelled cells: its scale in micrometres a pixel, and the class and flag of each of its labels."""

    um_per_pixel: float
    labels: MappingProxyType[str, str]
    flags: MappingProxyType[str, str]


@dataclass(frozen=True, slots=True)
class ClassTable:
    """`names` in the order of the network's outputs; `blast_like` and `left_out` are subsets of it."""

    names: tuple[str, ...]
    blast_like: tuple[str, ...]
    left_out: tuple[str, ...]
    sources: MappingProxyType[str, Source]

    def index_of(self, source: str, label: str) -> int | None:
        """Return the class number of a source's label; None for a label that names no class."""
        name = self.sources[source].labels.get(label)
        return None if name is None else self.names.index(name)


@cache
def table() -> ClassTable:
    """Read the table once. Raises `ValueError` when a label maps to a class that is not listed."""
    raw = tomllib.loads(resources.files("mlworker.cells").joinpath("classes.toml").read_text(encoding="utf-8"))
    sources = {name: _source(entry) for name, entry in raw["sources"].items()}
    names = tuple(raw["classes"])
    used = {*raw["blast_like"], *raw["left_out"], *(c for source in sources.values() for c in source.labels.values())}
    if unknown := used - set(names):
        raise ValueError(f"classes.toml names classes that it does not list: {sorted(unknown)}")
    return ClassTable(names, tuple(raw["blast_like"]), tuple(raw["left_out"]), MappingProxyType(sources))


def _source(entry: dict[str, object]) -> Source:
    labels, flags = entry["labels"], entry.get("flags", {})
    if not isinstance(labels, dict) or not isinstance(flags, dict):
        raise ValueError("classes.toml: labels and flags of a source are tables")
    return Source(float(str(entry["um_per_pixel"])), MappingProxyType(labels), MappingProxyType(flags))
