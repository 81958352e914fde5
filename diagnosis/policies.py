"""Does the state of the object allow this, whoever asks? Refusals are shown, so their text says what to do next."""

from __future__ import annotations

from collections.abc import Callable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from diagnosis.models import Analysis, Case, ModelRelease, Picture, SignOff
from diagnosis.states import ANALYSIS_MOVES, UNANSWERED, UNFINISHED, AnalysisStatus, CaseStatus

NO_RELEASE = gettext_lazy(
    "No model is in use, so pictures cannot be analysed. Ask an administrator to activate a model."
)


class Refused(Exception):
    """The state of the object does not allow this."""


class DuplicatePicture(Refused):
    """The same file is in the case already."""

    def __init__(self, existing: Picture) -> None:
        super().__init__(
            _("The same file is in the case already, as picture %(position)s. It was not added again.")
            % {"position": existing.position}
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
        raise Refused(
            _("%(case)s is signed off and can no longer be changed. Amend its report instead.") % {"case": case}
        )


def can_edit_case(case: Case) -> bool:
    return _allows(check_can_edit_case, case)


def check_can_remove_picture(picture: Picture) -> None:
    check_can_edit_case(picture.case)
    if picture.is_removed:
        raise Refused(_("Picture %(position)s was removed from the case before.") % {"position": picture.position})


def can_remove_picture(picture: Picture) -> bool:
    return _allows(check_can_remove_picture, picture)


def check_can_request_analysis(picture: Picture) -> None:
    """Raise Refused while an analysis is under way. After one has ended, a newer model may read the picture too."""
    check_can_edit_case(picture.case)
    if picture.is_removed:
        raise Refused(
            _("Picture %(position)s was removed from the case and is not analysed again.")
            % {"position": picture.position}
        )
    if picture.analyses.filter(status__in=UNFINISHED).exists():
        raise Refused(
            _("Picture %(position)s is being analysed already. Wait for its result.") % {"position": picture.position}
        )


def check_can_retry_analysis(analysis: Analysis) -> None:
    if analysis.status not in (*UNANSWERED, AnalysisStatus.CANCELLED):
        raise Refused(_("Only an analysis that failed or was cancelled can be tried again."))
    if analysis.picture.analyses.filter(requested_at__gt=analysis.requested_at).exists():
        raise Refused(
            _("Picture %(position)s has a newer analysis already. Reload the page to see it.")
            % {"position": analysis.picture.position}
        )
    check_can_request_analysis(analysis.picture)


def check_can_cancel_analysis(analysis: Analysis) -> None:
    if AnalysisStatus.CANCELLED not in ANALYSIS_MOVES[AnalysisStatus(analysis.status)]:
        raise Refused(_("This analysis is finished and can no longer be cancelled."))


def check_can_review(analysis: Analysis) -> None:
    check_can_edit_case(analysis.picture.case)
    if analysis.picture.is_removed:
        raise Refused(_("Picture %(position)s was removed from the case.") % {"position": analysis.picture.position})
    if analysis.status != AnalysisStatus.SUCCEEDED:
        raise Refused(_("The analysis has no result to review yet."))


def can_review(analysis: Analysis) -> bool:
    return _allows(check_can_review, analysis)


def obstacles_to_sign(case: Case) -> list[str]:
    """List what is missing before the case can be signed, as sentences for the page."""
    if case.status != CaseStatus.OPEN:
        return [_("%(case)s is signed off already. Amend its report instead.") % {"case": case}]
    pictures = case.pictures.counted()
    if not pictures.exists():
        return [_("The case has no picture yet. Add at least one.")]
    unfinished = list(pictures.filter(analyses__status__in=UNFINISHED).distinct().values_list("position", flat=True))
    if unfinished:
        text = ngettext(
            "The analysis of picture %(which)s is not finished. Wait for it, or cancel it.",
            "The analysis of pictures %(which)s is not finished. Wait for it, or cancel it.",
            len(unfinished),
        )
        return [text % {"which": ", ".join(str(position) for position in unfinished)}]
    return []


def check_ready(case: Case) -> None:
    obstacles = obstacles_to_sign(case)
    if obstacles:
        raise Refused(" ".join(obstacles))


def can_sign(case: Case) -> bool:
    return not obstacles_to_sign(case)


def check_can_compare(release: ModelRelease) -> None:
    if release.is_active:
        raise Refused(
            _("%(release)s is in use. Compare it with another model, not with itself.") % {"release": release}
        )


def check_can_amend(signoff: SignOff) -> None:
    newer = SignOff.objects.filter(supersedes=signoff).first()
    if newer is not None:
        raise Refused(
            _("This report was amended before. Amend report %(version)s instead.") % {"version": newer.version}
        )


def can_amend(signoff: SignOff) -> bool:
    return _allows(check_can_amend, signoff)
