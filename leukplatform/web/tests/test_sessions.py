from __future__ import annotations

import pytest

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("value", ['"\\000abcdefgh"', '"\\303\\251abcdefgh"', "' OR 1=1 --", "short", ""])
def test_a_cookie_that_is_no_session_is_not_looked_up(client, value, django_assert_num_queries):
    with django_assert_num_queries(0):
        response = client.get("/account/login/", headers={"cookie": f"sessionid={value}"})
    assert response.status_code == 200
    assert response.wsgi_request.session.session_key is None


def test_a_session_is_found_again(client, doctor):
    client.force_login(doctor)
    assert client.get("/account/profile/").status_code == 200
