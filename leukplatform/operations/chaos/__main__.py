from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from leukplatform.operations.chaos.summary import summarise

KINDS = ("postgres", "embedded")


def main() -> int:
    options = _arguments()
    # Ctrl-C and a plain kill both lead through the `finally` that ends what was started.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if options.services == "both":
        halves = [_in_a_process_of_its_own(kind, options) for kind in KINDS]
        print(json.dumps(summarise([line for lines, _ in halves for line in lines]), ensure_ascii=False), flush=True)
        return int(any(status for _, status in halves))
    return _run(options)


def _run(options: argparse.Namespace) -> int:
    from leukplatform.operations.chaos.backing import NotInstalled
    from leukplatform.operations.chaos.stack import Stack

    lines: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory(prefix="leukplatform-chaos-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)  # PostgreSQL runs as another user
        try:
            stack = Stack(folder, options.services)
        except NotInstalled as missing:
            print(f"{missing} Install it, or run with --services embedded.", file=sys.stderr)
            return 2
        try:
            stack.start_backing()
            os.environ.clear()  # else this process might look at another database than the platform does
            os.environ.update(stack.environment)
            for line in _lines(stack, options):
                lines.append(line)
                print(json.dumps(line, ensure_ascii=False), flush=True)
                if _is_bad(line) and options.keep:
                    _keep_logs(folder, Path(options.keep) / f"run-{line['run']}-{options.services}")
        except KeyboardInterrupt:
            print("Interrupted; what was started is ended.", file=sys.stderr)
        finally:
            stack.stop()
    print(json.dumps(summarise(lines), ensure_ascii=False), flush=True)
    return int(len(lines) < options.runs or any(_is_bad(line) for line in lines))


def _lines(stack: Any, options: argparse.Namespace) -> Any:
    import django

    django.setup()
    from leukplatform.operations.chaos import faults, people
    from leukplatform.operations.chaos.load import drawn_smears
    from leukplatform.operations.chaos.run import Runner

    doctor, patient = people.prepare(stack.address)
    stack.start()
    stack.wait_until_it_answers()
    doctor.log_in()
    deck = faults.deck(stack, random.Random(f"{options.seed} {options.services}"), options.fault)
    runner = Runner(stack, doctor, patient, deck, drawn_smears(6))
    for number in range(1, options.runs + 1):
        yield runner.run(number, random.Random(f"{options.seed} {options.services} {number}")).as_dict()


def _in_a_process_of_its_own(kind: str, options: argparse.Namespace) -> tuple[list[dict[str, Any]], int]:
    """Lines and exit status of half of the runs, on one kind of services: Django's settings are read once a process."""
    runs = options.runs // 2 + (options.runs % 2 if kind == KINDS[0] else 0)
    command = [sys.executable, "-m", "leukplatform.operations.chaos", "--services", kind, "--runs", str(runs)]
    command += ["--seed", str(options.seed), "--keep", options.keep, "--fault", options.fault]
    lines = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        for text in child.stdout:
            line = json.loads(text)
            if "run" in line:
                print(text, end="", flush=True)
                lines.append(line)
    return lines, child.returncode


def _is_bad(line: dict[str, Any]) -> bool:
    return any(line[name] for name in ("lost", "double", "stuck", "left_behind", "audit"))


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
