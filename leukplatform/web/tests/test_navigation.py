from __future__ import annotations

import pytest
from django.test import RequestFactory

from leukplatform.web.navigation import shell


@pytest.mark.parametrize(
    ("path", "entry"),
    [
        ("/cases/1/", "Worklist"),
        ("/pictures/1/", "Worklist"),
        ("/analyses/1/model/", "Worklist"),
        ("/signoffs/1/amend/", "Worklist"),
        ("/patients/1/care/", "Patients"),
        ("/learn/pre-b/", "Learn"),
        ("/account/profile/", None),
    ],
)
def test_the_navigation_says_where_a_doctor_is(path, entry, doctor):
    request = RequestFactory().get(path)
    request.user = doctor
    current = [item.label for item in shell(request)["navigation"] if item.is_current]
    assert current == ([entry] if entry else [])
