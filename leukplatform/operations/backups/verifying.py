"""Checks that a backup is still what was written. Reads all of it and changes nothing."""

from __future__ import annotations

from pathlib import Path

from leukplatform.operations.backups import engines, hashing, layout
from leukplatform.operations.backups.errors import Damaged
from leukplatform.operations.backups.layout import Manifest

_NAMED = 10  # of many damaged files these are listed


def verify(folder: Path) -> Manifest:
    """Check that nothing is changed, missing or added, and that the database can read the dump. Raises Damaged."""
    sums = layout.read_sums(folder)
    problems = [*_changed(folder, sums), *_besides(folder, sums)]
    if problems:
        more = f"\n... and {len(problems) - _NAMED} more" if len(problems) > _NAMED else ""
        raise Damaged(f"{folder} is damaged:\n" + "\n".join(problems[:_NAMED]) + more)
    manifest = layout.read_manifest(folder)
    for name in (layout.MANIFEST, manifest.database):
        if name not in sums:
            raise Damaged(f"{folder} is damaged:\n{name} is in no checksum.")
    files = len(layout.digests_of_files(folder))
    if files != manifest.files:
        raise Damaged(f"{folder} is damaged:\nits manifest counts {manifest.files} files, its checksums {files}.")
    engines.of(manifest.engine).check(folder / manifest.database)
    return manifest


def _changed(folder: Path, sums: dict[str, str]) -> list[str]:
    problems = []
    for name, digest in sums.items():
        try:
            if hashing.digest_of(folder / name) != digest:
                problems.append(f"{name} was changed: its content does not match its checksum.")
        except OSError as error:
            problems.append(f"{name} cannot be read: {error.strerror}.")
    return problems


def _besides(folder: Path, sums: dict[str, str]) -> list[str]:
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir()}
    return [f"{name} does not belong to the backup." for name in sorted(found - sums.keys() - {layout.SUMS})]
