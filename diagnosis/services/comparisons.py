"""A second model reads the same pictures in silence, so that an administrator can see how often the two agree.

Never part of a result: what goes wrong here is logged and nothing else, and a picture that was not compared stays so.
"""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from diagnosis.models import Analysis, Comparison, ModelRelease
from diagnosis.services.analyses import results
from diagnosis.states import AnalysisStatus
from mlworker.types import AnalysisResult


def wanted(*, analysis_id: UUID) -> ModelRelease | None:
    """The release to compare a finished analysis with; None when there is none, or it was compared with it before."""
    release = ModelRelease.objects.filter(is_compared=True).first()
    if release is None:
        return None
    is_open = Analysis.objects.filter(pk=analysis_id, status=AnalysisStatus.SUCCEEDED).exclude(release=release)
    return release if is_open.exclude(comparisons__release=release).exists() else None


@transaction.atomic
def record(*, analysis_id: UUID, release: ModelRelease, result: AnalysisResult) -> bool:
    """Keep what the compared release said. Of two deliveries at once one writes; False for the other, and for a record
    that was erased meanwhile.

    Raises `ValueError` when another model answered than `release`.
    """
    if (result.model.digest, result.model.parameters) != (release.digest, release.parameters):
        raise ValueError(f"Asked for {release}, answered by {result.model.name} {result.model.version}.")
    if results.lock(analysis_id) is None:
        return False
    score = result.classification.leukemia_score if result.classification is not None else None
    _, is_new = Comparison.objects.get_or_create(
        analysis_id=analysis_id,
        release=release,
        defaults={"verdict": results.verdict_of_model(result).value, "leukemia_score": score},
    )
    return is_new
