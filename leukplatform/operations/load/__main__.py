"""Measures how fast the pages are when there are many records: `make load CASES=100000 AUDIT=1000000`.

Makes a database of its own on this machine's PostgreSQL, fills it with an invented clinic, starts the web server as
docker-compose.yml does, signs people in, and measures a fixed number of requests. Refused in production.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from time import monotonic

import django

from leukplatform.operations.load import place

AIM = 200  # ms, for the 95th percentile of every page


def main() -> int:
    arguments = _arguments()
    with place.database(keep=arguments.keep) as database_url:
        variables = place.environment(database_url)
        os.environ.update(variables)
        os.environ["DJANGO_SETTINGS_MODULE"] = "leukplatform.settings"
        django.setup()
        # Imported here: the settings had to know the database first.
        from leukplatform.operations.load import audit_speed, measuring, report

        facts = measuring.fill(cases=arguments.cases, events=arguments.audit, say=_say)
        with place.server(variables) as web:
            results = measuring.measure(web, facts.clinic, requests=arguments.requests, say=_say)
        text = report.text(facts, results, requests=arguments.requests, aim=AIM, speed=audit_speed.report())
    sys.stdout.write(text)
    if arguments.out:
        arguments.out.write_text(text)
    return 0 if all(times.p95 < AIM for times in results.values()) else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m leukplatform.operations.load", description=__doc__)
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--audit", type=int, default=1_000_000, help="events of the audit trail")
    parser.add_argument("--requests", type=int, default=150, help="of each of two clients, for each page")
    parser.add_argument("--out", type=Path, help="file for the report")
    parser.add_argument("--keep", action="store_true", help=f"leave the database {place.NAME} behind")
    return parser.parse_args()


def _say(words: str) -> None:
    sys.stderr.write(f"{monotonic() - _STARTED:6.0f} s  {words}\n")


_STARTED = monotonic()

if __name__ == "__main__":
    sys.exit(main())
