"""Reads docs/asvs/*.toml: one file a chapter, one answer a requirement."""

from __future__ import annotations

import tomllib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[3] / "docs" / "asvs"
ANSWERS = {
    "met": "the platform does this: the tests named show it, or the document, where a document is asked for",
    "operator": "the platform is made for it, and whoever runs it has to do it; security.md says what",
    "not applicable": "there is nothing in the platform that this could be asked of",
    "not met": "missing in whole or in part; what there is instead is said",
}


@dataclass(frozen=True, slots=True)
class Requirement:
    """`tests` are pytest's names, without parameters; `documents` are paths from the root, with an anchor."""

    number: str
    asks: str
    answer: str
    how: str
    tests: tuple[str, ...]
    documents: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Section:
    number: str
    title: str
    requirements: tuple[Requirement, ...]


@dataclass(frozen=True, slots=True)
class Chapter:
    title: str
    sections: tuple[Section, ...]


def read() -> list[Chapter]:
    return [_chapter(tomllib.loads(path.read_text(encoding="utf-8"))) for path in sorted(FOLDER.glob("v*.toml"))]


def requirements(chapters: list[Chapter]) -> list[Requirement]:
    return [it for chapter in chapters for section in chapter.sections for it in section.requirements]


def counts(chapters: list[Chapter]) -> dict[str, int]:
    found = Counter(it.answer for it in requirements(chapters))
    return {answer: found[answer] for answer in ANSWERS}


def _chapter(facts: dict) -> Chapter:
    return Chapter(title=facts["chapter"], sections=tuple(_section(it) for it in facts["section"]))


def _section(facts: dict) -> Section:
    found = tuple(
        Requirement(
            number=it["id"],
            asks=it["asks"],
            answer=it["answer"],
            how=it["how"],
            tests=tuple(it.get("tests", ())),
            documents=tuple(it.get("documents", ())),
        )
        for it in facts["requirement"]
    )
    return Section(number=facts["id"], title=facts["title"], requirements=found)
