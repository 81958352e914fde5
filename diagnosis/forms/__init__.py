from diagnosis.forms.case import CaseForm, WorklistFilterForm
from diagnosis.forms.finding import FindingForm
from diagnosis.forms.signoff import AmendForm, SignForm
from diagnosis.forms.slide import RemoveSlideForm, SlideForm

__all__ = ["AmendForm", "CaseForm", "FindingForm", "RemoveSlideForm", "SignForm", "SlideForm", "WorklistFilterForm"]
