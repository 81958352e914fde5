"""Find text in scripts that users see and that is not marked for translation."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from leukplatform.tests.unmarked.code import LETTERS, PHRASE
from leukplatform.tests.unmarked.finding import Finding

MARKS = {"gettext", "ngettext", "pgettext", "npgettext", "gettext_noop"}
# Their arguments are selectors, names of classes, or messages for programmers.
NOT_SHOWN_CALLS = {"querySelector", "querySelectorAll", "matches", "closest", "matchMedia", "Error", "TypeError"}
NOT_SHOWN_OBJECTS = {"console", "classList"}
NOT_SHOWN_PROPERTIES = {"className", "cssText", "transform", "font"}
SHOWN_PROPERTIES = {"textContent", "innerText", "title", "alt", "placeholder", "ariaLabel"}
SHOWN_ATTRIBUTES = {"title", "alt", "placeholder", "aria-label", "aria-description"}
NOT_SHOWN = "// not shown"  # followed by the reason: for the rare string that only looks like text
GAP = "…"  # stands for a value in a template literal
BESIDE_A_GAP = re.compile(rf"[^\W\d_]{{2,}}[,.:;]? {GAP}|{GAP}[,.:;]? [^\W\d_]{{2,}}")

TOKEN = re.compile(
    r"""(?P<blank>\s+|//[^\n]*|/\*.*?\*/)|(?P<text>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')"""
    r"""|(?P<name>[\w$]+)|(?P<template>`)|(?P<slash>/)|(?P<sign>=>|[=!]==?|\?\?=?|.)""",
    re.DOTALL,
)
PATTERN = re.compile(r"/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\[\n])+/\w*")
BEFORE_A_PATTERN = {"return", "typeof", "case", "in", "of", "=>", *"(,=:[!&|?{};+"}


@dataclass(frozen=True)
class _Token:
    kind: str  # "text", "name" or "sign"
    value: str
    line: int
    has_gaps: bool = False


def find(path: Path) -> list[Finding]:
    """Return every text of the script that is not marked, and every mark on text that is put together before."""
    source = path.read_text()
    lines = source.splitlines()
    found = [Finding(path, line, text) for line, text in _in_code(_Reader(source).tokens())]
    return [it for it in found if NOT_SHOWN not in lines[it.line - 1]]


class _Reader:
    """Reads a script as names, texts and signs. The values in a template literal follow it, in brackets."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0

    def tokens(self, *, until_brace: bool = False) -> list[_Token]:
        read: list[_Token] = []
        depth = 0
        while match := TOKEN.match(self.source, self.at):
            kind, value, line = match.lastgroup or "", match[0], self._line()
            if kind == "slash" and (not read or (read[-1].value in BEFORE_A_PATTERN and read[-1].kind != "text")):
                match = PATTERN.match(self.source, self.at) or match
            self.at = match.end()
            depth += (value == "{") - (value == "}") if kind == "sign" else 0
            if until_brace and depth < 0:
                break
            if kind == "template":
                read += self._template(line)
            elif kind == "text":
                read.append(_Token("text", value[1:-1], line))
            elif kind != "blank":
                read.append(_Token("name" if kind == "name" else "sign", value, line))
        return read

    def _template(self, line: int) -> list[_Token]:
        text, values = "", list[_Token]()
        while match := re.compile(r"\\.|\$\{|`|.", re.DOTALL).match(self.source, self.at):
            self.at = match.end()
            if match[0] == "`":
                break
            if match[0] == "${":
                values += [_Token("sign", "[", line), *self.tokens(until_brace=True), _Token("sign", "]", line)]
            text += GAP if match[0] == "${" else match[0]
        return [_Token("text", text, line, has_gaps=bool(values)), *values]

    def _line(self) -> int:
        return self.source.count("\n", 0, self.at) + 1


def _in_code(tokens: list[_Token]) -> Iterator[tuple[int, str]]:
    """Yield line and text of what a translator would not be given."""
    callers: list[list[str]] = [[]]  # of each open bracket: the names before it, "console", "log"
    for index, (token, after) in enumerate(pairwise([*tokens, _Token("sign", ";", 0)])):
        before = tokens[max(index - 4, 0) : index]
        if token.value in {"(", "[", "{"} and token.kind == "sign":
            callers.append(_names(tokens[:index][-6:]) if token.value == "(" else [])
        elif token.value in {")", "]", "}"} and token.kind == "sign" and len(callers) > 1:
            callers.pop()
        elif token.kind == "text" and MARKS & set(callers[-1][-1:]):
            if token.has_gaps or "+" in {after.value, before[-1].value}:
                yield token.line, f"put together before it is marked: {token.value}"
        elif token.kind == "text" and not _is_passed_over(before, callers[-1]):
            is_phrase = PHRASE.search(token.value) or (token.has_gaps and BESIDE_A_GAP.search(token.value))
            if is_phrase or (_is_shown(before, callers[-1]) and LETTERS.search(token.value)):
                yield token.line, token.value


def _names(tokens: list[_Token]) -> list[str]:
    """Return the names at the end that dots connect: "form", "classList", "add" of `form.classList.add`."""
    names: list[str] = []
    for token in reversed(tokens):
        if token.kind == "name":
            names.insert(0, token.value)
        elif token.value not in {".", "?"}:
            break
    return names


def _assigned(before: list[_Token]) -> str:
    """Return the property that the text is assigned to, or "" where it is not."""
    dot, name, sign = (["", "", ""] + [it.value for it in before])[-3:]
    return name if dot == "." and sign == "=" else ""


def _is_passed_over(before: list[_Token], caller: list[str]) -> bool:
    return (
        bool(NOT_SHOWN_CALLS & set(caller[-1:]))
        or bool(NOT_SHOWN_OBJECTS & set(caller[:-1]))
        or _assigned(before) in NOT_SHOWN_PROPERTIES
    )  # fmt: skip


def _is_shown(before: list[_Token], caller: list[str]) -> bool:
    """Return True where a single word would be shown: `title.textContent = "Zoom"`, `setAttribute("title", "Zoom")`."""
    if _assigned(before) in SHOWN_PROPERTIES:
        return True
    last = [it.value for it in before[-2:]]
    return caller[-1:] == ["setAttribute"] and last[1:] == [","] and last[0] in SHOWN_ATTRIBUTES
