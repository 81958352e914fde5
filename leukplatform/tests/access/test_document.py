from __future__ import annotations

from leukplatform.tests.access.document import DOCUMENT, document


def test_the_document_is_made_of_the_table() -> None:
    again = "python -m leukplatform.tests.access.document"
    assert DOCUMENT.read_text() == document(), f"Write it again: {again}"
