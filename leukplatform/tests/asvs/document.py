"""`python -m leukplatform.tests.asvs.document` writes docs/asvs.md from docs/asvs/*.toml and prints the counts."""

from __future__ import annotations

import sys

from leukplatform.tests.asvs.ledger import ANSWERS, FOLDER, Chapter, Requirement, counts, read, requirements
from leukplatform.tests.asvs.standard import LEVEL_OF

DOCUMENT = FOLDER.parent / "asvs.md"
_INTRODUCTION = """\
# OWASP ASVS 5.0, level 2

Each requirement of levels 1 and 2 of the [OWASP Application Security Verification Standard 5.0.0](https://github.com/OWASP/ASVS)
(CC BY-SA 4.0), and 5.2.6 of level 3, in short words of our own: the standard's text is the one that counts. Made from
`docs/asvs/*.toml` by `python -m leukplatform.tests.asvs.document`; tests compare the two, hold the numbers against the
standard's, and let pytest find every test that is named. It was written by the people who built the platform; no
auditor from outside has read it.

| answer | requirements | means |
| --- | --- | --- |
{answers}
| in all | {total} | |

## What is not met

{missing}
"""


def document() -> str:
    chapters = read()
    found = counts(chapters)
    missing = [it for it in requirements(chapters) if it.answer == "not met"]
    introduction = _INTRODUCTION.format(
        answers="\n".join(f"| {answer} | {found[answer]} | {meaning} |" for answer, meaning in ANSWERS.items()),
        total=sum(found.values()),
        missing="\n".join(f"- **{it.number}** {it.asks} {it.how}" for it in missing),
    )
    return "\n".join([introduction, *map(_chapter, chapters)])


def summary() -> str:
    found = counts(read())
    return f"ASVS 5.0 level 2: {sum(found.values())} requirements, " + ", ".join(f"{n} {a}" for a, n in found.items())


def _chapter(chapter: Chapter) -> str:
    lines = [f"## {chapter.title}", ""]
    for section in chapter.sections:
        lines += [f"### {section.number} {section.title}", ""]
        lines += ["| | level | asked | answer | how | shown by |", "| --- | --- | --- | --- | --- | --- |"]
        lines += [_row(it) for it in section.requirements] + [""]
    return "\n".join(lines)


def _row(it: Requirement) -> str:
    shown = [f"`{test}`" for test in it.tests] + [_link(path) for path in it.documents]
    cells = [it.number, str(LEVEL_OF[it.number]), it.asks, it.answer, it.how, "<br>".join(shown)]
    return f"| {' | '.join(cells)} |".replace("|  |", "| |")


def _link(path: str) -> str:
    near = path.removeprefix("docs/")
    return f"[{near}]({near})"


if __name__ == "__main__":
    DOCUMENT.write_text(document(), encoding="utf-8")
    sys.stdout.write(f"{summary()}\n")
