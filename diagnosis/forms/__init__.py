from diagnosis.forms.case import CaseForm, WorklistFilterForm
from diagnosis.forms.finding import FindingForm
from diagnosis.forms.picture import PictureForm, RemovePictureForm
from diagnosis.forms.signoff import AmendForm, SignForm

__all__ = ["AmendForm", "CaseForm", "FindingForm", "PictureForm", "RemovePictureForm", "SignForm", "WorklistFilterForm"]
