"""A browser without a screen: cookies, forms and the address that a reverse proxy would pass on."""

from __future__ import annotations

import re
from typing import Any

import requests


class Visitor:
    """One person's session with a server on plain HTTP.

    With `https` the requests look as if a proxy in front had ended TLS.
    """

    def __init__(self, port: int, host: str = "", *, https: bool = True) -> None:
        self.base, host = f"http://127.0.0.1:{port}", host or f"127.0.0.1:{port}"
        origin = f"{'https' if https else 'http'}://{host}"
        self.session = requests.Session()
        self.session.headers.update({"Host": host, "Referer": f"{origin}/", "Origin": origin})
        if https:
            self.session.headers["X-Forwarded-Proto"] = "https"

    def get(self, path: str) -> requests.Response:
        answer = self.ask("GET", path)
        if answer.is_redirect:
            return self.get(answer.headers["Location"])
        assert answer.status_code == 200, f"{path} answered {answer.status_code}: {answer.text[:500]}"
        return answer

    def submit(self, path: str, **fields: str) -> requests.Response:
        """Open the page, fill in its form and send it, with the hidden fields the page brought."""
        page = self.get(path)
        answer = self.ask("POST", page.url, data={**hidden_fields(page.text), **fields})
        assert answer.is_redirect, f"the form on {path} was not accepted ({answer.status_code}): {_errors(answer.text)}"
        return self.get(answer.headers["Location"])

    def upload(self, page: str, target: str, name: str, content: bytes) -> requests.Response:
        token = hidden_fields(self.get(page).text)["csrfmiddlewaretoken"]
        return self.ask("POST", target, files={"file": (name, content)}, headers={"X-CSRFToken": token})

    def ask(self, method: str, url: str, **options: Any) -> requests.Response:
        path = re.sub(r"^https?://[^/]+", "", url)
        answer = self.session.request(method, self.base + path, allow_redirects=False, timeout=60, **options)
        # Cookies are marked secure; this plain connection stands for the one between the proxy and the server.
        self.session.headers["Cookie"] = "; ".join(f"{item.name}={item.value}" for item in self.session.cookies)
        return answer


def hidden_fields(html: str) -> dict[str, str]:
    found = {}
    for tag in re.findall(r"<input[^>]*>", html):
        attributes = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if attributes.get("type") == "hidden" and attributes.get("name"):
            found[attributes["name"]] = attributes.get("value", "")
    return found


def _errors(html: str) -> list[str]:
    return [re.sub(r"<[^>]+>|\s+", " ", found) for found in re.findall(r'class="field-error"[^>]*>(.*?)</', html, re.S)]
