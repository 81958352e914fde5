"""The figures as a page of Markdown."""

from __future__ import annotations

import os
from pathlib import Path

from django.db import connection

from leukplatform.operations.load.clients import Times
from leukplatform.operations.load.measuring import Filled
from leukplatform.operations.stack.containers import compose

TEMPLATE = """\
# Performance

Written by `make load CASES={cases} AUDIT={events}`. Two people at once ask for the same kind of page, {requests}
times each, from 127.0.0.1; a page is timed until its last byte. The server is the `web` service of
`docker-compose.yml` with the settings of production, PostgreSQL and Redis on the same machine; everybody has signed
in with password and second factor. Every page that is read leaves its row in the audit trail, in these figures too.

Machine: {cores} cores ({processor}), shared by server, PostgreSQL, Redis and the clients; PostgreSQL {version}.
Its load over the last 15 minutes was {load:.1f} when this was written; more than the number of cores means that
others were at work on it.

Server: `{command}`

## What is in the database

| | Rows |
| --- | ---: |
{rows}

Seeded in {seeding:.0f} s; the audit chain was then verified from end to end in {verifying:.0f} s. A busy doctor cares
for one patient in ten, the others for about a thousand each.

## Pages

Aim: 95 of 100 requests under {aim} ms. {verdict}

Work is the processor time of server and database together for one page; unlike the others, it does not depend on who
else is at work on the machine.

| Page | p50, ms | p95, ms | longest, ms | work, ms |
| --- | ---: | ---: | ---: | ---: |
{pages}

How many questions a page asks the database does not depend on how much is in it
(`leukplatform/tests/test_query_counts.py`).

## Writing the audit trail

`python -m leukplatform.operations.load.audit_speed`: each writer is a process, each row a transaction, sealed at its
commit one after the other.

```text
{speed}
```
"""


def text(facts: Filled, results: dict[str, Times], *, requests: int, aim: int, speed: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        (version,) = cursor.fetchone()
    missed = [title for title, times in results.items() if times.p95 >= aim]
    cases, events = facts.rows["cases"], facts.rows["audit events"]
    return TEMPLATE.format(
        cases=cases,
        events=events - events % 1000,
        requests=requests,
        cores=os.cpu_count(),
        processor=_processor(),
        version=version,
        load=os.getloadavg()[2],
        command=" ".join(str(compose()["web"]["command"]).split()),
        rows="\n".join(f"| {name} | {count:,} |" for name, count in facts.rows.items()),
        seeding=facts.seeding,
        verifying=facts.verifying,
        aim=aim,
        verdict=f"Missed by: {'; '.join(missed)}." if missed else "Reached by every page.",
        pages="\n".join(
            f"| {title} | {times.p50:.0f} | {times.p95:.0f} | {times.longest:.0f} | {times.work:.0f} |"
            for title, times in results.items()
        ),
        speed=speed.strip(),
    )


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return "unknown"
