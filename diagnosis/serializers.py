"""The JSON for programs. Written out field by field, so that a new column never leaves by accident."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from diagnosis.models import Analysis
from diagnosis.selectors import CaseRow


class AnalysisSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    status = serializers.CharField()
    attempt = serializers.IntegerField()
    model = serializers.CharField(source="release.name")
    model_version = serializers.CharField(source="release.version")
    model_digest = serializers.CharField(source="release.digest")
    requested_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField()
    error = serializers.CharField()
    verdict = serializers.CharField()
    leukemia_score = serializers.FloatField(source="shown_score")
    reader = serializers.CharField()
    scale = serializers.JSONField()
    count = serializers.SerializerMethodField()
    subtype = serializers.SerializerMethodField()
    quality = serializers.JSONField()

    def get_count(self, analysis: Analysis) -> dict[str, Any] | None:
        """The cells by class, with the share of blasts. (The score that comes with them is `leukemia_score`.)"""
        count: dict[str, Any] | None = analysis.count
        return count and {name: value for name, value in count.items() if name != "score"}

    def get_subtype(self, analysis: Analysis) -> dict[str, Any] | None:
        """Return the suggested subtype; None where there is none, or where the platform abstains."""
        if not analysis.suggests_subtype:
            return None
        return {name: getattr(analysis, name) for name in ("probabilities", "prediction_set", "novelty")}


class FindingSerializer(serializers.Serializer[Any]):
    label = serializers.CharField()
    agrees = serializers.BooleanField()
    note = serializers.CharField()
    made_by = serializers.CharField(source="made_by.name", default="")
    made_at = serializers.DateTimeField()


class PictureSerializer(serializers.Serializer[Any]):
    """The JSON of a `selectors.PictureRow`."""

    id = serializers.UUIDField(source="picture.id")
    position = serializers.IntegerField(source="picture.position")
    original_name = serializers.CharField(source="picture.original_name")
    sha256 = serializers.CharField(source="picture.sha256")
    width = serializers.IntegerField(source="picture.width")
    height = serializers.IntegerField(source="picture.height")
    uploaded_at = serializers.DateTimeField(source="picture.uploaded_at")
    analysis = AnalysisSerializer(allow_null=True)
    review = FindingSerializer(allow_null=True)


class CaseSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    number = serializers.IntegerField()
    status = serializers.CharField()
    patient = serializers.UUIDField(source="patient_id")
    record_number = serializers.CharField(source="patient.record_number")
    specimen = serializers.CharField()
    stain = serializers.CharField()
    magnification = serializers.IntegerField()
    collected_on = serializers.DateField()
    question = serializers.CharField()
    opened_at = serializers.DateTimeField()


def case_row(row: CaseRow) -> dict[str, Any]:
    """A line of the worklist: the case, and counts over its pictures."""
    counts = {"pictures": row.pictures, "unfinished": row.unfinished, "failed": row.failed, "verdicts": row.verdicts}
    return {**CaseSerializer(row.case).data, **counts}
