"""The program of the child, `python -m mlworker.intake.child`. Only `reencoding` starts it.

Descriptor 0 is the upload and 1 the answer (one JSON object). The first two arguments are the descriptors of the PNG
and the thumbnail; the third is the longer side of the thumbnail in pixels.
"""

from __future__ import annotations

import errno
import json
import os
import resource
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mlworker import accepted
from mlworker.errors import ImageRejected
from mlworker.intake.limits import CPU_SECONDS, KEPT_PIXELS, MEMORY_BYTES, WRITTEN_BYTES

THUMBNAIL_QUALITY = 85


def main(arguments: Sequence[str]) -> None:
    png, thumbnail, side = map(int, arguments)
    limit_resources()
    try:
        answer = reencode(_read(0), png=png, thumbnail=thumbnail, side=side)
    except ImageRejected as refusal:
        answer = {"refused": str(refusal)}
    except MemoryError:
        answer = {"refused": str(accepted.too_large_to_open())}
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        answer = {"disk_is_full": True}
    _write(1, json.dumps(answer).encode())


def limit_resources() -> None:
    """Let the system end this process if it takes too much. Hard limits, too: they cannot be raised again."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (WRITTEN_BYTES, WRITTEN_BYTES))
    if sys.platform == "linux":  # macOS knows the limit and refuses to set it
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
        Path("/proc/self/oom_score_adj").write_text("1000")  # if memory runs out all the same, this process goes first


def reencode(data: bytes, *, png: int, thumbnail: int, side: int) -> dict[str, Any]:
    """Decode the upload and write PNG and thumbnail to the two descriptors; return format and sizes.

    Raises `ImageRejected` or `MemoryError`.
    """
    import cv2  # within the limits, like everything below

    from mlworker import imageio

    cv2.setNumThreads(1)
    header = imageio.read_header(data)
    pixels = imageio.decode(data, max_pixels=KEPT_PIXELS)
    del data
    try:
        _write(thumbnail, imageio.encode_jpeg(imageio.thumbnail(pixels, side), quality=THUMBNAIL_QUALITY))
        _write(png, imageio.encode_png(pixels))
    except cv2.error as error:  # OpenCV raises it if memory runs out
        raise MemoryError from error
    return {"format": header.format, "sent": [header.width, header.height], "kept": [pixels.shape[1], pixels.shape[0]]}


def _read(descriptor: int) -> bytes:
    """The whole file. `pread` does not move the position, which the parent shares."""
    return os.pread(descriptor, accepted.MAX_BYTES + 1, 0)


def _write(descriptor: int, content: bytes) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


if __name__ == "__main__":
    main(sys.argv[1:])
