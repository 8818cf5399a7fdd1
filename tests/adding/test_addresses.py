"""Moderators give an address in the place of a text: what stands there is read; on both databases."""

from datetime import UTC, datetime

import pytest

from bot.adding.add_form import COMMAND
from bot.engine import Engine
from bot.errors import FetchFailed
from bot.index import PostingsIndex
from bot.language import Names
from bot.message import plain_text
from bot.phrases import phrase
from bot.ports import Page
from tests.adding.drafting import ARTICLE, HOME, labels, moderating, published, story_ids
from tests.factories import NOW, make_interaction

TRAM = "The council of Kawabe voted to reopen the old tram line. Work begins in May."
HEAD = """<html lang="en"><head><title>The tram runs again</title>
<meta property="og:site_name" content="Kawabe Post">
<meta property="article:published_time" content="2026-02-28T00:00:00+00:00"></head>"""


class PretendSite:
    """One page of the web, or what is in the way to it."""

    def __init__(self, body, failure=None):
        self.body = body
        self.failure = failure
        self.asked_for = []

    async def fetch(self, url):
        self.asked_for.append(url)
        if self.failure:
            raise FetchFailed(self.failure)
        paragraphs = "".join(f"<p>{line}</p>" for line in self.body.splitlines() if line)
        page = f"{HEAD}<body><article>{paragraphs}</article></body></html>"
        return Page(url=f"{url}?read", media_type="text/html", charset="utf-8", body=page.encode())


def reading(store, site):
    return Engine(store, PostingsIndex(), Names([]), lambda: NOW, fetcher=site)


async def test_an_address_alone_is_read_and_what_stands_there_goes_in(store):
    site = PretendSite(TRAM)

    values = {"text": " https://kawabe.example/tram\n", "title": "Trams"}
    told = await published(reading(store, site), values, moderating())

    (story,) = (await store.stories(story_ids(told), HOME)).values()
    assert site.asked_for == ["https://kawabe.example/tram"]
    assert (story.tellings[0].title, story.tellings[0].body) == ("Trams", TRAM)
    assert (story.source.name, story.source.url) == ("Kawabe Post", "https://kawabe.example/tram?read")
    assert story.published_at == datetime(2026, 2, 28, tzinfo=UTC)


async def test_what_stands_at_an_address_that_is_typed_is_looked_at_before_it_goes_in(store):
    engine = reading(store, PretendSite(TRAM))

    shown = await engine.reply(f"{COMMAND} https://kawabe.example/tram", moderating())

    assert "The council of Kawabe voted to reopen the old tram line." in plain_text(shown)
    assert await store.count_stories(HOME) == 0
    told = await engine.reply(labels(shown)["Publish"], moderating())
    (story,) = (await store.stories(story_ids(told), HOME)).values()
    assert story.tellings[0].title == "The tram runs again"


async def test_words_that_are_typed_with_the_command_wait_in_the_form(store):
    form = await reading(store, None).reply(f"{COMMAND} the tram runs again", moderating())

    assert form.problem == ""
    assert form.fields[0].value == "the tram runs again"
    assert await store.count_stories(HOME) == 0


async def test_an_address_that_is_typed_with_the_command_needs_no_scheme(store):
    site = PretendSite(TRAM)

    await reading(store, site).reply(f"{COMMAND} kawabe.example/tram", moderating())

    assert site.asked_for == ["https://kawabe.example/tram"]


async def test_an_article_of_many_stories_at_an_address_is_looked_through(store):
    told = await reading(store, PretendSite(ARTICLE)).reply(
        f"{COMMAND} https://kawabe.example/tram", moderating()
    )

    assert "3 stories, 3 to be added" in plain_text(told)


@pytest.mark.parametrize(
    ("why", "told"),
    [
        ("not_public", "out_of_reach"),
        ("unknown_host", "out_of_reach"),  # else a moderator learns which names the operator's network has
        ("too_slow", "too_slow"),
        ("not_text", "not_text"),
    ],
)
async def test_what_is_in_the_way_is_said_in_the_form_and_nothing_typed_is_lost(store, why, told):
    values = {"text": "https://kawabe.example/tram", "title": "Trams", "date": "2026-03-01"}

    form = await reading(store, PretendSite(TRAM, why)).submit(COMMAND, values, moderating())

    assert form.problem == phrase(f"fetch.{told}", "en")
    assert {field.name: field.value for field in form.fields if field.value} == values
    assert await store.count_stories(HOME) == 0


async def test_where_addresses_are_not_read_the_form_says_so(store):
    form = await reading(store, None).submit(COMMAND, {"text": "https://kawabe.example/"}, moderating())

    assert form.problem == phrase("error.fetch_off", "en")
    assert form.fields[0].value == "https://kawabe.example/"


async def test_a_member_makes_nobody_read_an_address(store):
    site = PretendSite(TRAM)
    engine = reading(store, site)

    await engine.reply(f"{COMMAND} https://kawabe.example/tram", make_interaction())
    await engine.submit(COMMAND, {"text": "https://kawabe.example/tram"}, make_interaction())

    assert site.asked_for == []


async def test_an_address_that_no_link_can_be_made_of_is_kept_in_no_story(store):
    address = f"https://kawabe.example/{'a' * 975}"

    told = await published(reading(store, PretendSite(TRAM)), {"text": address}, moderating())

    (story,) = (await store.stories(story_ids(told), HOME)).values()
    assert story.source.url is None
