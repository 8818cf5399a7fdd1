"""The channel in the browser, without the browser: commands, buttons, forms, live posts, previews."""

import asyncio
import json
import re
from contextlib import asynccontextmanager
from html import unescape

import pytest

from adapters.local.site import KeptReplies
from bot.model import Channel, WorkspaceId
from tests.factories import make_channel, make_message
from tests.local.page import ELSEWHERE, NEWS, served, text_of
from tests.waiting import PATIENCE_S, until

NEWS_CHANNEL = Channel(platform="local", workspace=WorkspaceId("local"), id="news")


@pytest.fixture
async def page(tmp_path):
    async with served(tmp_path) as page:
        yield page


def buttons_of(html):
    """Return the commands of an answer's buttons, by label."""
    found = re.findall(r'<button type="button" data-command="([^"]*)">(.*?)</button>', html)
    return {label: unescape(command) for command, label in found}


def reply_id(html):
    return re.search(r'data-reply="(\w+)"', html)[1]


async def posts_in(page, channel=NEWS_CHANNEL):
    return await page.engine.store.posts(channel, 50)


async def posted(page, count, channel=NEWS_CHANNEL):
    """Wait until a channel has this many posts."""

    async def enough():
        posts = await posts_in(page, channel)
        return posts if len(posts) >= count else None

    return await until(enough)


# Commands


async def test_a_question_is_answered_to_the_asker_alone(page):
    html = await page.ask("/ai-news how much did DeepSeek say it spent?")

    assert "$5.58 million" in text_of(html)
    assert "Only you can see this." in html
    assert len(await posts_in(page)) == 1


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("/ai-news", "Newest stories"),
        ("/ai-news help", "What I can do"),
        ("/ai-news-digest preview", "Preview: this is what would be posted now"),
        ("/ai-news-digest show", "This channel's digest"),
        ("/ai-news quantum knitting", "Nothing found for"),
        ("/unknown", "There is no command /unknown"),
        ("", "Commands begin with a slash"),
        ("deepseek", "Only commands are answered here"),
        ("\uff0fai-news deepseek", "DeepSeek"),
    ],
)
async def test_the_words_are_those_of_every_platform(page, command, told):
    assert told in text_of(await page.ask(command))


async def test_what_is_no_command_can_be_looked_up_by_a_press(page):
    (command,) = buttons_of(await page.ask("how much did DeepSeek spend?")).values()

    assert command == "/ai-news how much did DeepSeek spend?"


async def test_buttons_lead_on(page):
    answer = await page.ask("/ai-news deepseek")

    assert list(buttons_of(answer)) == ["more", "details", "why", "sources", "share"]
    assert "Why this answer" in await page.ask(buttons_of(answer)["why"], under=reply_id(answer))


async def test_stories_in_an_answer_lead_to_their_pages(page):
    path = re.search(r'<h3[^>]*><a href="([^"]*)"', await page.ask("/ai-news deepseek"))[1]

    assert path == "/w/local/story/deepseek-cost"
    await page.get(path)


async def test_a_command_may_go_on(page):
    words = json.loads(await page.get(f"{NEWS}/complete?text=/ai-news+deep"))

    assert [word["value"] for word in words] == ["DeepSeek", "DeepThink"]


# Sharing


async def test_a_shared_answer_stands_in_the_channel_with_who_shared_it(page):
    page.be(role="member")
    answer = await page.ask("/ai-news deepseek")

    told = await page.ask(buttons_of(answer)["share"], under=reply_id(answer))

    assert "Shared with the channel." in told
    _, share = await posted(page, 2)
    html = await page.get(NEWS)
    assert "Shared by Member." in text_of(html)
    assert f'href="#post-{share.id}"' in html
    page.be(role="operator")
    assert "Shared answer" in await page.get("/w/local/deliveries")


