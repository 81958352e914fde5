"""The signed report as paper: evidence, content, and its two renderings."""

from diagnosis.services.reports.clinical import render_clinical
from diagnosis.services.reports.content import ReportContent, content_of
from diagnosis.services.reports.evidence import collect_evidence, evidence_sha256
from diagnosis.services.reports.plain import render_for_patient

__all__ = [
    "ReportContent",
    "collect_evidence",
    "content_of",
    "evidence_sha256",
    "render_clinical",
    "render_for_patient",
]
