"""The parent: it starts the child on an upload, waits for it and checks its results."""

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
from mlworker.texts import N_

DISK_FULL = N_(
    "The picture could not be checked: the disk may be full. Nothing was saved. "
    "Try again later, and tell an administrator if it happens again."
)
BUSY = N_("Too many pictures are being checked just now. Please send this one again in a moment.")
GAVE_UP = N_(
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
    """The pixels of an upload, without anything else from the file."""

    format: str  # of the upload, one of accepted.FORMATS
    sent_size: tuple[int, int]  # width and height of the upload, after EXIF orientation
    width: int  # of the PNG; smaller than sent if that had over limits.KEPT_PIXELS
    height: int
    png: BinaryIO  # a nameless temporary file; the caller closes it
    thumbnail_jpeg: bytes


def reencode(upload: BinaryIO, *, thumbnail_side: int, folder: str | None = None) -> Reencoded:
    """Decode an upload in a child process and encode its pixels anew.

    `thumbnail_side` is the longer side of the thumbnail in pixels, `folder` the place of temporary files. Safe to call
    from several threads. Raises `ImageRejected` if the bytes are not an accepted picture, or if the child crashed, was
    killed or took too long, and `ImageNotChecked` if no child could start or the disk is full. Both texts are for the
    sender.
    """
    headers.read(upload)
    with _slot():
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
    """Run the child; its exit status, negative if a signal ended it. A new program: forking with threads is unsafe."""
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
    """The answer of the child, which the upload may have taken over: only its form is trusted."""
    try:
        parsed = json.loads(_start_of(answer))
    except ValueError as error:
        raise _given_up("did not answer in JSON") from error
    if not isinstance(parsed, dict):
        raise _given_up("did not answer with a JSON object")
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
        raise _given_up("did not write both pictures") from error
    is_whole = made == Declared("PNG", width, height) and width * height <= limits.KEPT_PIXELS
    if not is_whole or small.format != "JPEG" or max(small.width, small.height) > side:
        raise _given_up(f"wrote pictures that differ from its answer: {made}, {small}")
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
    """Wait for one of the slots; faults of the machine become `ImageNotChecked`."""
    if not _slots.acquire(timeout=limits.WAIT_SECONDS):
        raise ImageNotChecked(BUSY)
    try:
        yield
    except OSError as error:
        if error.errno not in _DISK_FULL | _EXHAUSTED:
            raise
        logger.exception("An upload could not be checked")
        raise ImageNotChecked(DISK_FULL if error.errno in _DISK_FULL else BUSY) from error
    finally:
        _slots.release()


@contextmanager
def _descriptor(upload: BinaryIO, folder: str | None) -> Iterator[int]:
    """A descriptor of the upload's file, or of a copy if the upload is in memory."""
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
