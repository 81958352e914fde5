from __future__ import annotations

import argparse
import json
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from leukplatform.operations.chaos.stack import Stack, made
from leukplatform.operations.chaos.summary import MUST_BE_EMPTY, summarise
from leukplatform.operations.stack.servers import NotInstalled

KINDS = ("postgres", "embedded")


def main() -> int:
    options = _arguments()
    # Ctrl-C and a plain kill both lead through the `finally` that ends what was started.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if options.services == "both":
        halves = [_in_a_process_of_its_own(kind, options) for kind in KINDS]
        _print(summarise([line for lines, _ in halves for line in lines]))
        return int(any(status for _, status in halves))
    return _run(options)


def _run(options: argparse.Namespace) -> int:
    lines: list[dict[str, Any]] = []
    try:
        with made(options.services) as stack:
            for line in _lines(stack, options):
                lines.append(line)
                _print(line)
                if _is_bad(line) and options.keep:
                    _keep_logs(stack.folder, Path(options.keep) / f"run-{line['run']}-{options.services}")
    except NotInstalled as missing:
        print(f"{missing} Install it, or run with --services embedded.", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("Interrupted; everything that was started has ended.", file=sys.stderr)
    _print(summarise(lines))
    return int(len(lines) < options.runs or any(_is_bad(line) for line in lines))


def _lines(stack: Stack, options: argparse.Namespace) -> Iterator[dict[str, Any]]:
    # Imported here: these use models, and Django is set up once the stack has its database.
    from leukplatform.operations.chaos import faults, people
    from leukplatform.operations.chaos.doctor import Doctor, drawn_smears
    from leukplatform.operations.chaos.run import Runner

    user, password, patient = people.prepare()
    stack.start()
    stack.wait_until_it_answers()
    doctor = Doctor(stack.port, https=False)
    doctor.submit("/account/login/", login=user.email, password=password)
    deck = faults.deck(stack, random.Random(f"{options.seed} {options.services}"), options.fault)
    runner = Runner(stack, doctor, str(patient.pk), deck, drawn_smears(6, width=512, height=384))
    for number in range(1, options.runs + 1):
        yield runner.run(number, random.Random(f"{options.seed} {options.services} {number}"))


def _in_a_process_of_its_own(kind: str, options: argparse.Namespace) -> tuple[list[dict[str, Any]], int]:
    """Return lines and exit code of half of the runs, on one kind of services: a process reads its settings once."""
    runs = options.runs // 2 + (options.runs % 2 if kind == KINDS[0] else 0)
    command = [sys.executable, "-m", "leukplatform.operations.chaos", "--services", kind, "--runs", str(runs)]
    command += ["--seed", str(options.seed), "--keep", options.keep, "--fault", options.fault]
    lines = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        for line in map(json.loads, child.stdout):
            if "run" in line:  # the summary is made of both halves
                _print(line)
                lines.append(line)
    return lines, child.returncode


def _print(line: dict[str, Any]) -> None:
    print(json.dumps(line, ensure_ascii=False), flush=True)


def _is_bad(line: dict[str, Any]) -> bool:
    return any(line[name] for name in MUST_BE_EMPTY)


def _keep_logs(folder: Path, target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    for log in folder.glob("*.log"):
        (target / log.name).write_bytes(log.read_bytes())


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m leukplatform.operations.chaos", description=__doc__)
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--services", choices=[*KINDS, "both"], default="both")
    parser.add_argument("--fault", default="", help="only this one, by its name in faults.py")
    parser.add_argument("--keep", default="", help="a folder for the logs of runs that went wrong")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
