"""Reads for pages, each from what the user may see. A stranger's object and an unknown one both raise Http404."""

from diagnosis.selectors.cases import (
    CaseDetail,
    CaseRow,
    PatientRecord,
    SlideRow,
    case_detail,
    get_case,
    patient_record,
    worklist,
)
from diagnosis.selectors.operations import Agreement, QueueOverview, agreements, get_release, queue_overview, releases
from diagnosis.selectors.reports import (
    PatientReport,
    get_signoff,
    own_report,
    report_file,
    reports_of_patient,
)
from diagnosis.selectors.slides import SlideDetail, analysis_status, get_analysis, get_slide, slide_detail

__all__ = [
    "Agreement",
    "CaseDetail",
    "CaseRow",
    "PatientRecord",
    "PatientReport",
    "QueueOverview",
    "SlideDetail",
    "SlideRow",
    "agreements",
    "analysis_status",
    "case_detail",
    "get_analysis",
    "get_case",
    "get_release",
    "get_signoff",
    "get_slide",
    "own_report",
    "patient_record",
    "queue_overview",
    "releases",
    "report_file",
    "reports_of_patient",
    "slide_detail",
    "worklist",
]
