"""Reads what pyproject.toml declares, the locks (exact versions, SHA-256 of every file), and what packages require."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[3]
LOCKS = ROOT / "locks"
_HASH = re.compile(r"\s--hash=sha256:([0-9a-f]{64})(?=\s|$)")


@dataclass(frozen=True, slots=True)
class Pin:
    """One package of a lock. `sha256` holds a hash for each file of the release, in hexadecimal."""

    requirement: Requirement
    sha256: tuple[str, ...]

    @property
    def name(self) -> str:
        return canonicalize_name(self.requirement.name)

    @property
    def version(self) -> str | None:
        """The only version allowed, or None where more than one is."""
        specifiers = list(self.requirement.specifier)
        exact = len(specifiers) == 1 and specifiers[0].operator == "==" and not specifiers[0].version.endswith("*")
        return specifiers[0].version if exact else None

    @property
    def is_for_this_platform(self) -> bool:
        return self.requirement.marker is None or self.requirement.marker.evaluate()


def read_requirements(path: Path) -> list[Pin]:
    """Return the packages of a requirements file or lock, in its order, without comments and options."""
    lines = path.read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
    return [_pin(line) for line in lines if line.strip() and line.strip()[0] not in "#-"]


def project() -> dict[str, Any]:
    """Return the content of pyproject.toml."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def declared(*names: str) -> list[Pin]:
    """Return what pyproject.toml declares under each name: `serve`, or an optional or development group."""
    said = project()
    served, extras = said["project"]["dependencies"], said["project"]["optional-dependencies"]
    groups = {"serve": served, **extras, **said["dependency-groups"]}
    return [_pin(line) for name in names for line in groups[name]]


def needs(name: str, extras: Iterable[str]) -> list[Requirement]:
    """Return the requirements of an installed package on this platform, when asked for with `extras`.

    Raises `importlib.metadata.PackageNotFoundError` when it is not installed.
    """
    asked = {"", *extras}
    found = [Requirement(text) for text in distribution(name).requires or []]
    return [it for it in found if it.marker is None or any(it.marker.evaluate({"extra": extra}) for extra in asked)]


def closure(requirements: Iterable[Requirement]) -> dict[str, set[str]]:
    """Return everything that the requirements bring in on this platform: canonical name -> the extras in use."""
    found: dict[str, set[str]] = {}
    todo = list(requirements)
    while todo:
        asked = todo.pop()
        name = canonicalize_name(asked.name)
        if name in found and asked.extras <= found[name]:
            continue
        found.setdefault(name, set()).update(asked.extras)
        todo += needs(name, found[name])
    return found


def _pin(line: str) -> Pin:
    return Pin(requirement=Requirement(line.partition(" --hash")[0].strip()), sha256=tuple(_HASH.findall(line)))
