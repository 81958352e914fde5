"""Reads for pages, each from what the user may see. A stranger's object and an unknown one both raise Http404."""

from diagnosis.selectors.cases import (
    CaseDetail,
    CaseRow,
    PictureRow,
    case_detail,
    cases_of,
    get_case,
    worklist,
)
from diagnosis.selectors.cells import CellRow, Counts, cells_of, counts_of, total
from diagnosis.selectors.operations import Agreement, QueueOverview, agreements, get_release, queue_overview, releases
from diagnosis.selectors.pictures import PictureDetail, analysis_status, get_analysis, get_picture, picture_detail
from diagnosis.selectors.reports import get_signoff, report_file

__all__ = [
    "Agreement",
    "CaseDetail",
    "CaseRow",
    "CellRow",
    "Counts",
    "PictureDetail",
    "PictureRow",
    "QueueOverview",
    "agreements",
    "analysis_status",
    "case_detail",
    "cases_of",
    "cells_of",
    "counts_of",
    "get_analysis",
    "get_case",
    "get_picture",
    "get_release",
    "get_signoff",
    "picture_detail",
    "queue_overview",
    "releases",
    "report_file",
    "total",
    "worklist",
]
