"""The sources that the reading pages name, read from sources.toml when the platform starts."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_RENEWED = _("web page, renewed by its publisher")


@dataclass(frozen=True, slots=True)
class Source:
    title: str
    publisher: str  # authors and journal, or the body that publishes it
    year: str | Promise = _RENEWED  # else a year with volume and pages
    url: str = ""


def _read(path: Path) -> dict[str, Source]:
    return {key: Source(**entry) for key, entry in tomllib.loads(path.read_text(encoding="utf-8")).items()}


SOURCES = _read(Path(__file__).with_name("sources.toml"))
