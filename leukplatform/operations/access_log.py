"""Gunicorn's line for each request: `gunicorn --logger-class leukplatform.operations.access_log.AccessLogger`."""

from __future__ import annotations

from typing import Any

from gunicorn.glogging import Logger

from leukplatform.operations.logs import without_secrets


class AccessLogger(Logger):
    """Gunicorn's access log without search texts, which may name a patient, and without one-time keys."""

    def atoms(self, resp: Any, req: Any, environ: Any, request_time: Any) -> dict[str, Any]:
        atoms: dict[str, Any] = super().atoms(resp, req, environ, request_time)
        shown: dict[str, Any] = {
            name: without_secrets(str(atoms[name])) for name in ("U", "f", "{referer}i") if name in atoms
        }
        request_line = f"{environ['REQUEST_METHOD']} {without_secrets(environ['RAW_URI'])} {environ['SERVER_PROTOCOL']}"
        return {**atoms, **shown, "r": request_line, "q": ""}
