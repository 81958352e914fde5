from __future__ import annotations

import struct
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse


def write_catalogue(path: Path, texts: dict[str, str]) -> None:
    """Write what msgfmt would: two tables of lengths and offsets, then the texts, sorted by their originals."""
    pairs = sorted((key.encode(), text.encode()) for key, text in texts.items())
    place = 28 + 16 * len(pairs)
    tables, data = [b"", b""], b""
    for column in (0, 1):
        for pair in pairs:
            tables[column] += struct.pack("<2I", len(pair[column]), place + len(data))
            data += pair[column] + b"\0"
    path.parent.mkdir(parents=True)
    path.write_bytes(
        struct.pack("<7I", 0x950412DE, 0, len(pairs), 28, 28 + 8 * len(pairs), 0, 0) + b"".join(tables) + data
    )


@pytest.mark.django_db
def test_everybody_may_have_the_texts_of_the_scripts_and_keep_them_for_an_hour(client: Client) -> None:
    answer = client.get(reverse("texts"))
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/javascript")
    assert answer["Cache-Control"] == "private, max-age=3600"
    assert "Accept-Language" in answer["Vary"]
    assert "globals.ngettext = " in answer.content.decode()


@pytest.mark.django_db
def test_the_scripts_speak_the_language_of_the_reader(client: Client, settings, tmp_path) -> None:
    form = "Content-Type: text/plain; charset=UTF-8\nPlural-Forms: nplurals=2; plural=(n != 1);\n"
    write_catalogue(tmp_path / "de/LC_MESSAGES/djangojs.mo", {"": form, "Go back": "Nein, doch nicht"})
    settings.LOCALE_PATHS = [tmp_path]
    settings.LANGUAGES = [("en-gb", "English"), ("de", "German")]
    german = client.get(reverse("texts"), headers={"Accept-Language": "de"}).content.decode()
    english = client.get(reverse("texts"), headers={"Accept-Language": "en"}).content.decode()
    assert '"Go back": "Nein, doch nicht"' in german
    assert "Nein, doch nicht" not in english
