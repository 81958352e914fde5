from __future__ import annotations

import hashlib

from django import forms
from django.core.files.uploadedfile import UploadedFile

from diagnosis.pictures import CheckedPicture
from mlworker.errors import ImageRejected

THUMBNAIL_SIDE = 480  # pixels: a card of the grid at twice the density of an ordinary screen
ACCEPT = "image/jpeg,image/png,image/tiff,image/bmp,image/webp,.jpg,.jpeg,.png,.tif,.tiff,.bmp,.webp"


class SlideForm(forms.Form):
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
            return check_picture(upload.read(), name=upload.name or "")
        except ImageRejected as error:
            raise forms.ValidationError(str(error)) from error

    @property
    def picture(self) -> CheckedPicture:
        picture: CheckedPicture = self.cleaned_data["file"]
        return picture

    @property
    def error_text(self) -> str:
        return " ".join(str(error) for error in self.errors.get("file", []))


class RemoveSlideForm(forms.Form):
    reason = forms.CharField(
        label="Why is this picture removed?",
        max_length=300,
        error_messages={"required": "Say why the picture is removed."},
        help_text="The picture and this reason stay in the record. For example: out of focus, wrong patient.",
        widget=forms.TextInput,
    )


def check_picture(data: bytes, *, name: str) -> CheckedPicture:
    """Decode an upload and encode its pixels anew. Raises ImageRejected with a sentence for the sender."""
    # Imported at the first upload: OpenCV and NumPy would otherwise weigh on every start of a web process.
    from mlworker import imageio

    header = imageio.read_header(data)
    pixels = imageio.decode(data)
    return CheckedPicture(
        original_name=printable_name(name),
        original_format=header.format,
        sha256=hashlib.sha256(data).hexdigest(),
        png=imageio.encode_png(pixels),
        thumbnail_jpeg=imageio.encode_jpeg(imageio.thumbnail(pixels, THUMBNAIL_SIDE), quality=85),
        width=pixels.shape[1],
        height=pixels.shape[0],
    )


def printable_name(name: str) -> str:
    """A file name fit to be shown: no folders, no control or direction characters, at most 200 characters."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    shown = " ".join("".join(character for character in last if character.isprintable()).split())
    return shown[:200] or "unnamed"
