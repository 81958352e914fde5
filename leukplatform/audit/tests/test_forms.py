from __future__ import annotations

import datetime

from leukplatform.audit.actions import Action
from leukplatform.audit.forms import AuditFilterForm


def test_an_action_is_chosen_alone_or_with_its_whole_area() -> None:
    (everything, *areas) = AuditFilterForm().fields["action"].choices
    assert everything == ("", "All actions")
    assert [name for name, _ in areas] == sorted({action.area.capitalize() for action in Action})
    choices = dict(areas)
    assert choices["Care"] == [
        ("care.", "All of care"),
        ("care.started", "Care started"),
        ("care.ended", "Care ended"),
    ]


def test_a_period_ends_no_earlier_than_it_begins() -> None:
    form = AuditFilterForm({"since": "2026-03-02", "until": "2026-03-01"})
    assert form.errors == {"until": ["This day is before the first one."]}


def test_a_period_may_be_one_day_or_open_on_either_side() -> None:
    day = datetime.date(2026, 3, 1)
    for period in ({"since": day, "until": day}, {"since": day}, {"until": day}):
        form = AuditFilterForm(period)
        assert form.is_valid()
        assert {name: form.cleaned_data[name] for name in period} == period
