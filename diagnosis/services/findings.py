from __future__ import annotations

from django.db import transaction

from diagnosis import permissions, policies
from diagnosis.models import Analysis, Finding, Source
from diagnosis.services import cases
from leukplatform.accounts.models import User
from leukplatform.audit import services as audit
from leukplatform.audit.actions import Action


@transaction.atomic
def review(*, analysis: Analysis, label: str, agrees: bool, note: str, by: User) -> Finding:
    """Record what the doctor says of a picture. A second review is a second row; the newest one counts.

    The same form sent twice is one review.

    `label` is a class of the model's card, or UNCERTAIN, or UNSUITABLE. When the doctor agrees it is the machine's.
    """
    case = cases.lock(analysis.picture.case)
    permissions.check_can_review(by, case)
    analysis = Analysis.objects.select_related("picture__case").get(pk=analysis.pk)
    policies.check_can_review(analysis)
    machine = analysis.findings.get(source=Source.MACHINE)
    if agrees:
        label = machine.label
    elif label == machine.label:
        raise policies.Refused("Choose a finding other than the machine's, or accept the machine's finding.")
    finding = Finding(
        analysis=analysis, source=Source.DOCTOR, label=label, agrees=agrees, note=note.strip(), made_by=by
    )
    newest = analysis.findings.filter(source=Source.DOCTOR).last()
    if newest is not None and _says(newest) == _says(finding):
        return newest
    finding.full_clean(validate_constraints=False)
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
    return finding.made_by_id, finding.label, finding.agrees, finding.note
