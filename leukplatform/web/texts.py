"""The texts of the scripts, in the reader's language."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe
from django.views.i18n import JavaScriptCatalog

# Private, because a session cookie may travel with the answer; no longer than an hour, because a release may change it.
catalogue = require_safe(login_not_required(cache_control(private=True, max_age=60 * 60)(JavaScriptCatalog.as_view())))
