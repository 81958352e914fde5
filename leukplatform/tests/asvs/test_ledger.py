"""The ledger against the standard's numbers, the tests it names, and the document made of it."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from leukplatform.tests.asvs.document import DOCUMENT, document, summary
from leukplatform.tests.asvs.ledger import ANSWERS, FOLDER, Requirement, read, requirements
from leukplatform.tests.asvs.standard import ASKED, LEVEL_OF

ROOT = FOLDER.parents[1]
LEDGER = requirements(read())
TESTPATHS = {"leukplatform", "patients", "diagnosis", "records", "mlworker"}


def anchors(markdown: str) -> set[str]:
    """The addresses of the headings of a page, as the repository's pages are shown."""
    headings = re.findall(r"^#+ (.+)$", markdown, flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_the_numbers_are_those_of_the_standard() -> None:
    assert Counter(LEVEL_OF.values()) == {1: 70, 2: 183, 3: 92}  # as its introduction counts them
    assert len(ASKED) == 70 + 183 + 1


def test_every_requirement_of_levels_1_and_2_has_one_answer() -> None:
    assert Counter(it.number for it in LEDGER) == dict.fromkeys(ASKED, 1)


def test_every_requirement_stands_in_its_section_and_in_order() -> None:
    for chapter in read():
        for section in chapter.sections:
            numbers = [it.number.rpartition(".") for it in section.requirements]
            assert {before for before, _, _ in numbers} == {section.number}
            assert [int(last) for _, _, last in numbers] == sorted(int(last) for _, _, last in numbers)
            assert chapter.title.startswith(f"V{section.number.partition('.')[0]} ")


def faults(it: Requirement) -> list[str]:
    found = []
    if it.answer not in ANSWERS:
        found.append(f"{it.number}: {it.answer} is no answer")
    if not (it.asks.endswith(".") and it.how.endswith(".")):
        found.append(f"{it.number}: no sentence")
    if it.answer == "met" and not (it.tests or it.documents):
        found.append(f"{it.number}: nothing shows it")
    if it.answer == "not applicable" and it.tests:
        found.append(f"{it.number}: a test of what is not there")
    return found


def test_every_answer_is_one_of_the_four_and_what_is_met_is_shown() -> None:
    assert [fault for it in LEDGER for fault in faults(it)] == []


def test_an_answer_without_proof_is_noticed() -> None:
    assert faults(Requirement(number="1.1.1", asks="It.", answer="met", how="So.", tests=(), documents=())) != []


def functions(path: Path) -> set[str]:
    """The tests that pytest collects from a file of the suite."""
    is_collected = path.is_file() and path.name.startswith("test_") and path.parts[len(ROOT.parts)] in TESTPATHS
    tree = ast.parse(path.read_text()) if is_collected else ast.Module([], [])
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


def test_every_named_test_exists() -> None:
    named = {test.partition("::")[::2] for it in LEDGER for test in it.tests}
    assert sorted(f"{path}::{name}" for path, name in named if name not in functions(ROOT / path)) == []


@pytest.mark.slow
def test_every_named_test_is_found_by_pytest() -> None:
    named = {test for it in LEDGER for test in it.tests}
    files = sorted({test.partition("::")[0] for test in named})
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-m", "", "-p", "no:cacheprovider", *files]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    found = {line.partition("[")[0] for line in done.stdout.splitlines() if "::" in line}
    assert sorted(named - found) == []


def test_every_named_document_and_chapter_of_it_exists() -> None:
    for path, _, anchor in {path.partition("#") for it in LEDGER for path in it.documents}:
        assert (ROOT / path).is_file(), path
        assert not anchor or anchor in anchors((ROOT / path).read_text()), f"{path}#{anchor}"


def test_the_document_is_made_of_the_ledger() -> None:
    assert DOCUMENT.read_text() == document(), "Write it again: python -m leukplatform.tests.asvs.document"


def test_the_counts_are_printed(capsys) -> None:
    with capsys.disabled():
        sys.stdout.write(f"\n{summary()}\n")
    assert sum(map(int, re.findall(r" (\d+) (?:met|operator|not)", summary()))) == len(LEDGER)
