"""Find text in Python that users see and that is not marked for translation."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from leukplatform.tests.unmarked.finding import Finding

# A string is taken for text when it holds two words in a row, or stands where one word is shown as well.
PHRASE = re.compile(r"[^\W\d_]{2,}[,.:;]? (?:[^\W\d_]{2,}|[aI]\b)")
LETTERS = re.compile(r"[^\W\d_]{2,}")
SQL = re.compile(r"\s*(SELECT|INSERT|UPDATE|DELETE|CREATE|DROP|ALTER|GRANT|REVOKE|SET|LOCK|COPY|TRUNCATE|WITH)\b")
MARKS = {"_", "N_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy"}
SHOWN_KEYWORDS = {
    "label",
    "help_text",
    "empty_label",
    "error_message",
    "verbose_name",
    "verbose_name_plural",
    "message",
}
SHOWN_ATTRIBUTES = {"placeholder", "title", "aria-label"}  # of a widget
# Read by whoever runs or writes the platform, never by its users.
FOR_ENGINEERS = {
    *("ValueError", "TypeError", "RuntimeError", "LookupError", "AssertionError", "SystemExit", "NotImplementedError"),
    *("ImproperlyConfigured", "CommandError", "AppendOnlyError", "ImmutableSignOff", "NotInTransaction", "IllegalMove"),
    *("RoleUnfit", "SealBroken", "ChainBehindAnchor", "Unreadable", "StorageUnavailable", "FileMissing"),
    *("CheckConstraint", "UniqueConstraint", "Index", "RunSQL", "warn", "Warning", "Error", "compile", "execute"),
}
LOGGING = {"debug", "info", "warning", "error", "exception", "critical"}
NOT_SHOWN = "# not shown"  # followed by the reason: for the rare string that only looks like text


def find(path: Path) -> list[Finding]:
    """Return every text of the file that is not marked, and every mark on text that is put together before."""
    source = path.read_text()
    lines = source.splitlines()
    visitor = _Visitor()
    visitor.visit(ast.parse(source))
    found = [Finding(path, line, text) for line, text in visitor.found]
    return [it for it in found if NOT_SHOWN not in lines[it.line - 1]]


class _Visitor(ast.NodeVisitor):
    def __init__(self) -> None:
        self.found: list[tuple[int, str]] = []

    # --- What is passed over -----------------------------------------------------------------------------------------
    def visit_Expr(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Constant):  # a docstring
            self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value:
            self.visit(node.value)

    def visit_arguments(self, node: ast.arguments) -> None:
        for default in (*node.defaults, *node.kw_defaults):
            if default:
                self.visit(default)

    def visit_Call(self, node: ast.Call) -> None:
        name = _name_of(node.func)
        if name in MARKS:
            for argument in node.args:
                if isinstance(argument, ast.JoinedStr | ast.BinOp) or _is_formatted(argument):
                    self.found.append((argument.lineno, f"put together before it is marked: {ast.unparse(argument)}"))
                elif not isinstance(argument, ast.Constant):
                    self.visit(argument)
            return
        if name in FOR_ENGINEERS or _is_logging(node.func):
            return
        for keyword in node.keywords:
            if keyword.arg in SHOWN_KEYWORDS:
                self._single_words(keyword.value)
        self.generic_visit(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        if any(_name_of(base) in {"TextChoices", "IntegerChoices"} for base in node.bases):
            for statement in node.body:
                if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Tuple):
                    self._single_words(statement.value.elts[-1])
        self.generic_visit(node)

    # --- What is looked at -------------------------------------------------------------------------------------------
    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str) and PHRASE.search(node.value) and not SQL.match(node.value):
            self.found.append((node.lineno, node.value))

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        text = "".join(it.value if isinstance(it, ast.Constant) else "{}" for it in node.values)
        if PHRASE.search(text) and not SQL.match(text):
            self.found.append((node.lineno, text))
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                self.visit(part.value)

    def visit_Dict(self, node: ast.Dict) -> None:
        for key, value in zip(node.keys, node.values, strict=True):
            name = key.value if isinstance(key, ast.Constant) else None
            if name in SHOWN_ATTRIBUTES:
                self._single_words(value)
            if name != "class":  # of a widget: names of the style sheet
                self.visit(value)

    def _single_words(self, node: ast.expr) -> None:
        text = node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
        if LETTERS.search(text) and not PHRASE.search(text):  # two words and more are found anyway
            self.found.append((node.lineno, text))


def _name_of(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _is_logging(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and node.attr in LOGGING and _name_of(node.value) in {"logger", "log"}


def _is_formatted(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and _name_of(node.func) == "format"
