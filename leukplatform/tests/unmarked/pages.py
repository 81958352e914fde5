"""Find text in templates that users see and that is not marked for translation."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

from django.template.base import Lexer, Token, TokenType

from leukplatform.tests.unmarked.finding import Finding

LETTERS = re.compile(r"[^\W\d_]{2,}")
ENTITY = re.compile(r"&\w+;")
GAP = "\0"  # stands for a variable
# The same in every language: names, formats, keys.
NAMES = re.compile(
    r"\b(leukplatform|JPEG|PNG|TIFF|BMP|WebP|PDF|CSV|JSON|ONNX|Keras|TensorFlow|SHA-256|AUROC|LAB|HSV)\b"
)
SHOWN_ATTRIBUTES = {"title", "alt", "aria-label", "aria-description", "placeholder", "label", "hx-confirm"}
SHOWN_ATTRIBUTES |= {"data-label", "data-confirm", "data-confirm-text", "data-confirm-label", "data-title"}
NOT_TEXT = {"script", "style", "code", "kbd"}
MARKED = {"blocktranslate": "endblocktranslate", "blocktrans": "endblocktrans"}
PASSED_OVER = {"comment": "endcomment", **MARKED}
TEXT_FILTERS = re.compile(r"\|(default|default_if_none|yesno|pluralize|add|join):(?P<text>_\(|\"[^\"]*\"|'[^']*')")
DATES = re.compile(r"\|(?:date|time):[\"']([^\"']*)[\"']")
DATE_FORMATS = re.compile(
    r"(SHORT_)?(DATE|DATETIME)_FORMAT|TIME_FORMAT|YEAR_MONTH_FORMAT|MONTH_DAY_FORMAT|[ce]|Y-m-d|H:i:s"
)  # the last four are for machines, or are exact
TEXT_ARGUMENT = re.compile(r"""(?<!_\()(?<==)(?:"([^"]*)"|'([^']*)')""")  # {% include … with title="Nobody found" %}
SENTENCE = re.compile(r"^[A-Z][a-z]+$|[^\W\d_] [^\W\d_]|[^\W\d_]{2,}[.:!?]$")


def find(path: Path) -> list[Finding]:
    """Return every text and every hand-made date format of the template at `path`."""
    tokens = Lexer(path.read_text()).tokenize()
    page = _Page(is_html=path.suffix == ".html")
    found = [Finding(path, line, text) for line, text in _in_tags(tokens)]
    for line, text in page.read(tokens):
        if LETTERS.search(NAMES.sub("", ENTITY.sub("", text))):
            found.append(Finding(path, line, text.replace(GAP, "…")))
    return sorted(found, key=lambda it: it.line)


def _outside(tokens: list[Token]) -> Iterator[Token]:
    """Yield the tokens that are neither marked nor commented out."""
    end = None
    for token in tokens:
        name = (token.contents.split() or [""])[0] if token.token_type == TokenType.BLOCK else ""
        if end is None and name in PASSED_OVER:
            yield token  # what it is given by `with` is looked at
            end = PASSED_OVER[name]
        elif end is None:
            yield token
        elif name == end:
            end = None


def _in_tags(tokens: list[Token]) -> Iterator[tuple[int, str]]:
    for token in _outside(tokens):
        if token.token_type not in (TokenType.VAR, TokenType.BLOCK):
            continue
        for match in TEXT_FILTERS.finditer(token.contents):
            if LETTERS.search(match["text"]):
                yield token.lineno, f"in a filter: {match[0]}"
        if re.search(r"\|pluralize\b", token.contents):
            yield token.lineno, "|pluralize: use {% blocktranslate count %}"
        for form in DATES.findall(token.contents):
            if not DATE_FORMATS.fullmatch(form):
                yield token.lineno, f"a date of a hand-made format: {form}"
        if token.token_type == TokenType.BLOCK and token.contents.split()[0] in {"include", "with", *MARKED}:
            for match in TEXT_ARGUMENT.finditer(token.contents):
                text = match[1] or match[2] or ""
                if SENTENCE.search(NAMES.sub("", text)):
                    yield token.lineno, f"handed on: {text}"


class _Page(HTMLParser):
    """Collects the text nodes and the shown attributes of a page whose tags and variables are gaps."""

    def __init__(self, *, is_html: bool) -> None:
        super().__init__(convert_charrefs=False)
        self.is_html = is_html
        self.found: list[tuple[int, str]] = []
        self.inside: list[str] = []

    def read(self, tokens: list[Token]) -> list[tuple[int, str]]:
        text = "".join(
            token.contents if token.token_type == TokenType.TEXT else _gap(token) for token in _with_lines(tokens)
        )
        text = re.sub(rf"(<\w+){GAP}", rf"\1 {GAP}", text)  # or the gap would belong to the name of the tag
        if not self.is_html:
            return [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
        self.feed(text)
        self.close()
        return self.found

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in NOT_TEXT:
            self.inside.append(tag)
        shown = set(SHOWN_ATTRIBUTES)
        values = dict(attrs)
        if tag == "input" and values.get("type") in {"submit", "button", "reset"}:
            shown.add("value")
        if tag == "meta" and values.get("name") == "description":
            shown.add("content")
        self.found += [(self.getpos()[0], f"{name}={value}") for name, value in attrs if name in shown and _text(value)]

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if self.inside and self.inside[-1] == tag:
            self.inside.pop()

    def handle_data(self, data: str) -> None:
        if not self.inside and _text(data):
            line = self.getpos()[0] + data[: len(data) - len(data.lstrip())].count("\n")
            self.found.append((line, data.strip()))


def _gap(token: Token) -> str:
    """Return what stands for a tag or a variable, on as many lines."""
    return (GAP if token.token_type == TokenType.VAR else " ") + "\n" * token.contents.count("\n")


def _text(value: str | None) -> bool:
    return bool(value and LETTERS.search(NAMES.sub("", value)))


def _with_lines(tokens: list[Token]) -> Iterator[Token]:
    """Yield the tokens outside marks, and nothing but the line breaks of the rest, so that lines keep their numbers."""
    kept = {id(token) for token in _outside(tokens)}
    for token in tokens:
        if id(token) in kept:
            yield token
        elif "\n" in token.contents:
            yield Token(TokenType.TEXT, "\n" * token.contents.count("\n"))
