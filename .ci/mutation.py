"""`make mutation`: the share of mutants that the tests noticed, by module and in all, after `mutmut run`.

Writes the same, with every mutant that was not noticed, to docs/mutation.md. Ends with 1 under 85 % or when some
mutants were not tried. A mutant that never ended counts as noticed, one that no test runs as not.

With `--keep`, modules of which no mutant was tried keep what the document says of them: for a few that have changed.
"""

import re
import sys
from collections import Counter
from dataclasses import dataclass, field
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
is not is told in `docs/decisions/0017-mutation-testing.md`. After a change `make mutation ONLY=...` tries a few modules
anew; the others keep their line of the last whole run.

{table}

## Survivors

{survivors}
"""


@dataclass
class Outcome:
    """The result for one module, or for all. `survivors`: each as the document shows it."""

    mutants: int = 0
    noticed: int = 0
    endless: int = 0
    untried: int = 0
    survivors: list[str] = field(default_factory=list)

    @property
    def score(self) -> float:
        return 100 * self.noticed / self.mutants


def main() -> int:
    outcomes = {str(path): _outcome(_load(path)) for path in sorted(walk_mutatable_files())}
    outcomes = {path: outcome for path, outcome in outcomes.items() if outcome.mutants}
    if "--keep" in sys.argv[1:]:
        before = _read(DOCUMENT.read_text())
        outcomes = {path: _kept(outcome, before.get(path)) for path, outcome in outcomes.items()}
    table = _table(outcomes)
    sys.stdout.write(table + "\n")
    if untried := sum(outcome.untried for outcome in outcomes.values()):
        sys.stdout.write(f"{untried} mutants were not tried.\n")
        return 1
    survivors = [text for outcome in outcomes.values() for text in outcome.survivors]
    DOCUMENT.write_text(INTRODUCTION.format(table=table, survivors="\n".join(survivors) or "None."))
    return 0 if _total(outcomes).score >= ENOUGH else 1


def _load(path: Path) -> SourceFileMutationData:
    module = SourceFileMutationData(path=path)
    module.load()
    return module


def _outcome(module: SourceFileMutationData) -> Outcome:
    status = {name: status_by_exit_code[code] for name, code in module.exit_code_by_key.items()}
    count = Counter(status.values())
    return Outcome(
        mutants=len(status),
        noticed=sum(count[name] for name in NOTICED),
        endless=count["timeout"],
        untried=sum(count[name] for name in UNTRIED),
        survivors=[_survivor(module, name) for name in status if status[name] not in (*NOTICED, *UNTRIED)],
    )


def _kept(outcome: Outcome, before: Outcome | None) -> Outcome:
    return before if before is not None and outcome.untried == outcome.mutants else outcome


def _read(document: str) -> dict[str, Outcome]:
    """Read the results of an earlier run."""
    rows = re.findall(r"^\| (\S+\.py) \| (\d+) \| (\d+) \| (\d+) \|", document, re.MULTILINE)
    outcomes = {path: Outcome(int(mutants), int(noticed), int(endless)) for path, mutants, noticed, endless in rows}
    survivors = document.partition("## Survivors\n\n")[2]
    for text, path in re.findall(r"(^`(\S+\.py)`, .+?^```\n)(?=\n|\Z)", survivors, re.MULTILINE | re.DOTALL):
        outcomes[path].survivors.append(text)
    return outcomes


def _table(outcomes: dict[str, Outcome]) -> str:
    lines = ["| module | mutants | noticed | of these never ended | score |", "| --- | ---: | ---: | ---: | ---: |"]
    for name, it in [*outcomes.items(), ("in all", _total(outcomes))]:
        lines.append(f"| {name} | {it.mutants} | {it.noticed} | {it.endless} | {it.score:.1f} % |")
    return "\n".join(lines)


def _total(outcomes: dict[str, Outcome]) -> Outcome:
    every = outcomes.values()
    return Outcome(sum(it.mutants for it in every), sum(it.noticed for it in every), sum(it.endless for it in every))


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
