from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from diagnosis import permissions, policies
from diagnosis.models import Analysis, Finding
from diagnosis.services import cases
from leukplatform.accounts.models import User
from leukplatform.audit import services as audit
from leukplatform.audit.actions import Action


@transaction.atomic
def review(*, analysis: Analysis, label: str, agrees: bool, note: str, by: User) -> Finding:
    """Record what the doctor says of a picture, with this analysis in view. The newest finding counts.

    The same form sent twice makes one row. `label` is LEUKEMIA, BENIGN, a class of the model's card, UNCERTAIN or
    UNSUITABLE; if the doctor agrees, the machine's label is taken instead.
    """
    case = cases.lock(analysis.picture.case)
    permissions.check_can_review(by, case)
    analysis = Analysis.objects.select_related("picture__case").get(pk=analysis.pk)
    policies.check_can_review(analysis)
    if agrees:
        label = analysis.label
    elif label == analysis.label:
        raise policies.Refused(_("Choose a finding other than the machine's, or accept the machine's finding."))
    facts = {"analysis": analysis, "label": label, "agrees": agrees, "note": note.strip(), "made_by": by}
    finding = Finding(picture=analysis.picture, **facts)
    newest = analysis.picture.findings.last()
    if newest is not None and _says(newest) == _says(finding):
        return newest
    finding.full_clean()
    finding.save()
    audit.record(
        Action.FINDING_REVIEWED,
        by=by,
        subject=finding,
        patient_id=case.patient_id,
        details={"analysis": str(analysis.pk), "agrees": agrees},
    )
    return finding


def _says(finding: Finding) -> tuple[object, ...]:
    return finding.made_by_id, finding.analysis_id, finding.label, finding.agrees, finding.note
