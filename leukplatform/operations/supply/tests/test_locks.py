"""Nothing is installed that is not pinned to one version and to the hashes of its files."""

from __future__ import annotations

import re
import tomllib

import pytest
from packaging.utils import canonicalize_name

from leukplatform.operations.supply.locks import LOCKS, ROOT, closure, declared, read_requirements

# lock -> what pyproject.toml declares for it
SETS = {
    "serve": ["serve"],
    "production": ["serve", "production"],
    "dev": ["serve", "production", "dev"],
    "training": ["serve", "production", "training"],
    "yolo": ["yolo"],
    "tools": ["tools"],
}
INSTALLED_FOR_TESTS = ["serve", "production", "dev"]
INSTALLERS = ["Makefile", "Dockerfile", ".ci/run"]


def listed(name: str):
    return declared(*SETS[name])


def locked(name: str):
    return {pin.name: pin for pin in read_requirements(LOCKS / f"{name}.txt")}


def test_everything_declared_has_a_lock_and_is_listed_in_one_place() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    groups = {*settings["project"]["optional-dependencies"], *settings["dependency-groups"]}
    assert {"serve", *groups} == {group for groups in SETS.values() for group in groups}
    assert {path.stem for path in LOCKS.iterdir()} == SETS.keys()
    assert {path.name for pattern in ("*requirements*", "*constraints*") for path in ROOT.glob(pattern)} == {
        "requirements.txt"
    }


@pytest.mark.parametrize("name", SETS)
def test_every_package_of_a_lock_is_pinned_and_hashed(name: str) -> None:
    pins = read_requirements(LOCKS / f"{name}.txt")
    assert len(pins) > 10
    assert [pin.name for pin in pins if pin.version is None or not pin.sha256] == []


@pytest.mark.parametrize("name", SETS)
def test_a_lock_holds_what_is_listed_at_the_version_listed(name: str) -> None:
    lock = locked(name)
    again = [pin.name for pin in listed(name) if pin.version is None or lock[pin.name].version != pin.version]
    assert again == [], "pin these exactly, then run: make lock"


@pytest.mark.parametrize("name", INSTALLED_FOR_TESTS)
def test_a_lock_holds_all_that_the_listed_packages_bring_in(name: str) -> None:
    missing = closure(pin.requirement for pin in listed(name)).keys() - locked(name).keys()
    assert missing == set(), "run: make lock"


@pytest.mark.parametrize("name", ["serve", "production", "dev", "training", "yolo"])
def test_the_locks_agree_with_requirements_txt(name: str) -> None:
    everything = {pin.name: pin.version for pin in read_requirements(ROOT / "requirements.txt")}
    differing = [pin.name for pin in locked(name).values() if everything.get(pin.name, pin.version) != pin.version]
    assert differing == []
    if name == "training":
        assert locked(name).keys() == everything.keys()


@pytest.mark.parametrize("path", [*LOCKS.iterdir(), ROOT / "requirements.txt"], ids=lambda path: path.name)
def test_a_lock_names_no_address_to_install_from(path) -> None:
    assert re.search(r"://|--index|--extra-index|--find-links|--trusted-host| @ ", path.read_text()) is None


@pytest.mark.parametrize("name", INSTALLERS)
def test_packages_are_installed_by_hash_and_never_built(name: str) -> None:
    text = (ROOT / name).read_text()
    flags = re.search(r"^PIP_FLAGS := (.*)$", text, flags=re.MULTILINE)
    text = text.replace("$(PIP_FLAGS)", flags[1] if flags else "")
    commands = re.findall(r"pip install .*", text)
    assert commands or name == ".ci/run"
    for command in commands:
        assert "--require-hashes" in command
        assert "--only-binary :all:" in command


@pytest.mark.parametrize(
    ("line", "version", "hashes"),
    [
        ("django==5.2.19 \\\n    --hash=sha256:" + "a" * 64 + " \\\n    --hash=sha256:" + "b" * 64, "5.2.19", 2),
        ("django==5.2.*", None, 0),
        ("django>=5.2", None, 0),
        ("django==5.2.19,!=5.2.18", None, 0),
        ("celery[redis]==5.7.0 ; sys_platform == 'linux' \\\n    --hash=sha256:" + "a" * 63, "5.7.0", 0),
    ],
)
def test_a_pin_is_one_version_and_whole_hashes(tmp_path, line: str, version: str | None, hashes: int) -> None:
    path = tmp_path / "lock.txt"
    path.write_text(f"# comment\n-r other.txt\n{line}\n")

    (pin,) = read_requirements(path)

    assert (pin.version, len(pin.sha256)) == (version, hashes)
    assert pin.name == canonicalize_name(pin.requirement.name)
