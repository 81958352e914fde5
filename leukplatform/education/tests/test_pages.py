"""The reading pages: open to everyone, complete, sourced, and without anything the content security policy forbids."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from leukplatform.education.pages import GROUPS, PAGES, SOURCES

DISEASE_SECTIONS = (
    "What it is",
    "Causes",
    "Symptoms",
    "When to seek help at once",
    "How it is found",
    "Treatment",
    "Outlook",
    "Questions to ask your doctor",
    "Sources",
)

every_page = pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
DISEASES = [page for group in GROUPS[:2] for page in group.pages]  # the third group is about reports
every_disease = pytest.mark.parametrize("page", DISEASES, ids=lambda page: page.slug)


def html_of(client, page) -> str:
    response = client.get(reverse("education:page", args=[page.slug]))
    assert response.status_code == 200
    return response.content.decode()


def article_of(html: str) -> str:
    found = re.search(r"<article.*?</article>", html, re.DOTALL)
    assert found
    return found[0]


def sections_of(html: str) -> dict[str, str]:
    return dict(re.findall(r'<section id="[\w-]+">\s*<h2>(.+?)</h2>(.*?)</section>', html, re.DOTALL))


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_index_lists_every_page(client):
    html = client.get(reverse("education:index")).content.decode()
    for page in PAGES.values():
        assert reverse("education:page", args=[page.slug]) in html
        assert str(page.title) in html


def test_no_page_is_listed_twice():
    assert sum(len(group.pages) for group in GROUPS) == len(PAGES)


@every_page
def test_every_page_opens_without_login_and_without_the_database(client, page):
    html = html_of(client, page)  # no django_db marker: a query would fail the test
    assert f"<h1>{page.title}</h1>" in html
    assert str(page.summary) in html


@every_page
def test_every_page_shows_its_sources(client, page):
    assert len(page.sources) >= 3
    assert len(set(page.source_keys)) == len(page.source_keys)
    sources = words(sections_of(html_of(client, page))["Sources"])
    for source in page.sources:
        assert source.title in sources
        assert f"{source.publisher}, {source.year}" in sources


@every_page
def test_every_page_says_when_it_was_reviewed_and_what_it_does_not_replace(client, page):
    html = html_of(client, page)
    assert f'<time datetime="{page.reviewed_on:%Y-%m-%d}">' in html
    assert "does not replace a talk with your doctor" in html
    assert "Not a medical device" in html


@every_disease
def test_every_disease_page_has_all_its_sections_filled(client, page):
    sections = sections_of(html_of(client, page))
    assert tuple(sections) == DISEASE_SECTIONS
    for title, body in sections.items():
        assert len(words(body).split()) >= 20, f"{page.slug}: {title} says too little"


@every_disease
def test_every_disease_page_names_the_signs_that_cannot_wait(client, page):
    body = words(sections_of(html_of(client, page))["When to seek help at once"])
    assert "38 °C" in body
    assert "bleeding that does not stop" in body
    assert "999" in body
    assert "112" in body


@every_disease
def test_questions_are_questions(client, page):
    body = sections_of(html_of(client, page))["Questions to ask your doctor"]
    questions = [words(item) for item in re.findall(r"<li>(.*?)</li>", body, re.DOTALL)]
    assert len(questions) >= 5
    assert all(question.endswith(("?", "night?")) for question in questions)


@every_page
def test_no_page_gives_a_percentage(client, page):
    assert not re.search(r"\d\s*(%|per ?cent)", words(article_of(html_of(client, page))))


@every_page
def test_british_spelling(client, page):
    text = words(article_of(html_of(client, page)).partition('<section id="sources">')[0])
    assert not re.findall(r"\b(leukemia|hematogones?|tumor|anemia|pediatric|hematolog\w*)\b", text, re.IGNORECASE)


@every_page
def test_contents_lead_to_sections_of_the_page(client, page):
    html = html_of(client, page)
    contents = re.search(r'<nav class="toc".*?</nav>', html, re.DOTALL)
    assert contents
    targets = re.findall(r'href="#([\w-]+)"', contents[0])
    assert targets == re.findall(r'<section id="([\w-]+)">', html)


@every_page
def test_nothing_inline_that_the_content_security_policy_forbids(client, page):
    html = html_of(client, page)
    assert not re.search(r"\sstyle=|<style|\son\w+=|javascript:", html)
    assert all(" src=" in tag for tag in re.findall(r"<script[^>]*>", html))


def test_an_unknown_page_is_not_found(client, db):
    assert client.get("/learn/no-such-page/").status_code == 404


def test_every_source_is_used():
    used = {key for page in PAGES.values() for key in page.source_keys}
    assert used == set(SOURCES)


@pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES)
def test_every_source_is_complete(source):
    assert source.title
    assert source.publisher
    assert str(source.year) == "web page, renewed by its publisher" or re.search(r"\b(19|20)\d\d\b", source.year)
    assert re.fullmatch(r"(https://\S+)?", source.url)
