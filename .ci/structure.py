"""Check the shape of the code: no circle of files, no exception to an import contract, no long file or function.

Run by `make check`. Imports that only type checkers follow do not count. Tests and migrations may be of any length.
"""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import grimp

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("leukplatform", "patients", "diagnosis", "records", "mlworker")

FILE_LINES, FUNCTION_LINES, PARAMETERS = 200, 45, 7
# How many may be over the limit. These numbers only ever fall; the aims are 0, 0, 8, 0 and 0.
ALLOWED = {"circles": 0, "exceptions": 0, "long files": 1, "long functions": 0, "functions with many parameters": 0}


def circles() -> Iterator[str]:
    """Yield every group of modules that import one another, directly or through others of the group."""
    graph = grimp.build_graph(*PACKAGES, exclude_type_checking_imports=True, cache_dir=None)
    placed: set[str] = set()
    for module in sorted(graph.modules):
        both_ways = graph.find_upstream_modules(module) & graph.find_downstream_modules(module)
        if both_ways and module not in placed:
            group = {module, *both_ways}
            placed |= group
            imports = [(one, other) for one in group for other in graph.find_modules_directly_imported_by(one) & group]
            yield "".join(f"\n    {one} imports {other}" for one, other in sorted(imports))


def exceptions() -> Iterator[str]:
    """Yield every import that a contract in pyproject.toml lets through."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    for contract in contracts:
        yield from (f"{contract['id']}: {ignored}" for ignored in contract.get("ignore_imports", ()))


def sources() -> Iterator[tuple[Path, str]]:
    """Yield path and text of the Python files that the limits are for."""
    listed = subprocess.run(["git", "ls-files", "*.py"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in listed.splitlines():
        path = Path(name)
        if path.parts[0] != ".ci" and not {"tests", "migrations"} & set(path.parts) and (ROOT / path).exists():
            yield path, (ROOT / path).read_text()


def long_files() -> Iterator[str]:
    for path, text in sources():
        if (lines := text.count("\n")) > FILE_LINES:
            yield f"{path}: {lines} lines, {FILE_LINES} at most"


def functions() -> Iterator[tuple[Path, ast.FunctionDef | ast.AsyncFunctionDef]]:
    for path, text in sources():
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield path, node


def long_functions() -> Iterator[str]:
    for path, node in functions():
        if (lines := node.end_lineno - node.lineno + 1) > FUNCTION_LINES:
            yield f"{path}:{node.lineno} {node.name}: {lines} lines, {FUNCTION_LINES} at most"


def many_parameters() -> Iterator[str]:
    """Yield functions with too many parameters. `self` and `cls` do not count."""
    for path, node in functions():
        names = [it.arg for it in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)]
        names += [it.arg for it in (node.args.vararg, node.args.kwarg) if it]
        if (count := len(names) - (names[:1] in (["self"], ["cls"]))) > PARAMETERS:
            yield f"{path}:{node.lineno} {node.name}: {count} parameters, {PARAMETERS} at most"


def main() -> int:
    """Print every count, and what makes it too high. Return 1 if one is."""
    sys.path.insert(0, str(ROOT))  # where grimp looks for the packages
    checks = (circles, exceptions, long_files, long_functions, many_parameters)
    failed = False
    for (name, allowed), check in zip(ALLOWED.items(), checks, strict=True):
        found = list(check())
        print(f"{name}: {len(found)} (at most {allowed})")
        if len(found) > allowed:
            failed = True
            print("".join(f"  {each}\n" for each in found))
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
