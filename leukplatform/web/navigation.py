"""The navigation of the user's role, which every page shows around its content."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from leukplatform.accounts.roles import Role


@dataclass(frozen=True, slots=True)
class NavigationItem:
    label: str | Promise
    url: str
    icon: str
    is_current: bool


_ITEMS: dict[str, tuple[tuple[str | Promise, str, str], ...]] = {  # role -> (label, url name, icon)
    Role.DOCTOR: (
        (_("Worklist"), "diagnosis:worklist", "worklist"),
        (_("Patients"), "patients:list", "patients"),
        (_("Learn"), "education:index", "learn"),
    ),
    Role.PATIENT: (
        (_("My reports"), "records:my-reports", "report"),
        (_("Who read my record"), "records:my-record", "patients"),
        (_("Learn"), "education:index", "learn"),
    ),
    Role.ADMIN: (
        (_("Accounts"), "accounts:list", "accounts"),
        (_("Models"), "diagnosis:releases", "models"),
        (_("Queue"), "diagnosis:queue", "queue"),
        (_("Privacy"), "records:privacy", "patients"),
        (_("Audit trail"), "audit:list", "audit"),
        (_("Learn"), "education:index", "learn"),
    ),
}
_VISITOR = ((_("Learn"), "education:index", "learn"),)
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
