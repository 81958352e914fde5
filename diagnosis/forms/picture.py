from __future__ import annotations

import hashlib
import logging
import os
from typing import BinaryIO, cast

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from diagnosis.pictures import CheckedPicture
from mlworker.errors import ImageNotChecked, ImageRejected
from mlworker.intake.reencoding import reencode

logger = logging.getLogger(__name__)

THUMBNAIL_SIDE = 480  # pixels: a card of the grid at twice the density of an ordinary screen
ACCEPT = "image/jpeg,image/png,image/tiff,image/bmp,image/webp,.jpg,.jpeg,.png,.tif,.tiff,.bmp,.webp"


class PictureForm(forms.Form):
    """One uploaded picture, believed only after it was decoded. What is kept are its pixels, encoded anew."""

    file = forms.FileField(
        label="Picture",
        allow_empty_file=True,  # the check of the content has the better words for it
        error_messages={"required": "Choose a picture to add.", "missing": "Choose a picture to add."},
        widget=forms.FileInput(attrs={"accept": ACCEPT}),
    )

    def clean_file(self) -> CheckedPicture:
        upload: UploadedFile = self.cleaned_data["file"]
        try:
            return check_picture(cast(BinaryIO, upload), name=upload.name or "")
        except ImageRejected as error:
            logger.warning("A picture was refused: %s", error)  # without its name, which may be a patient's
            raise forms.ValidationError(str(error)) from error
        except ImageNotChecked as error:
            raise forms.ValidationError(str(error), code="not_checked") from error

    @property
    def picture(self) -> CheckedPicture:
        picture: CheckedPicture = self.cleaned_data["file"]
        return picture

    @property
    def is_to_be_repeated(self) -> bool:
        """Whether it was no fault of the file that it was not taken."""
        return self.has_error("file", code="not_checked")

    @property
    def error_text(self) -> str:
        return " ".join(str(error) for error in self.errors.get("file", []))


class RemovePictureForm(forms.Form):
    reason = forms.CharField(
        label="Why is this picture removed?",
        max_length=300,
        error_messages={"required": "Say why the picture is removed."},
        help_text="The picture and this reason stay in the record. For example: out of focus, wrong patient.",
        widget=forms.TextInput,
    )


def check_picture(upload: BinaryIO, *, name: str) -> CheckedPicture:
    """Have an upload decoded and encoded anew, away from this process.

    Raises `ImageRejected` or `ImageNotChecked` with a sentence for the sender.
    """
    made = reencode(upload, thumbnail_side=THUMBNAIL_SIDE, folder=settings.FILE_UPLOAD_TEMP_DIR)
    png_size = made.png.seek(0, os.SEEK_END)
    return CheckedPicture(
        original_name=printable_name(name),
        original_format=made.format,
        sha256=_sha256(upload),
        png=made.png,
        png_sha256=_sha256(made.png),
        png_size=png_size,
        thumbnail_jpeg=made.thumbnail_jpeg,
        width=made.width,
        height=made.height,
        sent_size=made.sent_size,
    )


def _sha256(file: BinaryIO) -> str:
    """Of the whole file, read in pieces; hexadecimal."""
    digest = hashlib.sha256()
    file.seek(0)
    while piece := file.read(1024 * 1024):
        digest.update(piece)
    file.seek(0)
    return digest.hexdigest()


def printable_name(name: str) -> str:
    """A file name fit to be shown: no folders, no control or direction characters, at most 200 characters."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    shown = " ".join("".join(character for character in last if character.isprintable()).split())
    return shown[:200] or "unnamed"
