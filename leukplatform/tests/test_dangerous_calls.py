"""The program's own sources never call functions that run text, open objects, or use a broken algorithm."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
APPS = ("leukplatform", "patients", "diagnosis", "records", "mlworker")
# Chaos and load drive the platform from outside, with what they share in `stack`; no image holds them (test_exposure).
LEFT_OUT = {"tests", "migrations", "chaos", "load", "stack"}
SOURCES = sorted(path for app in APPS for path in (ROOT / app).rglob("*.py") if not LEFT_OUT & set(path.parts))
SCRIPTS = sorted((ROOT / "leukplatform" / "static" / "js").glob("*.js"))

NEVER_CALLED = {
    "eval", "exec", "compile", "__import__",  # run text
    "os.system", "os.popen", "subprocess.getoutput", "subprocess.getstatusoutput",  # ask a shell
    "pickle.load", "pickle.loads", "pickle.Unpickler", "marshal.loads", "shelve.open", "yaml.load",  # open objects
    "hashlib.md5", "hashlib.sha1", "hashlib.new", "uuid.uuid1",  # broken, or of a choice made elsewhere
    "mark_safe", "SafeString",  # text taken as markup
    "Template", "engine.from_string", "engines.all",  # templates made of text
}  # fmt: skip
NEVER_ATTRIBUTES = {"raw", "extra", "RawSQL"}  # of the ORM: SQL put together by hand
MAY_RUN_PROGRAMS = {
    "leukplatform/operations/backups/engines/postgresql.py",  # pg_dump and pg_restore
    "leukplatform/operations/launcher/__main__.py",  # the demonstration on one machine
    "mlworker/intake/reencoding.py",  # the child that opens pictures
    "mlworker/training/fit/export.py",  # exports what another backend trained
    "mlworker/training/release/texts.py",  # asks git for the commit a model was trained at
}
# A name cannot be a parameter of SQL; these names are the administrator's own, and quoted.
MAY_NAME_TABLES = {
    "leukplatform/audit/roles.py",
    "leukplatform/operations/backups/checking.py",
    "leukplatform/operations/backups/engines/sqlite.py",
}
# Pseudo-random numbers are for pictures and training, nothing that anybody must not guess.
MAY_USE_RANDOM = ("mlworker/",)
NEVER_IN_SCRIPTS = [
    r"\beval\s*\(", r"\bnew Function\b", r"\bset(?:Timeout|Interval)\s*\(\s*[\"'`]", r"\bdocument\.write",
    r"\.(?:inner|outer)HTML\s*=", r"insertAdjacentHTML", r"createContextualFragment", r"DOMParser",
    r"__proto__", r"\bpostMessage\b", r"addEventListener\(\s*[\"']message[\"']", r"document\.cookie", r"javascript:",
]  # fmt: skip


def calls(source: str) -> Iterator[ast.Call]:
    return (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))


def faults(source: str, name: str) -> list[str]:
    found = []
    for call in calls(source):
        called = ast.unparse(call.func)
        keywords = {keyword.arg: ast.unparse(keyword.value) for keyword in call.keywords}
        if called in NEVER_CALLED:
            found.append(f"{name}:{call.lineno} {called}")
        if called.rpartition(".")[2] in NEVER_ATTRIBUTES and isinstance(call.func, ast.Attribute):
            found.append(f"{name}:{call.lineno} {called}")
        if keywords.get("shell") == "True" or keywords.get("allow_pickle") == "True":
            found.append(f"{name}:{call.lineno} {called} with {keywords}")
        if called.startswith("subprocess.") and name not in MAY_RUN_PROGRAMS:
            found.append(f"{name}:{call.lineno} {called}")
        is_built = bool(call.args) and not isinstance(call.args[0], ast.Constant | ast.Name)
        if called.endswith(".execute") and is_built and name not in MAY_NAME_TABLES:
            found.append(f"{name}:{call.lineno} SQL that is not one constant text")
    if re.search(r"^\s*(?:import|from) random\b", source, re.MULTILINE) and not name.startswith(MAY_USE_RANDOM):
        found.append(f"{name} random")
    return found


def test_no_source_runs_text_unpickles_objects_or_builds_sql() -> None:
    assert len(SOURCES) > 150
    assert [it for path in SOURCES for it in faults(path.read_text(), path.relative_to(ROOT).as_posix())] == []


@pytest.mark.parametrize(
    "source",
    [
        "eval(text)", "pickle.loads(data)", "subprocess.run('ls', shell=True)", "np.load(f, allow_pickle=True)",
        "hashlib.md5(data)", "User.objects.raw(q)", "cursor.execute(f'SELECT {name}')", "import random",
        "subprocess.run(command)", "mark_safe(name)",
    ],
)  # fmt: skip
def test_the_scan_notices_each_dangerous_call(source: str) -> None:
    assert faults(source, "leukplatform/web/front_door.py") != []


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_a_script_writes_text_and_never_markup_and_runs_none(path: Path) -> None:
    text = re.sub(r"//.*", "", path.read_text())
    assert [pattern for pattern in NEVER_IN_SCRIPTS if re.search(pattern, text)] == []
