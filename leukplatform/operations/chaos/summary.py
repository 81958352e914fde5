"""The figures of many runs. `python -m leukplatform.operations.chaos.summary FILES...` reads runs kept in files."""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path
from statistics import median
from typing import Any

MUST_BE_EMPTY = ("lost", "double", "stuck", "left_behind", "audit")


def summarise(lines: list[dict[str, Any]]) -> dict[str, Any]:
    """Count things, not runs. `recovery_seconds` as in Runner.run."""
    recoveries = [line["recovery_seconds"] for line in lines]
    totals: Counter[str] = Counter()
    for line in lines:
        totals.update(line["ended"])
    return {
        "runs": len(lines),
        "services": dict(Counter(line["services"] for line in lines)),
        "faults": dict(sorted(Counter(name for line in lines for name in line["faults"]).items())),
        "submissions": sum(line["submissions"] for line in lines),
        "ended": dict(totals),
        "taken_over": sum(line["taken_over"] for line in lines),
        **{name: sum(len(line[name]) for line in lines) for name in MUST_BE_EMPTY},
        "letters_again": sum(line["letters_again"] for line in lines),
        "recovery_seconds": {
            "p50": round(median(recoveries), 1) if recoveries else None,
            "max": max(recoveries, default=None),
        },
    }


def read(*files: Path) -> list[dict[str, Any]]:
    """The lines of runs in files that may hold summaries too."""
    lines = [json.loads(text) for file in files for text in file.read_text().splitlines()]
    return [line for line in lines if "run" in line]


if __name__ == "__main__":
    print(json.dumps(summarise(read(*map(Path, sys.argv[1:]))), ensure_ascii=False, indent=1))
