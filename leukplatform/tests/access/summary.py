"""Prints how many cells of the access matrix were tried. A plugin of pytest, so that it adds up several processes."""

from __future__ import annotations

from typing import Any

CELLS = "access matrix"  # a property of a test: [route, cells, cells as expected]


def pytest_terminal_summary(terminalreporter: Any) -> None:
    reports = [*terminalreporter.stats.get("passed", []), *terminalreporter.stats.get("failed", [])]
    tried = [value for report in reports for name, value in report.user_properties if name == CELLS]
    if tried:
        routes = len({route for route, _, _ in tried})
        cells, good = sum(cells for _, cells, _ in tried), sum(good for _, _, good in tried)
        terminalreporter.write_line(f"access matrix: {routes} routes, {cells} cells, {good} as expected")
