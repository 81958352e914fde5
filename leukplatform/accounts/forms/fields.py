from __future__ import annotations

from typing import Any

from django import forms


class AddressField(forms.EmailField):
    """The address of somebody else's account, in lower case before it is checked: that is how accounts keep it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "off"}), **kwargs)

    def to_python(self, value: object) -> str:
        return (super().to_python(value) or "").lower()
