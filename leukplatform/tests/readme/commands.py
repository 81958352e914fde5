"""The commands of README.md, and which of them a test can run."""

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]

FENCED_OR_INLINE = re.compile(r"```(?P<language>\w*)\n(?P<block>.*?)```|`(?P<inline>[^`]+)`", re.DOTALL)
COMMENT = re.compile(r"(?:^|\s+)# .*")
PROGRAM = re.compile(r"(?:make|python|pip|docker|cp|\.ci/run)(?: |$)")

RUN = {
    "make help",
    "python -m mlworker predict field.png --json",
    "python -m mlworker case field.png field.png --json",
    "python -m mlworker segment field.png --out mask.png",
    "python -m mlworker evaluate --data manifest.csv --out judged",
    "python -m mlworker draw --help",
    "cp .env.example .env && chmod 600 .env",
    "python manage.py remove_orphans",
    "python manage.py backup --to DIR",
    'make train DATA=manifest.csv OUT=var/models/lenet SOURCE="Our clinic" LICENCE="Not to be passed on"',
    "python manage.py install_model var/models/lenet",
    "python -m mlworker zoo",
    "python -m leukplatform.tests.asvs.document",
}

IN_CI = "a step of .ci/run"
NEEDS_DOCKER = "needs a container engine; leukplatform/tests/e2e/test_production.py runs what docker-compose.yml says"

NOT_RUN = {
    "make run": ".ci/newcomer.py runs it in a fresh clone until the demonstration is computed",
    "make run PORT=8001": "leukplatform/tests/e2e/test_start.py starts it on ports of its own",
    "make test": ".ci/newcomer.py runs it in a fresh clone",
    "docker compose up --build --detach": NEEDS_DOCKER,
    "docker compose run --rm web python manage.py check --deploy": NEEDS_DOCKER,
    'docker compose run --rm web python manage.py invite_admin you@clinic.org "Your Name"': NEEDS_DOCKER,
    "pip install --require-hashes -r locks/production.txt": (
        "downloads everything; leukplatform/operations/supply/tests/test_locks.py checks the locks"
    ),
    "python manage.py restore --from DIR": (
        "needs an empty database; leukplatform/operations/backups/tests/test_drill.py restores into one"
    ),
    "python -m mlworker compare": (
        "needs the original pictures and hours; mlworker/tests/training/compare/test_run.py runs small rows"
    ),
    "make check": IN_CI,
    "make test-services": IN_CI,
    "make e2e": IN_CI,
    "make slow": IN_CI,
    "make audit": IN_CI,
    "make sbom": IN_CI,
    "make chaos": IN_CI,
    "make throughput": IN_CI,
    "make lock": "asks the package index; leukplatform/operations/supply/tests/test_locks.py checks the locks",
    "make mutation": "takes hours",
    "make load": "takes long; leukplatform/operations/load/tests/test_load.py runs the program on a small clinic",
    ".ci/run": "runs this test",
}


def commands(text: str) -> list[str]:
    """Return the commands of a Markdown text in their order, each once.

    These are the lines of `sh` blocks without their comments, and inline code that begins with a program's name.
    """
    return list(dict.fromkeys(_commands(text)))


def _commands(text: str) -> Iterator[str]:
    for match in FENCED_OR_INLINE.finditer(text):
        if match["language"] == "sh":
            yield from filter(None, (COMMENT.sub("", line).strip() for line in match["block"].splitlines()))
        elif match["inline"] and PROGRAM.match(match["inline"]):
            yield " ".join(match["inline"].split())
