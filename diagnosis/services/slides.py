from __future__ import annotations

import uuid

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from diagnosis import permissions, policies
from diagnosis.files.write import NewFiles, new_files
from diagnosis.models import Case, ModelRelease, Slide
from diagnosis.pictures import CheckedPicture
from diagnosis.services import analyses, cases
from leukplatform.accounts.models import User
from leukplatform.audit import services as audit
from leukplatform.audit.actions import Action


def add(*, case: Case, picture: CheckedPicture, by: User) -> Slide:
    """Store a picture in the case and, if a model is in use, request its analysis, in one transaction.

    Raises DuplicateSlide when the same file is in the case, Refused when the case is signed off, and
    StorageUnavailable when the disk is full; then neither a row nor a file is left.
    """
    slide_id = uuid.uuid4()
    folder = f"cases/{case.pk}/slides/{slide_id}"
    with new_files(f"{folder}/") as files, transaction.atomic(durable=True):
        case = cases.lock(case)
        permissions.check_can_add_slide(by, case)
        policies.check_can_add_slide(case)
        existing = case.slides.counted().filter(sha256=picture.sha256).first()
        if existing is not None:
            raise policies.DuplicateSlide(existing)
        slide = _insert(slide_id, folder, case=case, picture=picture, files=files, by=by)
        audit.record(
            Action.SLIDE_ADDED,
            by=by,
            subject=slide,
            patient_id=case.patient_id,
            details={"case": case.number, "position": slide.position, "sha256": slide.sha256},
        )
        if ModelRelease.objects.filter(is_active=True).exists():
            analyses.request(slide=slide, by=by)
        files.keep()
    return slide


def _insert(
    slide_id: uuid.UUID, folder: str, *, case: Case, picture: CheckedPicture, files: NewFiles, by: User
) -> Slide:
    return Slide.objects.create(
        id=slide_id,
        case=case,
        position=(case.slides.aggregate(highest=Max("position"))["highest"] or 0) + 1,
        original_name=picture.original_name,
        original_format=picture.original_format,
        sha256=picture.sha256,
        stored_sha256=picture.png_sha256,
        picture=files.save(f"{folder}/picture.png", picture.png),
        thumbnail=files.save(f"{folder}/thumbnail.jpg", picture.thumbnail_jpeg),
        width=picture.width,
        height=picture.height,
        size=picture.png_size,
        uploaded_by=by,
    )


@transaction.atomic
def remove(*, slide: Slide, reason: str, by: User) -> Slide:
    """Take a slide out of the case. It stays in the record with the reason; an unfinished analysis is cancelled."""
    case = cases.lock(slide.case)
    permissions.check_can_remove_slide(by, slide)
    slide = Slide.objects.select_for_update(of=("self",)).get(pk=slide.pk)
    slide.case = case
    policies.check_can_remove_slide(slide)
    if not reason.strip():
        raise policies.Refused("Say why the slide is removed; the reason stays in the record.")
    slide.removed_by, slide.removed_at, slide.removal_reason = by, timezone.now(), reason.strip()[:300]
    slide.save(update_fields=["removed_by", "removed_at", "removal_reason"])
    analyses.cancel_unfinished(slide=slide, by=by)
    audit.record(
        Action.SLIDE_REMOVED,
        by=by,
        subject=slide,
        patient_id=case.patient_id,
        details={"case": case.number, "position": slide.position},
    )
    return slide
