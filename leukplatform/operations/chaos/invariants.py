"""The invariants after a run: questions to the database, the disk and the mail."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError, connection

from diagnosis.files import inventory
from diagnosis.models import Analysis, FilePlan, Picture
from diagnosis.states import FINAL
from leukplatform.audit import anchor
from leukplatform.audit.actions import Action
from leukplatform.audit.models import AuditEvent
from leukplatform.audit.verification import Verification
from leukplatform.letters.models import OPEN, Letter, LetterStatus
from leukplatform.operations.chaos.doctor import Submission


@dataclass
class Found:
    """The state of the case after a run. The lists say in words what is wrong; all should be empty."""

    ended: dict[str, int] = field(default_factory=dict)  # status -> analyses
    taken_over: int = 0
    lost: list[str] = field(default_factory=list)
    double: list[str] = field(default_factory=list)
    stuck: list[str] = field(default_factory=list)
    left_behind: list[str] = field(default_factory=list)
    audit: list[str] = field(default_factory=list)
    recovered_at: datetime | None = None  # last result of the pictures taken before the fault was over


def is_quiet(case_id: UUID) -> bool:
    """Return True if nothing is under way any more: no analysis of the case, no letter, no file."""
    try:
        pictures = Picture.objects.filter(case_id=case_id)
        is_under_way = pictures.exclude(analyses__status__in=FINAL).exists()
        is_owed = Letter.objects.waiting().exists()
        return not (is_under_way or is_owed or FilePlan.objects.exists())
    except DatabaseError:  # the fault is not over for this connection
        connection.close()
        return False


def look(case_id: UUID, submissions: list[Submission], *, over_at: float) -> Found:
    """Check the case of this run, and what all runs share: files, mail, trail. `over_at`: the fault's end (epoch)."""
    found = Found()
    analyses = list(Analysis.objects.filter(picture__case_id=case_id).select_related("picture"))
    found.ended = dict(Counter(analysis.status for analysis in analyses))
    found.taken_over = sum(row.attempt > 1 for row in analyses)
    hit = [row for row in analyses if row.picture.uploaded_at.timestamp() <= over_at]
    found.recovered_at = max((row.finished_at for row in hit if row.finished_at), default=None)
    found.lost += _lost(case_id, submissions, analyses)
    found.stuck += [f"{row.pk} is {row.status}" for row in analyses if not row.is_final]
    found.stuck += [f"letter {letter.pk} is {letter.status}" for letter in Letter.objects.filter(status__in=OPEN)]
    found.double += _double(analyses)
    found.left_behind += _left_behind()
    anchors = Path(settings.AUDIT_ANCHOR_FILE)
    found.audit += Verification(anchor.read(anchors) if anchors.exists() else ()).problems()
    return found


def letters() -> int:
    """Count the mails that were sent; a file may hold several."""
    folder = Path(settings.EMAIL_FILE_PATH)  # type: ignore[misc]  # chaos/settings.py sets it
    return sum(file.read_text().count("\nMessage-ID: ") for file in folder.glob("*.log"))


def letters_settled() -> int:
    """Return how many letters count as sent."""
    return Letter.objects.filter(status=LetterStatus.SENT).count()


def _lost(case_id: UUID, submissions: list[Submission], analyses: list[Analysis]) -> Iterator[str]:
    """Yield pictures that were accepted and are not there, were never analysed, or ended without telling the doctor."""
    pictures = {picture.original_name: picture for picture in Picture.objects.filter(case_id=case_id)}
    analysed = {row.picture_id for row in analyses}
    for submission in submissions:
        picture = pictures.get(submission.name)
        if not submission.accepted:
            yield f"{submission.name} was never taken: {submission.answers}"
        elif picture is None:
            yield f"{submission.name} was accepted and is not in the database"
        elif picture.pk not in analysed:
            yield f"{submission.name} has no analysis"
    for row in analyses:
        if row.status in ("FAILED", "QUARANTINED") and not row.error:
            yield f"{row.pk} is {row.status} without a reason"
        if row.status == "QUARANTINED" and not _was_told("analysis_quarantined", row.pk, row.requested_by_id):
            yield f"{row.pk} was set aside, and who asked for it was not told"
    ended = {row.requested_by_id for row in analyses if row.status in ("SUCCEEDED", "FAILED", "QUARANTINED")}
    yield from (
        f"the pictures are done, and {doctor} was not told"
        for doctor in ended
        if not _was_told("case_analysed", case_id, doctor)
    )


def _was_told(kind: str, subject_id: UUID, reader_id: UUID) -> bool:
    sent = Letter.objects.filter(status=LetterStatus.SENT)
    return sent.filter(kind=kind, subject_id=subject_id, recipient_id=reader_id).exists()


def _double(analyses: list[Analysis]) -> Iterator[str]:
    results = Counter(row.picture_id for row in analyses if row.status == "SUCCEEDED")
    yield from (f"picture {picture} has {count} results" for picture, count in results.items() if count > 1)
    per_picture = Counter(row.picture_id for row in analyses)
    yield from (f"picture {picture} has {count} analyses" for picture, count in per_picture.items() if count > 1)
    for row in analyses:
        wanted = row.status == "SUCCEEDED"
        told = AuditEvent.objects.filter(subject_id=str(row.pk), action=Action.ANALYSIS_SUCCEEDED.value).count()
        if (bool(row.label), told) != (wanted, int(wanted)):
            words = f"labelled {row.label!r} and with {told} rows of success in the trail"
            yield f"{row.pk} is {row.status}, {words}"


def _left_behind() -> Iterator[str]:
    """Yield files without a row, rows without a file, and plans that never ended."""
    root = Path(settings.PRIVATE_ROOT)
    stored = {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()}
    named = {file.name for file in inventory.named()}
    yield from (f"{name} belongs to no row" for name in sorted(stored - named))
    yield from (f"{name} is named by a row and not there" for name in sorted(named - stored))
    yield from (f"the plan for {plan.prefix} never ended" for plan in FilePlan.objects.all())
