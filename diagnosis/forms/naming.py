from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from diagnosis.models.cell_naming import PREVIOUS
from diagnosis.wording import cell_words
from mlworker.cells import classes

NAMES = (classes.UNIDENTIFIED, *classes.table().names)
KEYS = {  # that name the chosen cells in the gallery; Z goes back
    "blast": "B",
    "promyelocyte": "P",
    "immature_granulocyte": "I",
    "neutrophil": "N",
    "eosinophil": "E",
    "basophil": "O",
    "lymphocyte": "L",
    "monocyte": "M",
    "erythroblast": "R",
    "plasma_cell": "C",
    "smudge": "S",
    "platelet": "T",
    "artifact": "X",
    "unidentified": "U",
}
_LONGEST_ID = 18  # digits; longer ones fit no column


class CellsField(forms.Field):
    """Ids of cells: any number of fields, each with one id or several between commas."""

    widget = forms.MultipleHiddenInput
    default_error_messages = {"required": _("Choose at least one cell.")}

    def to_python(self, value: list[str] | None) -> list[int]:
        words = ",".join(value or ()).split(",") if value else []
        if not all(word.isdecimal() and len(word) <= _LONGEST_ID for word in words):
            raise forms.ValidationError(self.error_messages["required"])
        return [int(word) for word in words]


class NamingForm(forms.Form):
    """Cells of a case and the name a doctor gives them all: a class, or PREVIOUS for the one each had before."""

    name = forms.ChoiceField(error_messages={"required": _("Choose a class."), "invalid_choice": _("Choose a class.")})
    cell = CellsField()
    seen = forms.IntegerField(min_value=0, max_value=10**_LONGEST_ID - 1)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["name"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [*((name, cell_words(name)) for name in NAMES), (PREVIOUS, _("The name before"))]

    @property
    def error_text(self) -> str:
        """The first error, as a sentence."""
        return next((str(error) for errors in self.errors.values() for error in errors), "")

    def naming(self) -> dict[str, Any]:
        """The naming, as `services.namings` takes it."""
        data = self.cleaned_data
        return {"cells": data["cell"], "name": data["name"], "seen": data["seen"]}
