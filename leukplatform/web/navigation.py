"""What every page shows around its content: the navigation of the user's role."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse

from leukplatform.accounts.roles import Role


@dataclass(frozen=True, slots=True)
class NavigationItem:
    label: str
    url: str
    icon: str
    is_current: bool


_ITEMS: dict[str, tuple[tuple[str, str, str], ...]] = {  # role -> (label, url name, icon)
    Role.DOCTOR: (
        ("Worklist", "diagnosis:worklist", "worklist"),
        ("Patients", "patients:list", "patients"),
        ("Learn", "education:index", "learn"),
    ),
    Role.PATIENT: (
        ("My reports", "diagnosis:my-reports", "report"),
        ("Who read my record", "diagnosis:my-record", "patients"),
        ("Learn", "education:index", "learn"),
    ),
    Role.ADMIN: (
        ("Accounts", "accounts:list", "accounts"),
        ("Models", "diagnosis:releases", "models"),
        ("Queue", "diagnosis:queue", "queue"),
        ("Privacy", "diagnosis:privacy", "patients"),
        ("Audit trail", "audit:list", "audit"),
        ("Learn", "education:index", "learn"),
    ),
}
_VISITOR = (("Learn", "education:index", "learn"),)
_BELOW = {"diagnosis:worklist": ("/pictures/", "/analyses/", "/signoffs/")}  # pages that belong to an entry


def shell(request: HttpRequest) -> dict[str, object]:
    user = getattr(request, "user", None)
    items = _ITEMS[user.role] if user is not None and user.is_authenticated else _VISITOR
    navigation = []
    for label, name, icon in items:
        url = reverse(name)
        is_current = request.path.startswith((url, *_BELOW.get(name, ())))
        navigation.append(NavigationItem(label, url, icon, is_current))
    return {"navigation": navigation}
