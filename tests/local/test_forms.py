"""The form of a subscription on the page: every kind of field, and what comes of each when it is sent."""

import re
from html import unescape

import pytest

from bot.commands import WISHES
from bot.model import Channel, Mention, WorkspaceId
from tests.local.page import ELSEWHERE, NEWS, served, text_of

CHANNEL = Channel(platform="local", workspace=WorkspaceId("local"), id="news")


@pytest.fixture
async def page(tmp_path):
    async with served(tmp_path) as page:
        yield page


def sent_by(html):
    """Return what a browser sends for a form of the page that nobody touched: names and values, in order."""
    found = []
    select = ""
    tags = re.findall(r"<(input|select|option)([^>]*)>", html)
    for tag, text in tags:
        own = {name: unescape(value) for name, value in re.findall(r'(\w+)="([^"]*)"', text)}
        if tag == "select":
            select = own["name"]
        elif tag == "option":
            found += [(select, own["value"])] if text.endswith(" selected") else []
        elif own.get("type") != "checkbox" or text.endswith(" checked"):
            found.append((own["name"], own["value"]))
    return found


def over(fields, **changed):
    """Return fields with others in the place of those of the same name; a list has several values."""
    kept = [(name, value) for name, value in fields if name not in changed]
    return kept + [
        (name, value)
        for name, values in changed.items()
        for value in (values if isinstance(values, list) else [values])
    ]


async def send(page, fields, channel=NEWS):
    async with page.client.post(
        f"{page.address}{channel}/form", data=fields, headers={"Origin": page.address}
    ) as response:
        assert response.status == 200
        return await response.json()


async def subscription(page):
    return await page.engine.store.subscription(CHANNEL)


async def test_every_setting_is_a_field_that_a_browser_knows(page):
    html = await page.ask("/ai-news-digest")

    assert {name for name, _ in sent_by(html)} == {"command", "id", *WISHES}
    labels = set(re.findall(r'<label for="([^"]+)"', html))
    controls = set(re.findall(r'<(?:input|select|textarea) id="([^"]+)"', html))
    assert labels == controls
    assert html.count("<fieldset") == html.count("<legend>") == 4
    described = set(re.findall(r'aria-describedby="([^"]+)"', html))
    assert described == set(re.findall(r'<p class="hint" id="([^"]+)"', html))
    for shown in ("Monday", "DeepSeek", "Titles and summaries", "Save"):
        assert shown in text_of(html)


async def test_a_form_that_nobody_touched_changes_nothing(page):
    await page.ask('/ai-news-digest change cron:"0 9 * * 1" topics:deepseek quiet:22-7 mention:ed tag:x')
    before = await subscription(page)

    reply = await send(page, sent_by(await page.ask("/ai-news-digest")))

    assert reply["kind"] == "message"
    assert "Nothing was changed" in text_of(reply["html"])
    assert await subscription(page) == before


async def test_what_is_filled_in_and_chosen_is_what_the_channel_gets(page):
    fields = sent_by(await page.ask("/ai-news-digest"))

    reply = await send(
        page,
        over(
            fields,
            days=["", "mon", "fri"],
            topics=["", "deepseek", "openai"],
            language="both",
            style="thread",
            publish="yes",
            count="3",
            mention="editors",
            **{"mention-topics": ["", "openai"], "without-keywords": "rumour, open source"},
        ),
    )

    changed = await subscription(page)
    assert "On Monday, Friday at 09:00 (UTC)." in text_of(reply["html"])
    assert changed.weekdays == (0, 4)
    assert changed.topics == ("deepseek", "openai")
    assert changed.mention == Mention(target="editors", topics=("openai",))
    assert (changed.story_count, changed.style, changed.publish) == (3, "thread", True)
    assert changed.without_keywords == ("rumour", "open source")
    assert changed.languages == ("en", "ja")


async def test_what_is_unchosen_is_taken_out(page):
    await page.ask("/ai-news-digest change topics:deepseek without:openai")

    await send(page, over(sent_by(await page.ask("/ai-news-digest")), topics="", without=""))

    assert ((await subscription(page)).topics, (await subscription(page)).without_topics) == ((), ())


async def test_a_form_with_a_problem_comes_back_as_it_was_filled_in(page):
    fields = sent_by(await page.ask("/ai-news-digest"))
    typed = over(fields, count="99", topics=["", "deepseek"], style="compact", times="7:30", tag='<b>"x"')

    reply = await send(page, typed)

    assert reply["kind"] == "form"
    assert "How many stories at most can be: 1–30." in text_of(reply["html"])
    again = [(name, value) for name, value in sent_by(reply["html"]) if name != "id"]
    assert sorted(again) == sorted((name, value) for name, value in typed if name != "id")
    assert (await subscription(page)).story_count == 12


async def test_a_channel_without_a_subscription_begins_one_by_the_form(page):
    await page.ask("/ai-news-digest remove", channel=ELSEWHERE)
    fields = sent_by(await page.ask("/ai-news-digest", channel=ELSEWHERE))

    reply = await send(page, over(fields, times="18:00"), channel=ELSEWHERE)

    assert "This channel is subscribed." in text_of(reply["html"])
    assert "at 18:00" in text_of(reply["html"])


async def test_members_see_what_the_channel_gets_and_cannot_send_the_form(page):
    fields = sent_by(await page.ask("/ai-news-digest"))
    page.be(role="member")

    shown = await page.post(f"{NEWS}/command", command="/ai-news-digest", id="typed")
    refused = await send(page, over(fields, count="3"))

    assert shown["kind"] == refused["kind"] == "message"
    assert "Every day at 09:00 (UTC)." in text_of(shown["html"])
    assert "Only moderators can do this." in text_of(refused["html"])
    assert (await subscription(page)).story_count == 12


async def test_a_manager_sets_the_workspace_up_and_the_page_keeps_to_it(page):
    page.be(role="manager")

    told = text_of(await page.ask("/ai-news-mod setup desk:news-ja zone:tokyo moderators:mika"))

    assert "What moderators should know is told in #news-ja." in told
    assert "mika" in text_of(await page.ask("/ai-news-mod setup"))
    await page.ask("/ai-news-digest remove", under="one")
    assert "09:00 (Asia/Tokyo)" in text_of(await page.ask("/ai-news-digest subscribe", under="two"))
    await page.ask("/ai-news-digest remove", channel=ELSEWHERE, under="three")
    elsewhere = await page.ask("/ai-news-digest subscribe", channel=ELSEWHERE, under="four")
    assert "09:00 (UTC)" in text_of(elsewhere)
