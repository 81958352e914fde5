"""Receiving files: the size is limited while they arrive, and a full disk is an answer, not a crash.

A view that takes files is exempt from the CSRF check at the door, because that check reads the whole body; it looks at
the declared size first, puts the handler in place with `limit`, and only then has the token checked.
"""

from __future__ import annotations

import errno
import math
import tempfile
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile, StopUpload
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from diagnosis.pictures import CheckedPicture
from leukplatform.accounts.models import User
from leukplatform.web import rates

REQUEST_MAX_BYTES = 5 * settings.UPLOAD_MAX_BYTES  # several pictures through the plain form
TOO_LARGE = gettext_lazy(
    "The file is over %(UPLOAD_MAX_BYTES)s MB. Save it as JPEG or crop it to one field of view, then send it again."
) % {"UPLOAD_MAX_BYTES": settings.UPLOAD_MAX_BYTES // 2**20}
REQUEST_TOO_LARGE = gettext_lazy(
    "Together the files are over %(REQUEST_MAX_BYTES)s MB. Send them in smaller groups; each may "
    "have up to %(UPLOAD_MAX_BYTES)s MB."
) % {"REQUEST_MAX_BYTES": REQUEST_MAX_BYTES // 2**20, "UPLOAD_MAX_BYTES": settings.UPLOAD_MAX_BYTES // 2**20}
DISK_FULL = gettext_lazy(
    "The file could not be stored: the disk may be full. Nothing was saved. Try again later, and "
    "tell an administrator if it happens again."
)
_FULL = {errno.ENOSPC, errno.EDQUOT}


class LimitedUploadHandler(FileUploadHandler):
    """Writes each file to a temporary one, up to UPLOAD_MAX_BYTES; the rest of a larger one is thrown away unread."""

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request)
        self.too_large: list[str] = []
        self.is_disk_full = False
        self._file: UploadedFile | None = None
        self._received = 0

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self._close()
        self._received = 0
        try:
            # Nameless on disk: Django's own handler keeps the sender's ending, which may be longer than a disk allows.
            space = tempfile.TemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR)  # noqa: SIM115
            self._file = UploadedFile(space, (self.file_name or "")[:255] or "unnamed", self.content_type, 0)
        except OSError as error:
            self._stop(error)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        assert self._file is not None
        self._received += len(raw_data)
        if self._received > settings.UPLOAD_MAX_BYTES:
            self.too_large.append(self.file_name or "unnamed")
            self._close()
            raise SkipFile
        try:
            self._file.write(raw_data)
        except OSError as error:
            self._stop(error)

    def file_complete(self, file_size: int) -> UploadedFile | None:
        if self._file is None:
            return None
        file, self._file = self._file, None
        file.seek(0)
        file.size = file_size
        return file

    def upload_interrupted(self) -> None:
        self._close()

    def _stop(self, error: OSError) -> None:
        self._close()
        if error.errno not in _FULL:
            raise error
        self.is_disk_full = True
        raise StopUpload(connection_reset=False) from error  # read to the end, so that the answer arrives

    def _close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


def limit(request: HttpRequest) -> LimitedUploadHandler:
    """Put the handler in place. Call it before anything reads the body."""
    handler = LimitedUploadHandler(request)
    request.upload_handlers = [handler]
    return handler


def seconds_to_wait(user: User) -> int:
    """Count one picture of this person; 0 if it may be sent now."""
    return rates.spend(f"uploads:{user.pk}", limit=settings.UPLOADS_PER_HOUR, seconds=3600)


def too_many(seconds: int) -> str:
    minutes = math.ceil(seconds / 60)
    text = ngettext(
        "You have sent %(limit)s pictures within the hour, which is the limit. Send the rest in %(minutes)s minute.",
        "You have sent %(limit)s pictures within the hour, which is the limit. Send the rest in %(minutes)s minutes.",
        minutes,
    )
    return text % {"limit": settings.UPLOADS_PER_HOUR, "minutes": minutes}


def reduction(picture: CheckedPicture) -> str:
    """A sentence for a picture that was reduced because it was too large; empty otherwise."""
    if not picture.is_reduced:
        return ""
    sent_width, sent_height = picture.sent_size
    return _(", reduced from %(sent_width)s x %(sent_height)s to %(width)s x %(height)s pixels") % {
        "sent_width": sent_width,
        "sent_height": sent_height,
        "width": picture.width,
        "height": picture.height,
    }


def is_too_large(request: HttpRequest) -> bool:
    """True if the declared length is over the limit; no byte of the body has been read."""
    declared = request.META.get("CONTENT_LENGTH") or "0"
    return not declared.isdecimal() or int(declared) > REQUEST_MAX_BYTES
