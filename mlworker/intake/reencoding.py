"""The parent's side: start the child on an upload, wait for it, and judge how it ended."""

from __future__ import annotations

import errno
import io
import json
import logging
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any, BinaryIO, cast

from mlworker import accepted
from mlworker.errors import ImageNotChecked, ImageRejected
from mlworker.intake import headers, limits
from mlworker.intake.headers import Declared

DISK_FULL = (
    "The picture could not be checked: the disk may be full. Nothing was saved. "
    "Try again later, and tell an administrator if it happens again."
)
BUSY = "Too many pictures are being checked just now. Please send this one again in a moment."
GAVE_UP = (
    "The picture could not be opened: it takes too much time or memory, or is damaged. "
    "Please export it again as PNG or JPEG and send it once more."
)

logger = logging.getLogger(__name__)
_slots = BoundedSemaphore(limits.AT_ONCE)
_ROOT = Path(__file__).resolve().parent.parent.parent
_CHILD = (sys.executable, "-m", "mlworker.intake.child")
_ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "1"}
_DISK_FULL = {errno.ENOSPC, errno.EDQUOT}
_EXHAUSTED = {errno.EAGAIN, errno.ENOMEM, errno.EMFILE, errno.ENFILE}


@dataclass(frozen=True, slots=True)
class Reencoded:
    """What is kept of an upload: its pixels, and nothing else that was in the file."""

    format: str  # of the upload, one of accepted.FORMATS
    sent_size: tuple[int, int]  # width and height of the upload, after EXIF orientation
    width: int  # of the PNG; less than was sent if that had over limits.KEPT_PIXELS
    height: int
    png: BinaryIO  # a nameless temporary file; whoever gets it closes it
    thumbnail_jpeg: bytes


def reencode(upload: BinaryIO, *, thumbnail_side: int, folder: str | None = None) -> Reencoded:
    """Decode an upload in a child process and encode its pixels anew.

    `folder` is where temporary files go. Safe to call from several threads. Raises `ImageRejected` when the bytes are
    no picture that is accepted, or when the child crashed, was killed or took too long over them, and
    `ImageNotChecked` when no child could be had or the disk is full; both with a text fit for the sender.
    """
    headers.read(upload)
    with _slot(), _faults_told():
        png = _new_file(folder)
        try:
            return _reencode(upload, png, thumbnail_side, folder)
        except BaseException:
            png.close()
            raise


def _reencode(upload: BinaryIO, png: BinaryIO, side: int, folder: str | None) -> Reencoded:
    with (
        _descriptor(upload, folder) as source,
        _new_file(folder) as thumbnail,
        _new_file(folder) as answer,
        _new_file(folder) as complaints,
    ):
        outputs = (png.fileno(), thumbnail.fileno())
        status = _run((*map(str, outputs), str(side)), source, answer, complaints, pass_fds=outputs)
        if status != 0:
            raise _given_up(f"ended with status {status}: {_start_of(complaints).decode(errors='replace')}")
        return _result(_parsed(answer), png, thumbnail, side)


def _run(
    arguments: tuple[str, ...], source: int, answer: BinaryIO, complaints: BinaryIO, *, pass_fds: tuple[int, ...]
) -> int:
    """The exit status, negative if a signal ended the child. A new program is run: forking with threads is no risk."""
    with subprocess.Popen(  # noqa: S603 (a fixed program; its arguments are numbers)
        (*_CHILD, *arguments),
        stdin=source,
        stdout=answer,
        stderr=complaints,
        pass_fds=pass_fds,
        cwd=_ROOT,
        env=_environment(),
    ) as child:
        try:
            return child.wait(limits.WALL_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            return child.wait()


def _environment() -> dict[str, str]:
    """Only what Python needs to start: the environment of a web process holds its secrets."""
    kept = {name: os.environ[name] for name in ("LD_LIBRARY_PATH", "PATH") if name in os.environ}
    if sys.pycache_prefix:
        kept["PYTHONPYCACHEPREFIX"] = sys.pycache_prefix
    return {**kept, **_ONE_THREAD}


def _parsed(answer: BinaryIO) -> dict[str, Any]:
    """The answer of the child, which the upload may have taken over: believed in nothing but its form."""
    try:
        parsed = json.loads(_start_of(answer))
    except ValueError as error:
        raise _given_up("answered no JSON") from error
    if not isinstance(parsed, dict):
        raise _given_up("answered no object")
    if "refused" in parsed:
        raise ImageRejected(str(parsed["refused"])[:400])
    if "disk_is_full" in parsed:
        raise ImageNotChecked(DISK_FULL)
    return parsed


def _result(parsed: dict[str, Any], png: BinaryIO, thumbnail: BinaryIO, side: int) -> Reencoded:
    try:
        (sent_width, sent_height), (width, height) = parsed["sent"], parsed["kept"]
        made, small = headers.declared(png), headers.declared(thumbnail)
    except (ImageRejected, KeyError, TypeError, ValueError) as error:
        raise _given_up("wrote no pictures") from error
    is_whole = made == Declared("PNG", width, height) and width * height <= limits.KEPT_PIXELS
    if not is_whole or small.format != "JPEG" or max(small.width, small.height) > side:
        raise _given_up(f"wrote other pictures than it said: {made}, {small}")
    if parsed.get("format") not in accepted.FORMATS:
        raise _given_up("named an unknown format")
    thumbnail.seek(0)
    png.seek(0)
    return Reencoded(
        format=parsed["format"],
        sent_size=(int(sent_width), int(sent_height)),
        width=made.width,
        height=made.height,
        png=png,
        thumbnail_jpeg=thumbnail.read(),
    )


def _given_up(what: str) -> ImageRejected:
    logger.warning("The process that opened an upload %s", what)
    return ImageRejected(GAVE_UP)


@contextmanager
def _slot() -> Iterator[None]:
    if not _slots.acquire(timeout=limits.WAIT_SECONDS):
        raise ImageNotChecked(BUSY)
    try:
        yield
    finally:
        _slots.release()


@contextmanager
def _faults_told() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno not in _DISK_FULL | _EXHAUSTED:
            raise
        logger.exception("An upload could not be checked")
        raise ImageNotChecked(DISK_FULL if error.errno in _DISK_FULL else BUSY) from error


@contextmanager
def _descriptor(upload: BinaryIO, folder: str | None) -> Iterator[int]:
    """A descriptor of the upload's file, or of a copy if it lies in memory."""
    try:
        descriptor = upload.fileno()
    except (AttributeError, io.UnsupportedOperation):
        with _new_file(folder) as copy:
            upload.seek(0)
            shutil.copyfileobj(upload, copy)
            copy.flush()
            yield copy.fileno()
    else:
        yield descriptor


def _new_file(folder: str | None) -> BinaryIO:
    return cast(BinaryIO, tempfile.TemporaryFile(dir=folder))


def _start_of(file: BinaryIO) -> bytes:
    file.seek(0)
    return file.read(4096)
