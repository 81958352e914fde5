"""Every address the platform answers, as the URLconf has it."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver


def patterns(resolver: URLResolver | None = None, namespace: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Name and pattern of each route, through all includes."""
    for item in (resolver or get_resolver()).url_patterns:
        if isinstance(item, URLResolver):
            yield from patterns(item, f"{namespace}{item.namespace}:" if item.namespace else namespace)
        else:
            yield f"{namespace}{item.name}", item
