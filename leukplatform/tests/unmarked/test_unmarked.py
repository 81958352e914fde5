"""Every text that users see is marked for translation."""

from __future__ import annotations

from pathlib import Path

import pytest

from leukplatform.tests.unmarked import code, pages, places, scripts

ROOT = Path(__file__).resolve().parents[3]
PLACES = ("templates", "leukplatform", "patients", "diagnosis", "records")

ADVICE = """Mark what users see for translation:
  templates   {% load i18n %}, then {% translate "Text" %}
              or {% blocktranslate trimmed %}Text {{ name }}{% endblocktranslate %}
  Python      from django.utils.translation import gettext as _
              (gettext_lazy for what is made when the module is loaded: labels, choices, constants)
  scripts     gettext("Text"), ngettext("%(n)s picture", "%(n)s pictures", n);
              interpolate(gettext("Found %(name)s"), { name }, true)
              the page loads {% url 'texts' %} before the script
  dates       {{ day|date:"DATE_FORMAT" }}, also SHORT_DATE_FORMAT, DATETIME_FORMAT, SHORT_DATETIME_FORMAT;
              {{ at|time:"TIME_FORMAT" }}
  never shown # not shown: and the reason, at the end of the line (in scripts // not shown:)
"""


def test_every_text_that_users_see_is_marked_for_translation(monkeypatch) -> None:
    monkeypatch.chdir(ROOT)
    found = [it for name in PLACES for it in places.find(Path(name))]
    assert found == [], ADVICE + "\n".join(map(str, found))


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('label = _("Given name")', []),
        ('label = "Given name"', ["Given name"]),
        ('field = CharField(label="Name")', ["Name"]),
        ('field = CharField(label=_("Name"))', []),
        ('field = CharField(widget=Input(attrs={"class": "input mono", "placeholder": "Name"}))', ["Name"]),
        ('raise NotAllowed(f"Picture {n} was removed.")', ["Picture {} was removed."]),
        ('raise NotAllowed(_("Picture %(n)s was removed.") % {"n": n})', []),
        ('_(f"Picture {n} was removed.")', ["put together before it is marked: f'Picture {n} was removed.'"]),
        ('raise ValueError("The shapes do not fit.")', []),
        ('logger.info("The worker has stopped.")', []),
        ('class Sex(TextChoices):\n    FEMALE = "FEMALE", "Female"', ["Female"]),
        ('"""What this does."""', []),
        ('header = "private, no store"  # not shown: HTTP', []),
        ('query = "SELECT name FROM people"', []),
    ],
)
def test_user_facing_text_in_python_is_found(tmp_path, source, expected) -> None:
    path = tmp_path / "module.py"
    path.write_text(source)
    assert [it.text for it in code.find(path)] == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("<p>Nobody found</p>", ["Nobody found"]),
        ('{% load i18n %}<p>{% translate "Nobody found" %}</p>', []),
        ("<p>{% blocktranslate trimmed %}Found {{ name }}{% endblocktranslate %}</p>", []),
        (
            '{% blocktranslate with word=x|default:"none" %}{{ word }}{% endblocktranslate %}',
            ['in a filter: |default:"none"'],
        ),
        ("{% comment %}Nobody reads this{% endcomment %}<p>{{ name }} · 3 %</p>", []),
        ('<button aria-label="Close" class="btn">×</button>', ["aria-label=Close"]),
        ('<button aria-label="{% translate "Close" %}" class="btn">×</button>', []),
        ("<kbd>Ctrl</kbd> <code>data.json</code> leukplatform", []),
        ('{{ day|date:"j F Y" }}', ["a date of a hand-made format: j F Y"]),
        ('{{ day|date:"DATE_FORMAT" }} {{ at|time:"TIME_FORMAT" }}', []),
        ('{% include "a.html" with name="plus" title="No patients yet" %}', ["handed on: No patients yet"]),
        ('{% include "a.html" with title=_("No patients yet") %}', []),
        ("{{ n }} picture{{ n|pluralize }}", ["|pluralize: use {% blocktranslate count %}", "… picture…"]),
    ],
)
def test_user_facing_text_in_templates_is_found(tmp_path, source, expected) -> None:
    path = tmp_path / "page.html"
    path.write_text(source)
    assert sorted(it.text for it in pages.find(path)) == sorted(expected)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('note.textContent = gettext("Nobody found");', []),
        ('note.textContent = "Nobody found";', ["Nobody found"]),
        ("note.textContent = text ?? 'Nobody found';", ["Nobody found"]),
        ('say("done", `Sending ${name} again`);', ["Sending … again"]),
        ('say("done", `Sending ${name}`);', ["Sending …"]),
        ('say("done", `${number} KB`);', ["… KB"]),
        ("line.style.width = `${width}px`; find(`[data-row='${row}']`);", []),
        ('say(`${count(rows, "all of them")} %`);', ["all of them"]),
        ('interpolate(gettext("Found %(name)s"), { name }, true);', []),
        ('interpolate(ngettext("%(n)s picture", "%(n)s pictures", n), { n: "one of them" }, true);', ["one of them"]),
        ("gettext(`Sending ${name}`);", ["put together before it is marked: Sending …"]),
        ('gettext("Sending " + name);', ["put together before it is marked: Sending "]),
        ('gettext(known.get("one of them"));', ["one of them"]),
        ('title.textContent = "Zoom";', ["Zoom"]),
        ('bar.setAttribute("aria-label", "Zoom");', ["Zoom"]),
        ('bar.setAttribute("aria-label", gettext("Zoom"));', []),
        ('bar.setAttribute("role", "status");', []),
        ('// It says "nobody is here" and\n/* "nobody is\nthere" */ go();', []),
        ('const words = /"nobody found/.test(text) && "Nobody found";', ["Nobody found"]),
        ('const half = all / 2; say("Nobody found"); part / 3;', ["Nobody found"]),
        ("form.querySelectorAll(\"input[type='range'], textarea, select\")", []),
        ('if (event.target?.matches("textarea, select")) go();', []),
        ('note.className = "small muted"; note.classList.add("small muted");', []),
        ("canvas.className = `cell region cell--${kind}`;", []),
        ('matchMedia("(prefers-color-scheme: dark)");', []),
        ('console.warn("The storage is full."); throw new Error("The storage is full.");', []),
        ('line.font = "bold small serif";', []),
        ('const header = "private, no store"; // not shown: HTTP', []),
    ],
)
def test_user_facing_text_in_scripts_is_found(tmp_path, source, expected) -> None:
    path = tmp_path / "script.js"
    path.write_text(source)
    assert [it.text for it in scripts.find(path)] == expected


def test_a_text_in_a_script_is_found_in_its_line(tmp_path) -> None:
    path = tmp_path / "script.js"
    path.write_text('// one\nconst a = `\n${b}`;\n/* four\n*/ say("Nobody found");\n')
    assert [str(it) for it in scripts.find(path)] == [f"{path}:5: Nobody found"]


def test_every_line_of_a_letter_is_text(tmp_path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("{% load i18n %}Dear {{ name }},\n\n{% translate 'Sign in here:' %}\n{{ url }}\n")
    assert [str(it) for it in pages.find(path)] == [f"{path}:1: Dear …,"]
