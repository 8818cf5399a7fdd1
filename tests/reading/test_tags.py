"""Pages that were made to keep a reader busy, or are no page at all."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import InvalidInput
from bot.reading.page import PageArticle, read_file
from bot.reading.tags import LONGEST_TEXT, MOST_TAGS, Tag, frame, tags
from tests.local.samples import NOW, article_of

ARTICLE = (
    "<article><h1>Headline</h1>"
    + "<p>The lab released a new reasoning model on Friday.</p>" * 5
    + "</article>"
)
SIZE = 90_000


def filled(piece: str) -> str:
    return piece * (SIZE // len(piece))


HOSTILE = {
    "attributes": "<p " + " ".join(f"a{number}=1" for number in range(SIZE // 8)) + ">",
    "one attribute": '<p class="' + filled("a ") + '">',
    "unclosed quotes": filled('<a b="'),
    "mixed quotes": filled("""<a b='"x"""),
    "stray quotes": filled('<a "'),
    "equals": "<a " + filled("= "),
    "spaces in a tag": "<a " + filled("b" + " " * 50),
    "deep": filled("<div>"),
    "deep and closed": filled("<div>") + filled("</div>"),
    "deep lists": filled("<ul><li>"),
    "deep tables": filled("<table><tr><td>"),
    "deep emphasis": "<p>" + filled("<b><i>"),
    "closing": filled("</p>"),
    "less than": filled("<"),
    "unended comments": filled("<!--x>"),
    "unended scripts": filled("<script>"),
    "unended svg": filled("<svg>"),
    "declarations": filled("<!x>"),
    "instructions": filled("<?x>"),
    "links": filled("<a href=x>y</a>"),
    "items": "<ul>" + filled("<li>x"),
    "breaks": "<p>" + filled("x<br>"),
    "cells": "<table>" + filled("<tr><td>x"),
    "entities": "<p>" + filled("&amp;"),
    "bad entities": "<p>" + filled("&#99999999999;"),
    "nul": filled("\0"),
    "one word": "<p>" + filled("a"),
    "white space": "<p>" + filled(" "),
    "bold": "<p>" + filled("<b>*</b>"),
    "data": '<script type="application/ld+json">' + filled('{"datePublished":') + "</script>",
    "dates": filled("<time datetime=2026-11-20>x</time>"),
    "titles": filled("<title>"),
    "a wide title": "<title>x" + filled(" ") + "x</title><meta property=og:site_name content=y>",
    "a wide cell": "<table><tr><td>x" + filled(" \u00a0") + "x</td></tr></table>",
    "headings": filled("<h1>x</h1>"),
}


def article_or_none(body: bytes, media_type: str = "text/html", charset: str = "") -> PageArticle | None:
    try:
        return article_of(body, media_type, charset)
    except InvalidInput:
        return None


def article_in_file(data: bytes) -> PageArticle | None:
    try:
        return read_file("a.html", data, NOW)
    except InvalidInput:
        return None


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_page_is_an_article_or_none(name: str) -> None:
    for page in (f"<html><body>{HOSTILE[name]}</body></html>", f"<html><body>{ARTICLE}{HOSTILE[name]}"):
        for article in (article_or_none(page.encode()), article_in_file(page.encode())):
            assert article is None or len(article.text) <= len(page)


@pytest.mark.parametrize("name", HOSTILE)
def test_what_the_extractor_is_given_is_bounded(name: str) -> None:
    given_to_it = frame(f"<html><body>{HOSTILE[name] * 3}")

    assert given_to_it.count("<") <= MOST_TAGS
    assert len(given_to_it) <= 5 * LONGEST_TEXT
    assert max(given_to_it.split("<"), key=lambda tag: tag.partition(">")[0].count("=")).count("=") <= 12


def test_an_article_before_the_limit_is_read() -> None:
    assert "The lab released" in article_of(f"<html><body>{ARTICLE}{HOSTILE['items']}").text


def test_tags_are_read_as_browsers_read_them() -> None:
    page = (
        "<P CLASS='a>b' id=c hidden data-x=1>x < y<!-- <b> --><br/><script>'<i>'</script></p ><svg/>z<!-->w"
    )

    assert list(tags(page)) == [
        Tag("p", attributes={"class": "a>b", "id": "c", "hidden": "", "data-x": "1"}),
        "x < y",
        Tag("br"),
        Tag("script", content="'<i>'"),
        Tag("p", closes=True),
        Tag("svg"),
        "z",
        "w",
    ]


def test_only_what_tells_an_article_from_its_surroundings_is_left() -> None:
    page = '<p class="a&quot;b" onclick="x()" href="&lt;">1 < 2 &amp; 3<x-y><svg><title>no</title></svg></p>'

    assert frame(page) == '<p class="a&quot;b" href="&lt;">1 &lt; 2 &amp; 3</p>'


markup = st.lists(
    st.one_of(
        st.sampled_from(
            ["<p>", "</p>", "<div", ">", "<", "/", "=", '"', "'", "<!--", "-->", "<![CDATA[", "]]>", "<?",
            "<!", "&", "&#x;",
             "<script>", "</script>", "<table>", "<td>", "<title>", "<body>", "<html>", "<article>",
             "<h1>", "</h1>", "\0",
             "<meta ", "content=", "name=date ", "<time datetime=", "<link rel=canonical href=", "//[",
             "2026-11-20", " "]
        ),
        st.text(max_size=20),
    ),
    max_size=30,
).map("".join)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(markup)
def test_any_markup_is_an_article_or_none(body: str) -> None:
    article = article_or_none(body.encode())

    assert article is None or any(character.isalnum() for character in article.text)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300) | markup.map(str.encode))
def test_any_file_is_an_article_or_refused(data: bytes) -> None:
    article = article_in_file(data)

    assert article is None or any(character.isalnum() for character in article.text)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300), st.sampled_from(["text/html", "text/plain"]), st.text(max_size=20))
def test_any_bytes_are_an_article_or_none(body: bytes, media_type: str, charset: str) -> None:
    article = article_or_none(body, media_type, charset)

    assert article is None or "\0" not in article.text
