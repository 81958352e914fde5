from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from leukplatform.operations.backups import layout
from leukplatform.operations.backups.errors import Damaged
from leukplatform.operations.backups.tests.conftest import sum_up
from leukplatform.operations.backups.verifying import verify

PICTURE = "files/cases/1/picture.png"


def test_a_whole_backup_is_found_whole(by_hand: Path) -> None:
    assert verify(by_hand).files == 2


def test_the_checksums_can_be_checked_without_the_platform(by_hand: Path) -> None:
    program = shutil.which("sha256sum")
    assert program
    done = subprocess.run([program, "--check", "--strict", layout.SUMS], cwd=by_hand, capture_output=True, check=False)
    assert done.returncode == 0


def flip_a_bit(folder: Path) -> None:
    content = bytearray((folder / PICTURE).read_bytes())
    content[100] ^= 1
    (folder / PICTURE).write_bytes(content)


def cut_the_dump(folder: Path) -> None:
    dump = folder / "database.sqlite3"
    dump.write_bytes(dump.read_bytes()[:-4096])


def lose_a_file(folder: Path) -> None:
    (folder / PICTURE).unlink()


def add_a_file(folder: Path) -> None:
    (folder / "files/cases/1/other.png").write_bytes(b"?")


def edit_the_manifest(folder: Path) -> None:
    path = folder / layout.MANIFEST
    path.write_text(path.read_text().replace('"cases": 500', '"cases": 499'))


def edit_a_checksum(folder: Path) -> None:
    path = folder / layout.SUMS
    path.write_text(path.read_text().replace(hashlib.sha256(PICTURE.encode() * 100).hexdigest(), "0" * 64))


def lose_a_file_and_its_checksum(folder: Path) -> None:
    lose_a_file(folder)
    sum_up(folder)


def lose_the_checksums(folder: Path) -> None:
    (folder / layout.SUMS).unlink()


def lead_a_checksum_out_of_the_folder(folder: Path) -> None:
    with (folder / layout.SUMS).open("a") as file:
        file.write(f"{'0' * 64}  files/../../../secret\n")


def cut_a_checksum(folder: Path) -> None:
    path = folder / layout.SUMS
    path.write_text(path.read_text()[:-20] + "\nabc")


def break_the_dump_and_sum_up(folder: Path) -> None:
    dump = folder / "database.sqlite3"
    content = bytearray(dump.read_bytes())
    content[4096 * 3 : 4096 * 4] = b"\xff" * 4096
    dump.write_bytes(content)
    sum_up(folder)


def lose_the_manifest(folder: Path) -> None:
    (folder / layout.MANIFEST).unlink()
    sum_up(folder)


def come_from_the_future(folder: Path) -> None:
    path = folder / layout.MANIFEST
    path.write_text(json.dumps({**json.loads(path.read_text()), "format": layout.FORMAT + 1}))
    sum_up(folder)


def come_from_another_database(folder: Path) -> None:
    path = folder / layout.MANIFEST
    path.write_text(json.dumps({**json.loads(path.read_text()), "engine": "oracle"}))
    sum_up(folder)


@pytest.mark.parametrize(
    ("damage", "text"),
    [
        (flip_a_bit, r"picture\.png was changed: its content does not match its checksum"),
        (cut_the_dump, r"database\.sqlite3 was changed"),
        (lose_a_file, r"picture\.png cannot be read: No such file"),
        (add_a_file, r"other\.png does not belong to the backup"),
        (edit_the_manifest, r"manifest\.json was changed"),
        (edit_a_checksum, r"picture\.png was changed"),
        (lose_a_file_and_its_checksum, r"counts 2 files, its checksums 1"),
        (lose_the_checksums, r"is not a backup, or lost its list of checksums"),
        (lead_a_checksum_out_of_the_folder, r"Line 5 of .* is not a checksum"),
        (cut_a_checksum, r"Line 4 of .* is not a checksum"),
        (break_the_dump_and_sum_up, r"SQLite (finds|cannot read) .*database\.sqlite3"),
        (lose_the_manifest, r"is not the manifest of a backup"),
        (come_from_the_future, r"has format 2; this version of the platform reads 1"),
        (come_from_another_database, r"of a database called 'oracle'"),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_a_damaged_backup_is_refused_with_a_reason(by_hand: Path, damage: Callable[[Path], None], text: str) -> None:
    damage(by_hand)
    with pytest.raises(Damaged, match=text):
        verify(by_hand)
    with pytest.raises(CommandError, match=text):
        call_command("backup", verify=by_hand)


def test_the_first_of_many_damaged_files_are_named(by_hand: Path) -> None:
    for number in range(15):
        (by_hand / f"files/{number:02}.png").touch()
    with pytest.raises(Damaged, match=r"files/09\.png does not belong to the backup\.\n\.\.\. and 5 more$"):
        verify(by_hand)
