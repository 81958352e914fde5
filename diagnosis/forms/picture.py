from __future__ import annotations

import logging
from typing import BinaryIO, cast

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from diagnosis.pictures import CheckedPicture, check_picture
from mlworker.errors import ImageNotChecked, ImageRejected

logger = logging.getLogger(__name__)

ACCEPT = "image/jpeg,image/png,image/tiff,image/bmp,image/webp,.jpg,.jpeg,.png,.tif,.tiff,.bmp,.webp"


class PictureForm(forms.Form):
    """One uploaded picture, handed on to `diagnosis.pictures`. What is kept are its pixels, encoded anew."""

    file = forms.FileField(
        label=_("Picture"),
        allow_empty_file=True,  # the check of the content has the better words for it
        error_messages={"required": _("Choose a picture to add."), "missing": _("Choose a picture to add.")},
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
        """True if the upload failed for a reason other than the file."""
        return self.has_error("file", code="not_checked")

    @property
    def error_text(self) -> str:
        return " ".join(str(error) for error in self.errors.get("file", []))


class RemovePictureForm(forms.Form):
    reason = forms.CharField(
        label=_("Why is this picture removed?"),
        max_length=300,
        error_messages={"required": _("Say why the picture is removed.")},
        help_text=_("The picture and this reason stay in the record. For example: out of focus, wrong patient."),
        widget=forms.TextInput,
    )
