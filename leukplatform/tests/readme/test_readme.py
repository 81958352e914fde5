"""Every command of README.md works as it stands there, in that order."""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from leukplatform.tests.readme.commands import IN_CI, NOT_RUN, ROOT, RUN, commands
from mlworker import imageio
from mlworker.phantom import FieldKind, draw_field
from mlworker.tests import needs

README = commands((ROOT / "README.md").read_text())
A_SHORT_TRAINING = {"DRAWN": "0", "ARGS": "--epochs 2 --drawn-held-out 4"}  # variables of the Makefile


def test_commands_are_found_in_blocks_and_in_prose() -> None:
    text = (
        "Say `make a` or `python -m b\n--c`, not `d.py`.\n"
        "```sh\n# why\ne --f 1   # how\n\nmake a\n```\n"
        "```\ng\n```\n"
        "Then `cp h i`."
    )
    assert commands(text) == ["make a", "python -m b --c", "e --f 1", "cp h i"]


def test_every_command_is_run_here_or_listed_with_a_reason() -> None:
    assert set(README) == RUN | NOT_RUN.keys()
    assert not RUN & NOT_RUN.keys()


def test_the_reasons_name_files_that_exist_and_steps_that_are_taken() -> None:
    files = {name for reason in NOT_RUN.values() for name in re.findall(r"[\w./]+\.py\b|\.ci/run", reason)}
    assert [name for name in sorted(files) if not (ROOT / name).is_file()] == []
    steps = (ROOT / ".ci" / "run").read_text().splitlines()
    in_ci = [command for command, reason in NOT_RUN.items() if reason == IN_CI]
    assert [command for command in in_ci if not any(step.split()[:2] == command.split() for step in steps)] == []


@pytest.mark.slow
def test_every_command_works_as_it_stands_and_in_this_order(tmp_path: Path) -> None:
    needs.training("tensorflow")
    from mlworker.tests.training import drawn_stock

    checkout, home = tmp_path / "leukplatform", tmp_path / "home"
    home.mkdir()
    _copy_repository(checkout)
    _lend_environment(checkout)
    _run("make --touch training", checkout, home)  # everything counts as installed
    _run("python manage.py migrate --verbosity 0", checkout, home)  # as `make run` does
    drawn_stock.write_manifest(checkout)
    field = draw_field(7, kind=FieldKind.LEUKEMIA)
    (checkout / "field.png").write_bytes(imageio.encode_png(field.image))

    for command in README:
        if command in RUN:
            _run(command, checkout, home)

    assert (checkout / "mask.png").is_file()
    assert (checkout / "judged" / "evaluation.json").is_file()
    assert (checkout / "DIR" / "SHA256SUMS").is_file()
    assert (checkout / "var" / "models" / "lenet" / "model.onnx").is_file()


def _copy_repository(checkout: Path) -> None:
    """Copy the files that git knows, as they are now."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True)
    for name in filter(None, listed.stdout.split("\0")):
        (checkout / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, checkout / name)


def _lend_environment(checkout: Path) -> None:
    """Give the copy a .venv that starts the Python of these tests, and the byte code of its libraries."""
    python = checkout / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    for library in (sys.prefix, sysconfig.get_path("stdlib")):
        if sys.pycache_prefix and (compiled := Path(sys.pycache_prefix + library)).is_dir():
            link = Path(f"{checkout}/var/pycache{library}")
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(compiled)


def _run(command: str, checkout: Path, home: Path) -> None:
    environment = {
        "PATH": f"{checkout}/.venv/bin:{os.environ['PATH']}",
        "LANG": "C.UTF-8",
        "HOME": str(home),
        "PYTHONPYCACHEPREFIX": f"{checkout}/var/pycache",
        "PIP_NO_INDEX": "1",  # an installation fails
        **A_SHORT_TRAINING,
    }
    options = {"cwd": checkout, "env": environment, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    done = subprocess.run(command, shell=True, check=False, text=True, timeout=600, **options)
    assert done.returncode == 0, f"{command}\n{done.stdout}"