async def test_pressed_twice_an_answer_is_shared_once(page):
    answer = await page.ask("/ai-news deepseek")
    press = buttons_of(answer)["share"], reply_id(answer)

    first, second = await asyncio.gather(*(page.ask(press[0], under=press[1]) for _ in range(2)))

    assert sorted(["Shared with" in first, "Shared with" in second]) == [False, True]
    assert "already" in first + second
    await posted(page, 2)
    await asyncio.sleep(0)
    assert len(await posts_in(page)) == 2


async def test_nothing_found_is_not_shared(page):
    assert "Nothing found" in await page.ask("/ai-news quantum knitting visible:yes")
    assert len(await posts_in(page)) == 1


async def test_a_digest_shows_whom_it_mentions(page):
    await page.ask("/ai-news-digest remove", channel=ELSEWHERE, under="one")
    await page.ask("/ai-news-digest subscribe mention:editors", channel=ELSEWHERE, under="two")
    article = "Kumo Robotics opened a factory in Osaka. The factory builds forty arms a day."
    await page.post(f"{ELSEWHERE}/form", command="/ai-news-mod add", id="f", text=article)

    await page.ask("/ai-news-digest now", channel=ELSEWHERE, under="three")
    await posted(page, 2, Channel(platform="local", workspace=WorkspaceId("elsewhere"), id="news"))

    assert "@editors" in await page.get(ELSEWHERE)


# Live posts


@asynccontextmanager
async def stream(page, path=NEWS, after="", **headers):
    async with page.client.get(f"{page.address}{path}/live?after={after}", headers=headers) as response:
        assert response.status == 200
        yield response


async def next_event(response):
    """Return the post's id and the data of what comes next."""
    event = {}
    async with asyncio.timeout(PATIENCE_S):
        async for raw in response.content:
            name, _, value = raw.decode().rstrip("\r\n").partition(": ")
            if name == "data":
                event[name] = value
            elif not name and event:
                post = json.loads(event["data"])
                return post["id"].removeprefix("post-"), post
    raise AssertionError("the stream ended")


async def test_a_post_arrives_at_every_open_page(page):
    (digest,) = await posts_in(page)
    async with stream(page, after=digest.id) as one, stream(page, after=digest.id) as other:
        await page.ask("/ai-news stargate visible:yes")

        for response in (one, other):
            _, post = await next_event(response)
            assert "Stargate" in text_of(post["html"])


async def test_a_page_that_comes_back_gets_what_it_missed(page):
    (digest,) = await posts_in(page)
    await page.ask("/ai-news stargate visible:yes", under="one")
    await page.ask("/ai-news deepseek visible:yes", under="two")
    _, first, second = await posted(page, 3)

    async with stream(page, after="unknown", **{"Last-Event-ID": first.id}) as response:
        # What came shortly before may come again: another process may have committed it late.
        assert [(await next_event(response))[0] for _ in range(2)] == [digest.id, second.id]
    async with stream(page, after=digest.id) as response:
        assert [(await next_event(response))[0] for _ in range(2)] == [first.id, second.id]


async def test_a_post_of_another_channel_does_not_arrive(page):
    (digest,) = await posts_in(page)
    async with stream(page, after=digest.id) as response:
        await page.ask("/ai-news stargate visible:yes", channel=ELSEWHERE, under="there")
        await posted(page, 2, Channel(platform="local", workspace=WorkspaceId("elsewhere"), id="news"))
        await page.ask("/ai-news deepseek visible:yes", under="here")

        assert "deepseek" in (await next_event(response))[1]["html"]


async def test_a_post_of_another_process_arrives(page):
    """The page reads what the store says, whoever delivered it."""
    from tests.delivering.delivering import deliver_due
    from tests.fakes.platform import PretendPlatform

    (digest,) = await posts_in(page)
    async with stream(page, after=digest.id) as response:
        await page.ask("/ai-news stargate visible:yes")
        await deliver_due(page.engine.store, {"local": PretendPlatform()}, page.engine.clock, "other")

        assert "Stargate" in (await next_event(response))[1]["html"]


# Forms

ARTICLE = "Kumo Robotics opened a factory in Osaka on Monday. The factory builds forty arms a day."


