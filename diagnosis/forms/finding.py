from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from diagnosis.models import Analysis, Finding
from diagnosis.wording import label_words

AGREES, DIFFERS = "agrees", "differs"


class FindingForm(forms.Form):
    """The doctor accepts what the machine found on a picture, or says what is there instead."""

    decision = forms.ChoiceField(
        label=_("Your finding"),
        choices=[(AGREES, _("I agree with the machine")), (DIFFERS, _("I see something else"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Say whether you agree.")},
    )
    label = forms.ChoiceField(label=_("What you see"), required=False)
    note = forms.CharField(
        required=False,
        max_length=Finding._meta.get_field("note").max_length,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("For colleagues; it becomes part of the evidence of the report."),
    )

    def __init__(self, *args: Any, analysis: Analysis, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        of_cells = ["LEUKEMIA", "BENIGN"] if analysis.reader else []
        names = [*of_cells, *analysis.release.card["class_names"], "UNCERTAIN", "UNSUITABLE"]
        others = [(name, label_words(name)) for name in names if name != analysis.label]
        field = self.fields["label"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("Choose what you see")), *others]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("decision") == DIFFERS and not cleaned.get("label") and "label" not in self.errors:
            self.add_error("label", _("Choose what you see on this picture."))
        return cleaned

    def finding(self) -> dict[str, Any]:
        """The review, as `services.findings` takes it."""
        agrees = self.cleaned_data["decision"] == AGREES
        return {
            "agrees": agrees,
            "label": "" if agrees else self.cleaned_data["label"],
            "note": self.cleaned_data["note"],
        }
