from diagnosis.models.analysis import Analysis
from diagnosis.models.case import Case, CaseFacts, Specimen, Stain
from diagnosis.models.cell import Cell
from diagnosis.models.cell_naming import CellNaming
from diagnosis.models.comparison import Comparison
from diagnosis.models.file_plan import FilePlan
from diagnosis.models.finding import Finding
from diagnosis.models.model_release import ModelRelease
from diagnosis.models.picture import Picture
from diagnosis.models.signoff import Conclusion, SignOff
from diagnosis.models.worker import Worker

__all__ = [
    "Analysis",
    "Case",
    "CaseFacts",
    "Cell",
    "CellNaming",
    "Comparison",
    "Conclusion",
    "FilePlan",
    "Finding",
    "ModelRelease",
    "Picture",
    "SignOff",
    "Specimen",
    "Stain",
    "Worker",
]