async def add(page, **values):
    """Fill in the form and publish what it is cut into; return what is told."""
    fields = {"command": "/ai-news-mod add", "id": "f", "text": ARTICLE} | values
    html = (await page.post(f"{NEWS}/form", **fields))["html"]
    publish = re.search(r"/ai-news-mod draft \w+ act:publish revision:1", html)
    return await page.ask(publish[0], under="f") if publish else html


async def test_a_moderator_adds_an_article_by_a_form(page):
    page.be(role="moderator")
    assert "<dialog" in await page.ask("/ai-news-mod add")

    told = await add(page, source="The Crate", date="2026-03-01")

    assert "The Crate · March 1, 2026" in text_of(told)
    assert "Kumo Robotics" in text_of(await page.ask("/ai-news factory"))


async def test_what_a_workspace_adds_no_other_sees(page):
    await add(page)

    assert "Nothing found" in await page.ask("/ai-news Kumo", channel=ELSEWHERE)
    assert "Nothing found" not in await page.ask("/ai-news Kumo")


async def test_a_form_comes_back_with_what_is_wrong_and_all_that_was_typed(page):
    reply = await page.post(
        f"{NEWS}/form", command="/ai-news-mod add", id="f", text=ARTICLE, source='"><b>', date="yesterday"
    )

    assert reply["kind"] == "form"
    assert "The date cannot be read" in reply["html"]
    assert "Kumo Robotics opened" in reply["html"]
    assert 'value="&#34;&gt;&lt;b&gt;"' in reply["html"]


async def test_an_article_that_is_there_already_is_said_to_be(page):
    for told in ("Added", "This article is here already"):
        assert told in await add(page)


async def test_a_member_adds_nothing(page):
    page.be(role="member")
    assert "Only moderators can do this." in await page.ask("/ai-news-mod add")

    reply = await page.post(f"{NEWS}/form", command="/ai-news-mod add", id="f", text=ARTICLE)

    assert "Only moderators can do this." in reply["html"]
    assert "Nothing found" in await page.ask("/ai-news Kumo")


# Other platforms' looks


@pytest.mark.parametrize("platform", ["discord", "slack"])
async def test_a_post_and_an_answer_are_shown_as_elsewhere(page, platform):
    (digest,) = await posts_in(page)
    answer = reply_id(await page.ask("/ai-news deepseek"))

    for id_ in (digest.id, answer):
        html = await page.get(f"{NEWS}/message/{id_}/as/{platform}")
        assert f'class="preview {platform}"' in html
        assert "DeepSeek says its model cost" in text_of(html)


async def test_a_look_at_another_channel_s_post_is_refused(page):
    (digest,) = await posts_in(page)

    await page.get(f"{ELSEWHERE}/message/{digest.id}/as/slack", status=404)
    await page.get(f"{NEWS}/message/{digest.id}/as/telegram", status=404)
    await page.get(f"{NEWS}/message/unknown/as/slack", status=404)


def test_only_the_newest_replies_are_kept():
    kept = KeptReplies()
    for number in range(KeptReplies.LIMIT + 1):
        kept.keep(NEWS_CHANNEL, str(number), make_message())

    assert kept.get(NEWS_CHANNEL, "0") is None
    assert kept.get(NEWS_CHANNEL, "1") == make_message()
    assert kept.get(make_channel(), "1") is None


# The page itself


async def test_earlier_posts_are_shown_on_demand(page):
    for number in range(21):
        await page.ask("/ai-news stargate visible:yes", under=str(number))
    await posted(page, 22)

    assert (await page.get(NEWS)).count('id="post-') == 20
    assert 'href="?count=40"' in await page.get(NEWS)
    assert (await page.get(f"{NEWS}?count=40")).count('id="post-') == 22
    assert (await page.get(f"{NEWS}?count=1e9")).count('id="post-') == 20


@pytest.mark.parametrize("path", ["/c/local/nothing", "/c/nowhere/news", "/c/local/console"])
async def test_an_unknown_channel_is_not_there(page, path):
    await page.get(path, status=404)
