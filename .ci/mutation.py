"""`make mutation`: the share of mutants that the tests noticed, by module and in all, after `mutmut run`.

Writes the same, with every mutant that was not noticed, to docs/mutation.md. Ends with 1 under 85 % or when some
mutants were not tried. A mutant that never ended counts as noticed, one that no test runs as not.
"""

import sys
from collections import Counter
from pathlib import Path

from mutmut.mutation.data import SourceFileMutationData
from mutmut.mutation.diff_apply import get_diff_for_mutant
from mutmut.stats import status_by_exit_code
from mutmut.utils.file_utils import walk_mutatable_files

ENOUGH = 85  # per cent
NOTICED = ("killed", "timeout")
UNTRIED = ("not checked", "check was interrupted by user")
ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "docs" / "mutation.md"
INTRODUCTION = """\
# Mutation score

Written by `make mutation`: mutmut makes one small change at a time to the code that decides who may see and do what, in
which state, and what the audit trail keeps of it; a change that no test notices has survived. What is changed and what
is not is told in `docs/decisions/0017-mutation-testing.md`.

{table}

## Survivors

{survivors}
"""


def main() -> int:
    modules = [_load(path) for path in sorted(walk_mutatable_files())]
    counts = {str(module.path): Counter(map(_status, module.exit_code_by_key.values())) for module in modules}
    counts = {path: count for path, count in counts.items() if count}
    table = _table(counts)
    sys.stdout.write(table + "\n")
    total = sum(counts.values(), Counter())
    if untried := sum(total[status] for status in UNTRIED):
        sys.stdout.write(f"{untried} mutants were not tried.\n")
        return 1
    survivors = [_survivor(module, name) for module in modules for name in _unnoticed(module)]
    DOCUMENT.write_text(INTRODUCTION.format(table=table, survivors="\n".join(survivors) or "None."))
    return 0 if _score(total) >= ENOUGH else 1


def _load(path: Path) -> SourceFileMutationData:
    module = SourceFileMutationData(path=path)
    module.load()
    return module


def _status(exit_code: int | None) -> str:
    return status_by_exit_code[exit_code]


def _table(counts: dict[str, Counter[str]]) -> str:
    lines = ["| module | mutants | noticed | of these never ended | score |", "| --- | ---: | ---: | ---: | ---: |"]
    for name, count in [*counts.items(), ("in all", sum(counts.values(), Counter()))]:
        noticed = sum(count[status] for status in NOTICED)
        lines.append(f"| {name} | {count.total()} | {noticed} | {count['timeout']} | {_score(count):.1f} % |")
    return "\n".join(lines)


def _score(count: Counter[str]) -> float:
    return 100 * sum(count[status] for status in NOTICED) / count.total()


def _unnoticed(module: SourceFileMutationData) -> list[str]:
    return [name for name, code in module.exit_code_by_key.items() if _status(code) not in NOTICED]


def _survivor(module: SourceFileMutationData, name: str) -> str:
    changed = [
        line
        for line in get_diff_for_mutant(name, path=module.path).splitlines()
        if line.startswith(("-", "+")) and not line.startswith(("---", "+++"))
    ]
    function = name.partition("__mutmut_")[0].rpartition(".")[2].removeprefix("x").strip("_ǁ").replace("ǁ", ".")
    return "\n".join([f"`{module.path}`, {function}:", "", "```diff", *changed, "```", ""])


if __name__ == "__main__":
    raise SystemExit(main())
