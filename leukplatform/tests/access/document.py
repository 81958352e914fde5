"""`python -m leukplatform.tests.access.document` writes docs/access-matrix.md from the table."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

from leukplatform.tests.access.roles import DESCRIPTIONS, ROLES
from leukplatform.tests.access.table import FILE, Row, read_table

DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "access-matrix.md"
_INTRODUCTION = """\
# Who gets which answer

Made from `leukplatform/tests/access/{file}` by `python -m leukplatform.tests.access.document`; a test compares the two.
`pytest leukplatform/tests/access` asks the platform every one of these questions and prints how many of the answers are
as written here. A route without a row for each method fails the tests.

{routes} routes, {rows} lines, {cells} cells (a cell is one method of one line asked by one role).

{roles}

Everything named under *asked for* belongs to the record of one patient; the stranger and the other patient have a whole
record of their own. In every cell more is checked than the answer:

- headers, cookies, messages and body hold no word of a record that the asking person may not read (names, contact data,
  ids, record and case numbers, texts, names of files), be it a refusal or a page of the person's own;
- a refusal does not say who cares for the patient, and has written nothing but its row in the audit trail.

Further tests ask for an id that does not exist wherever the answer is 404 and compare the two answers, tokens and times
apart, to the letter; put ids, names and addresses of others into form fields and query strings; add fields that a form
does not have; leave out the token of a form; and ask for files with the tag of a copy kept before.

| answer | means |
| --- | --- |
| 200 | shown |
| done | carried out: something was written |
| login | sent to the login page |
| 301, 308 | an address of before: sent to the present one, which answers as its own rows say |
| 302 | sent elsewhere, nothing written: not in this state, or nothing to do |
| 403 | not for this role, whatever the address names |
| 404 | not there, or not theirs |
| 405 | not a method of this page |
| 409, 422 | not in this state; the words of the refusal are in the body |
| 410 | a link that is over or was made up |

`read` is GET and HEAD, `write` is PUT, PATCH and DELETE, `rest` is those and OPTIONS.
"""


def document() -> str:
    rows = read_table()
    introduction = _INTRODUCTION.format(
        file=FILE.name,
        routes=len({row.route for row in rows}),
        rows=len(rows),
        cells=sum(len(row.cells) for row in rows),
        roles="\n".join(f"- **{role}**: {meaning}" for role, meaning in DESCRIPTIONS.items()),
    )
    return "\n".join([introduction, *(_section(name, list(group)) for name, group in groupby(rows, key=_area))])


def _area(row: Row) -> str:
    """The app of a route, by the first part of its name."""
    return row.route.partition(":")[0] if ":" in row.route else row.route.partition("_")[0]


def _section(name: str, rows: list[Row]) -> str:
    head = ["route", "asked for", "methods", *ROLES]
    lines = [[f"`{row.route}`", row.target, row.methods_as_written, *row.answers] for row in rows]
    table = [head, ["---"] * len(head), *lines]
    return "\n".join([f"## {name}", "", *(f"| {' | '.join(line)} |" for line in table), ""])


if __name__ == "__main__":
    DOCUMENT.write_text(document())
