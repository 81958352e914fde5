"""Does the state of the object allow this, whoever asks? Refusals are shown, so their text says what to do next."""

from __future__ import annotations

from collections.abc import Callable

from diagnosis.models import Analysis, Case, ModelRelease, Picture, SignOff
from diagnosis.states import ANALYSIS_MOVES, UNANSWERED, UNFINISHED, AnalysisStatus, CaseStatus

NO_RELEASE = "No model is in use, so pictures cannot be analysed. Ask an administrator to activate a model."


class Refused(Exception):
    """The state of the object does not allow this."""


class DuplicatePicture(Refused):
    """The same file is in the case already."""

    def __init__(self, existing: Picture) -> None:
        super().__init__(
            f"The same file is in the case already, as picture {existing.position}. It was not added again."
        )
        self.existing = existing


def _allows(check: Callable[..., None], *args: object) -> bool:
    try:
        check(*args)
    except Refused:
        return False
    return True


def check_can_edit_case(case: Case) -> None:
    if case.status != CaseStatus.OPEN:
        raise Refused(f"{case} is signed off and can no longer be changed. Amend its report instead.")


def can_edit_case(case: Case) -> bool:
    return _allows(check_can_edit_case, case)


def check_can_remove_picture(picture: Picture) -> None:
    check_can_edit_case(picture.case)
    if picture.is_removed:
        raise Refused(f"Picture {picture.position} was removed from the case before.")


def can_remove_picture(picture: Picture) -> bool:
    return _allows(check_can_remove_picture, picture)


def check_can_request_analysis(picture: Picture) -> None:
    """Not while one is under way. A finished one may be followed by another of a newer model (the service looks)."""
    check_can_edit_case(picture.case)
    if picture.is_removed:
        raise Refused(f"Picture {picture.position} was removed from the case and is not analysed again.")
    if picture.analyses.filter(status__in=UNFINISHED).exists():
        raise Refused(f"Picture {picture.position} is being analysed already. Wait for its result.")


def check_can_retry_analysis(analysis: Analysis) -> None:
    if analysis.status not in (*UNANSWERED, AnalysisStatus.CANCELLED):
        raise Refused("Only an analysis that failed or was cancelled can be tried again.")
    if analysis.picture.analyses.filter(requested_at__gt=analysis.requested_at).exists():
        raise Refused(f"Picture {analysis.picture.position} has a newer analysis already. Reload the page to see it.")
    check_can_request_analysis(analysis.picture)


def check_can_cancel_analysis(analysis: Analysis) -> None:
    if AnalysisStatus.CANCELLED not in ANALYSIS_MOVES[AnalysisStatus(analysis.status)]:
        raise Refused("This analysis is finished and can no longer be cancelled.")


def check_can_review(analysis: Analysis) -> None:
    check_can_edit_case(analysis.picture.case)
    if analysis.picture.is_removed:
        raise Refused(f"Picture {analysis.picture.position} was removed from the case.")
    if analysis.status != AnalysisStatus.SUCCEEDED:
        raise Refused("There is no result to review yet.")


def can_review(analysis: Analysis) -> bool:
    return _allows(check_can_review, analysis)


def obstacles_to_sign(case: Case) -> list[str]:
    """What is missing before the case can be signed, as sentences for the page; empty when nothing is."""
    if case.status != CaseStatus.OPEN:
        return [f"{case} is signed off already. Amend its report instead."]
    pictures = case.pictures.counted()
    if not pictures.exists():
        return ["The case has no picture yet. Add at least one."]
    unfinished = list(pictures.filter(analyses__status__in=UNFINISHED).distinct().values_list("position", flat=True))
    if unfinished:
        which = ", ".join(str(position) for position in unfinished)
        noun = "picture" if len(unfinished) == 1 else "pictures"
        return [f"The analysis of {noun} {which} is not finished. Wait for it, or cancel it."]
    return []


def check_ready(case: Case) -> None:
    obstacles = obstacles_to_sign(case)
    if obstacles:
        raise Refused(" ".join(obstacles))


def can_sign(case: Case) -> bool:
    return not obstacles_to_sign(case)


def check_can_compare(release: ModelRelease) -> None:
    if release.is_active:
        raise Refused(f"{release} is in use. Compare it with another model, not with itself.")


def check_can_amend(signoff: SignOff) -> None:
    newer = SignOff.objects.filter(supersedes=signoff).first()
    if newer is not None:
        raise Refused(f"This report was amended before. Amend report {newer.version} instead.")


def can_amend(signoff: SignOff) -> bool:
    return _allows(check_can_amend, signoff)
