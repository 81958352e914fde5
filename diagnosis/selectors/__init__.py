"""Reads for pages, each from what the user may see. A stranger's object and an unknown one both raise Http404."""

from diagnosis.selectors.cases import (
    CaseDetail,
    CaseRow,
    SlideRow,
    case_detail,
    cases_of,
    get_case,
    worklist,
)
from diagnosis.selectors.operations import Agreement, QueueOverview, agreements, get_release, queue_overview, releases
from diagnosis.selectors.reports import get_signoff, report_file
from diagnosis.selectors.slides import SlideDetail, analysis_status, get_analysis, get_slide, slide_detail

__all__ = [
    "Agreement",
    "CaseDetail",
    "CaseRow",
    "QueueOverview",
    "SlideDetail",
    "SlideRow",
    "agreements",
    "analysis_status",
    "case_detail",
    "cases_of",
    "get_analysis",
    "get_case",
    "get_release",
    "get_signoff",
    "get_slide",
    "queue_overview",
    "releases",
    "report_file",
    "slide_detail",
    "worklist",
]
