"""Reads the dependencies that pyproject.toml declares, and the locks: exact versions, and SHA-256 of every file."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
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


def _pin(line: str) -> Pin:
    return Pin(requirement=Requirement(line.partition(" --hash")[0].strip()), sha256=tuple(_HASH.findall(line)))
