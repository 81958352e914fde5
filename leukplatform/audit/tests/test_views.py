from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from leukplatform.audit import views
from leukplatform.audit.models import AuditEvent
from leukplatform.audit.templatetags.audit import type_words
from leukplatform.audit.tests.factories import AuditEventFactory

if TYPE_CHECKING:
    from leukplatform.accounts.models import User  # the app itself knows no other app

READER = "/manage/audit/"


@pytest.fixture
def office(client: Client, admin: User) -> Client:
    client.force_login(admin)
    return client


def test_the_address_of_the_reader_is_kept() -> None:
    assert reverse("audit:list") == READER


def test_reading_is_audited_without_the_name_that_was_typed(office: Client, admin: User) -> None:
    office.get(READER, {"who": "Moreau", "action": "account."})
    event = AuditEvent.objects.latest("id")
    assert (event.action, event.actor_id) == ("audit.viewed", str(admin.pk))
    assert event.details == {"filters": ["action", "who"], "rows": 0}


def test_rows_are_shown_in_words(office: Client, doctor: User) -> None:
    AuditEventFactory(
        action="account.role_changed",
        actor_id=str(doctor.pk),
        actor_name="Dr <b>Ada</b>",
        actor_role="DOCTOR",
        ip_address="192.0.2.7",
        details={"from": "DOCTOR", "to": "ADMIN", "fields": ["a", "b"], "is_new": True},
    )
    page = office.get(READER).content.decode()
    assert "Account role changed" in page
    assert "Dr &lt;b&gt;Ada&lt;/b&gt;" in page
    assert "fields: a, b; from: DOCTOR; is new: yes; to: ADMIN" in page
    assert "192.0.2.7" in page


def test_an_old_row_about_a_slide_is_shown_as_a_picture(office: Client) -> None:
    event = AuditEventFactory(action="slide.added", subject_type="Slide", subject_id="7", details={"slides": 2})
    page = office.get(READER).content.decode()
    assert "Picture added" in page
    assert "Picture <span" in page
    assert "pictures: 2" in page
    event.refresh_from_db()
    assert (event.action, event.subject_type, event.details) == ("slide.added", "Slide", {"slides": 2})


@pytest.mark.parametrize(
    ("subject_type", "words"),
    [
        ("SignOff", "Report"),
        ("User", "Account"),
        ("EmergencyAccess", "Emergency access"),
        ("Patient", "Patient"),
        ("Slide", "Picture"),
        ("GlassSlide", "Glass slide"),
        ("", ""),
    ],
)
def test_the_trail_names_things_as_people_do(subject_type: str, words: str) -> None:
    assert type_words(subject_type) == words


def test_roles_and_ids_are_shown_as_on_other_pages(office: Client) -> None:
    opened = uuid.uuid4()
    AuditEventFactory(
        actor_id=str(uuid.uuid4()), actor_role="ADMIN", details={"emergency": str(opened), "hash": "ab" * 16}
    )
    AuditEventFactory(actor_id=str(uuid.uuid4()), actor_role="JANITOR")
    page = office.get(READER).content.decode()
    assert '<span class="muted">Administrator</span>' in page
    assert '<span class="muted">JANITOR</span>' in page  # a role of old stays readable
    assert f"emergency: {str(opened)[:8]}; hash: {'ab' * 16}" in page
    assert str(opened) not in page


def test_a_patients_name_is_looked_up_and_a_removed_one_is_marked(office: Client, patient_user: User) -> None:
    AuditEventFactory(actor_id=str(patient_user.pk), actor_role="PATIENT")
    assert "Dana Lindqvist" in office.get(READER).content.decode()
    AuditEventFactory(actor_id=str(uuid.uuid4()), actor_role="PATIENT")
    assert "Name removed" in office.get(READER).content.decode()


def test_an_action_that_is_no_longer_known_is_still_shown(office: Client) -> None:
    AuditEventFactory(action="something.old")
    assert "something.old" in office.get(READER).content.decode()


def test_pages_keep_their_filters(office: Client) -> None:
    AuditEventFactory.create_batch(60)
    first = office.get(READER, {"action": "patient.viewed"})
    assert len(first.context["rows"]) == 50
    older = office.get(READER, {"action": "patient.viewed", "before": first.context["page"].older})
    assert len(older.context["rows"]) == 10
    assert "action=patient.viewed&amp;after=" in older.content.decode()


@pytest.mark.parametrize(
    "query",
    [
        {"action": "no.such"},
        {"since": "yesterday"},
        {"since": "2026-03-02", "until": "2026-03-01"},
        {"since": "0001-01-01", "until": "9999-12-31"},
        {"patient": "1"},
        {"before": "x", "after": "-1"},
        {"before": "9" * 40},
        {"before": "²"},
    ],
)
def test_nonsense_in_the_address_is_no_error(query: dict[str, str], office: Client) -> None:
    assert office.get(READER, query).status_code == 200


@pytest.mark.parametrize(
    ("text", "number"), [("0", 0), ("9" * 18, 10**18 - 1), ("9" * 19, None), ("", None), (None, None)]
)
def test_a_number_in_the_address_is_one_that_a_database_can_hold(text: str | None, number: int | None) -> None:
    assert views._number(text) == number


def test_a_page_takes_the_same_number_of_queries_however_long_the_trail(office: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            office.get(READER)
        assert not any("COUNT(" in query["sql"] for query in captured)
        return len(captured)

    few = queries()
    AuditEventFactory.create_batch(120)
    assert queries() == few
