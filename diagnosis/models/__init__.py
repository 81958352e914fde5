from diagnosis.models.analysis import Analysis
from diagnosis.models.case import Case, Specimen, Stain
from diagnosis.models.finding import Finding
from diagnosis.models.model_release import ModelRelease
from diagnosis.models.signoff import Conclusion, SignOff
from diagnosis.models.slide import Slide

__all__ = ["Analysis", "Case", "Conclusion", "Finding", "ModelRelease", "SignOff", "Slide", "Specimen", "Stain"]
