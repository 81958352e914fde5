"""Reads for pages, each from what the user may see. A stranger's object and an unknown one both raise Http404."""

from diagnosis.selectors.cases import (
    CaseDetail,
    CaseRow,
    PatientRecord,
    PictureRow,
    case_detail,
    get_case,
    patient_record,
    worklist,
)
from diagnosis.selectors.operations import Agreement, QueueOverview, agreements, get_release, queue_overview, releases
from diagnosis.selectors.pictures import PictureDetail, analysis_status, get_analysis, get_picture, picture_detail
from diagnosis.selectors.reports import (
    PatientReport,
    get_signoff,
    own_report,
    report_file,
    reports_of_patient,
)

__all__ = [
    "Agreement",
    "CaseDetail",
    "CaseRow",
    "PatientRecord",
    "PatientReport",
    "PictureDetail",
    "PictureRow",
    "QueueOverview",
    "agreements",
    "analysis_status",
    "case_detail",
    "get_analysis",
    "get_case",
    "get_picture",
    "get_release",
    "get_signoff",
    "own_report",
    "patient_record",
    "picture_detail",
    "queue_overview",
    "releases",
    "report_file",
    "reports_of_patient",
    "worklist",
]
