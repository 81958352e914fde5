"""Taking a picture out of a case."""

from __future__ import annotations

from django.urls import reverse

from diagnosis.models import Case
from diagnosis.states import CaseStatus
from diagnosis.tests.factories import PictureFactory
from leukplatform.audit.models import AuditEvent


def test_a_picture_is_removed_with_a_reason_and_stays_readable(doctors_browser, picture, case):
    url = reverse("diagnosis:picture-remove", args=[picture.pk])
    assert doctors_browser.get(url).status_code == 200
    response = doctors_browser.post(url, {"reason": "Wrong patient."}, follow=True)
    picture.refresh_from_db()
    assert picture.is_removed
    assert picture.removal_reason == "Wrong patient."
    assert "Wrong patient." in response.content.decode()
    page = doctors_browser.get(reverse("diagnosis:picture", args=[picture.pk])).content.decode()
    assert "Removed from the case" in page


def test_a_picture_is_not_removed_without_a_reason(doctors_browser, picture):
    response = doctors_browser.post(reverse("diagnosis:picture-remove", args=[picture.pk]), {"reason": " "})
    assert "reason" in response.context["form"].errors
    picture.refresh_from_db()
    assert not picture.is_removed


def test_removing_twice_is_reported_and_changes_nothing(doctors_browser, picture, trail):
    url = reverse("diagnosis:picture-remove", args=[picture.pk])
    doctors_browser.post(url, {"reason": "Wrong patient."})
    response = doctors_browser.post(url, {"reason": "Another reason."}, follow=True)
    picture.refresh_from_db()
    assert picture.removal_reason == "Wrong patient."
    assert "removed from the case before" in response.content.decode()
    assert trail().count("picture.removed") == 1


def test_no_picture_leaves_a_signed_case(doctors_browser, case):
    picture = PictureFactory(case=case)
    Case.objects.update(status=CaseStatus.SIGNED_OFF)
    doctors_browser.post(reverse("diagnosis:picture-remove", args=[picture.pk]), {"reason": "Too late."})
    picture.refresh_from_db()
    assert not picture.is_removed
    assert not AuditEvent.objects.filter(action="picture.removed").exists()
