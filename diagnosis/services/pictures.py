from __future__ import annotations

import uuid

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from diagnosis import permissions, policies
from diagnosis.files.write import NewFiles, new_files
from diagnosis.models import Case, ModelRelease, Picture
from diagnosis.pictures import CheckedPicture
from diagnosis.services import analyses, cases
from leukplatform.accounts.models import User
from leukplatform.audit import services as audit
from leukplatform.audit.actions import Action


def add(*, case: Case, upload: CheckedPicture, by: User) -> Picture:
    """Store a picture in the case and, if a model is in use, request its analysis, in one transaction.

    Raises DuplicatePicture when the same file is in the case, Refused when the case is signed off, and
    StorageUnavailable when the disk is full; then neither a row nor a file is left.
    """
    picture_id = uuid.uuid4()
    folder = f"cases/{case.pk}/pictures/{picture_id}"
    with new_files(f"{folder}/") as files, transaction.atomic(durable=True):
        case = cases.lock(case)
        permissions.check_can_change_pictures(by, case)
        policies.check_can_edit_case(case)
        existing = case.pictures.counted().filter(sha256=upload.sha256).first()
        if existing is not None:
            raise policies.DuplicatePicture(existing)
        picture = _insert(picture_id, folder, case=case, upload=upload, files=files, by=by)
        audit.record(
            Action.PICTURE_ADDED,
            by=by,
            subject=picture,
            patient_id=case.patient_id,
            details={"case": case.number, "position": picture.position, "sha256": picture.sha256},
        )
        if ModelRelease.objects.filter(is_active=True).exists():
            analyses.request(picture=picture, by=by)
        files.keep()
    return picture


def _insert(
    picture_id: uuid.UUID, folder: str, *, case: Case, upload: CheckedPicture, files: NewFiles, by: User
) -> Picture:
    return Picture.objects.create(
        id=picture_id,
        case=case,
        position=(case.pictures.aggregate(highest=Max("position"))["highest"] or 0) + 1,
        original_name=upload.original_name,
        original_format=upload.original_format,
        sha256=upload.sha256,
        stored_sha256=upload.png_sha256,
        file=files.save(f"{folder}/picture.png", upload.png),
        thumbnail=files.save(f"{folder}/thumbnail.jpg", upload.thumbnail_jpeg),
        width=upload.width,
        height=upload.height,
        size=upload.png_size,
        uploaded_by=by,
    )


@transaction.atomic
def remove(*, picture: Picture, reason: str, by: User) -> Picture:
    """Take a picture out of the case. It stays in the record with the reason; an unfinished analysis is cancelled."""
    case = cases.lock(picture.case)
    permissions.check_can_change_pictures(by, picture.case)
    picture = Picture.objects.select_for_update(of=("self",)).get(pk=picture.pk)
    picture.case = case
    policies.check_can_remove_picture(picture)
    if not reason.strip():
        raise policies.Refused(_("Say why the picture is removed; the reason stays in the record."))
    picture.removed_by, picture.removed_at, picture.removal_reason = by, timezone.now(), reason.strip()[:300]
    picture.save(update_fields=["removed_by", "removed_at", "removal_reason"])
    analyses.cancel_unfinished(picture=picture, by=by)
    audit.record(
        Action.PICTURE_REMOVED,
        by=by,
        subject=picture,
        patient_id=case.patient_id,
        details={"case": case.number, "position": picture.position},
    )
    return picture
