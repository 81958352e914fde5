"""Ids, names and addresses of others in form fields and query strings: neither accepted nor confirmed."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from django.urls import reverse

from leukplatform.accounts import tokens
from leukplatform.tests.access.asking import DONE, LOGIN, Answer, ask
from leukplatform.tests.access.bodies import body
from leukplatform.tests.access.comparing import comparable
from leukplatform.tests.access.roles import ROLES
from leukplatform.tests.access.targets import address
from leukplatform.tests.access.world import World

pytestmark = pytest.mark.django_db

Values = Callable[[World], list[object]]


def search_words(world: World) -> list[object]:
    """Return words a doctor might type to find out if somebody else has this patient."""
    patient = world.theirs.patient
    return [patient.family_name, patient.given_name[:4], patient.record_number, world.theirs.work.number, patient.pk]


@pytest.mark.parametrize(
    ("route", "field"),
    [("patients:list", "q"), ("diagnosis:worklist", "q"), ("diagnosis:api-cases", "q")],
)
def test_a_search_does_not_find_others_patients(route: str, field: str, world: World) -> None:
    nothing = "Zzyzx"
    expected = comparable(ask(world, "doctor", "GET", reverse(route), {field: nothing}), nothing)
    for word in search_words(world):
        answer = ask(world, "doctor", "GET", reverse(route), {field: word})
        assert comparable(answer, str(word)) == expected, word
        assert answer.names(world.secrets_from("doctor"), asked=str(word)) == []


def wrong_doctors(world: World) -> list[object]:
    people = [world.people[role] for role in ("admin", "patient", "other", "gone", "doctor")]
    return [*(user.pk for user in people), world.invited.pk, world.theirs.patient.pk]


def test_only_a_doctor_who_can_sign_in_is_taken_into_the_team(world: World) -> None:
    url, nobody = address("patients:add-doctor", "record", world), uuid.uuid4()
    expected = comparable(ask(world, "doctor", "POST", url, {"doctor": nobody}), str(nobody))
    for pk in wrong_doctors(world):
        answer = ask(world, "doctor", "POST", url, {"doctor": pk})
        assert not answer.written, pk
        assert comparable(answer, str(pk)) == expected, pk


def test_every_account_that_cannot_be_connected_is_refused_in_the_same_words(world: World) -> None:
    """Staff, patients of others, closed accounts. (That an unknown address is invited cannot be hidden.)"""
    url = address("patients:connect-account", "unlinked", world)
    roles = ("admin", "stranger", "former", "gone", "other", "patient")
    emails = [world.people[role].email for role in roles]
    answers = [ask(world, "doctor", "POST", url, {"email": email}) for email in emails]
    assert len({comparable(answer, *emails) for answer in answers}) == 1
    for answer, email in zip(answers, emails, strict=True):
        assert not answer.written
        assert "cannot be used" in answer.text
        assert answer.names(world.secrets_from("doctor"), asked=email) == []


def test_the_key_of_somebody_elses_form_opens_a_case_of_ones_own(world: World) -> None:
    url, foreign = address("diagnosis:case-create", "record", world), world.theirs.work.submission_key
    answer = ask(world, "doctor", "POST", url, {**body("diagnosis:case-create", world), "submission_key": foreign})
    assert answer.outcome == DONE
    assert answer.names(world.secrets_from("doctor"), asked=str(foreign)) == []


@pytest.mark.parametrize(("route", "target"), [("patients:create", "-"), ("patients:update", "record")])
def test_a_record_number_in_use_tells_nothing_of_whose_it_is(route: str, target: str, world: World) -> None:
    number = world.theirs.patient.record_number.lower()
    answer = ask(
        world, "doctor", "POST", address(route, target, world), {**body(route, world), "record_number": number}
    )
    assert answer.outcome == "200"
    assert not answer.written
    assert "in use for a patient of another doctor" in answer.text
    assert answer.names(world.secrets_from("doctor"), asked=number) == []
    assert answer.names({world.people["stranger"].name}, asked="") == []


@pytest.mark.parametrize("route", ["diagnosis:analysis-retry", "diagnosis:analysis-cancel"])
@pytest.mark.parametrize("back", ["https://elsewhere.example/", "//elsewhere.example", "theirs"])
def test_a_button_leads_back_to_this_case_only(route: str, back: str, world: World) -> None:
    target = "failed" if route.endswith("retry") else "queued"
    value = str(world.theirs.picture.pk) if back == "theirs" else back
    answer = ask(world, "doctor", "POST", address(route, target, world), {"back": value})
    assert answer.headers["Location"] == reverse("diagnosis:case", args=[world.ours.work.pk])


@pytest.mark.parametrize("field", ["patient", "subject", "actor", "who", "before", "after"])
def test_the_filters_of_the_audit_trail_answer_nobody_but_the_administrator(field: str, world: World) -> None:
    for role in ROLES:
        expected = "200" if role == "admin" else LOGIN if role in ("anonymous", "gone") else "403"
        for value in (world.ours.patient.pk, world.ours.account.pk, world.ours.patient.family_name, 1):
            answer = ask(world, role, "GET", reverse("audit:list"), {field: value})
            assert answer.outcome == expected, role
            assert answer.names(world.secrets_from(role, "audit:list"), asked=str(value)) == []


@pytest.mark.parametrize("route", ["accounts:list", "audit:list", "diagnosis:releases", "diagnosis:queue"])
def test_a_filter_on_an_administrators_page_gives_a_doctor_nothing(route: str, world: World) -> None:
    plain = comparable(ask(world, "doctor", "GET", reverse(route)))
    query = {"q": "Quillfeather", "page": 2, "patient": world.theirs.patient.pk}
    assert comparable(ask(world, "doctor", "GET", reverse(route), query)) == plain


def _reset(world: World, email: str) -> Answer:
    return ask(world, "anonymous", "POST", reverse("account_reset_password"), {"email": email})


def _log_in(world: World, email: str) -> Answer:
    return ask(world, "anonymous", "POST", reverse("account_login"), {"login": email, "password": "not-the-password"})


@pytest.mark.parametrize("send", [_reset, _log_in])
def test_no_page_tells_whether_an_address_has_an_account(send: Callable[[World, str], Answer], world: World) -> None:
    unknown = "nobody@home.example"
    expected = comparable(send(world, unknown), unknown)
    for role in ("doctor", "patient", "admin", "gone"):
        email = world.people[role].email
        assert comparable(send(world, email), email) == expected, role


def test_a_forged_link_answers_alike_for_every_account_and_for_none(world: World) -> None:
    def invitation(pk: uuid.UUID) -> str:
        return reverse("accounts:invitation", args=[f"{pk.hex}-aaaaaa-{'0' * 32}"])

    urls = [invitation(pk) for pk in (uuid.uuid4(), world.invited.pk, *(user.pk for user in world.people.values()))]
    assert len({comparable(ask(world, "anonymous", "GET", url), url) for url in urls}) == 1


def test_a_forged_reset_link_answers_alike_for_every_account_and_for_none(world: World) -> None:
    genuine = world.reset_link
    forged = [{**genuine, "key": f"aaaaaa-{'0' * 32}"}, {"uidb36": "zzzz", "key": f"aaaaaa-{'0' * 32}"}]
    urls = [reverse("account_reset_password_from_key", kwargs=kwargs) for kwargs in forged]
    assert len({comparable(ask(world, "anonymous", "GET", url), url) for url in urls}) == 1


def test_the_key_of_one_invitation_does_not_open_another_account(world: World) -> None:
    _, _, token = tokens.invitation_key(world.invited).partition("-")
    url = reverse("accounts:invitation", args=[f"{world.awaiting.user.pk.hex}-{token}"])
    for method in ("GET", "POST"):
        answer = ask(world, "anonymous", method, url, body("accounts:invitation", world) if method == "POST" else None)
        assert (answer.outcome, answer.written) == ("410", frozenset())
