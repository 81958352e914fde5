"""The code and the libraries that a model was trained with."""

from __future__ import annotations

import platform
import subprocess
from importlib.metadata import version
from pathlib import Path

LIBRARIES = ("tensorflow", "keras", "tf2onnx", "numpy", "opencv-python-headless")


def commit() -> str | None:
    """The commit of the code, with `+changes` if the package differs from it; None outside a checkout."""
    folder = Path(__file__).resolve().parents[2]
    try:
        head = _git(folder, "rev-parse", "HEAD")
        changes = _git(folder, "status", "--porcelain", "--untracked-files=no", "--", ".")
    except (OSError, subprocess.CalledProcessError):
        return None
    return f"{head}+changes" if changes else head


def software() -> dict[str, str]:
    """Versions of Python and of the libraries that shape the result."""
    return {"python": platform.python_version(), **{name: version(name) for name in LIBRARIES}}


def _git(folder: Path, *arguments: str) -> str:
    command = ["git", "-C", str(folder), *arguments]
    answer = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - fixed arguments
    return answer.stdout.strip()
