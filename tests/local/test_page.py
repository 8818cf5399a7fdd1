"""The pages for reading and for the desk, and who gets to see which."""

import asyncio
import re
from dataclasses import replace
from datetime import UTC, datetime
from html import unescape

import pytest

from bot.errors import InvalidSettings, StoreError
from bot.model import Remark, Source, StoryId, WorkspaceId
from tests.factories import NOW, make_actor, make_story, make_submission, make_telling
from tests.local.page import (
    ELSEWHERE,
    INSIDE,
    NEWS,
    READING,
    save,
    served,
    stored,
    text_of,
    withdrawn,
)


@pytest.fixture
async def page(tmp_path):
    async with served(tmp_path) as page:
        yield page


async def digest_of(page, channel=NEWS):
    return re.search(r'href="/w/[^/]+/digest/(\w+)"', await page.get(channel))[1]


async def test_the_front_door_leads_to_the_channel_with_its_digest(page):
    async with page.client.get(page.address) as response:
        assert response.url.path == NEWS
        assert "AI news ·" in text_of(await response.text())


async def test_every_answer_is_guarded_by_headers(page):
    for path in [*READING, *INSIDE, "/nothing", "/static/page.css", f"{NEWS}/live"]:
        async with page.client.get(page.address + path) as response:
            assert "default-src 'none'" in response.headers["Content-Security-Policy"], path
            assert "unsafe" not in response.headers["Content-Security-Policy"]
            assert response.headers["X-Content-Type-Options"] == "nosniff"
            assert "aiohttp" not in response.headers["Server"]


async def test_nothing_is_loaded_from_elsewhere_and_nothing_is_inline(page):
    for path in [*READING[:2], *INSIDE]:
        html = await page.get(path)

        assert re.findall(r'(?:src|href)="(?:https?:)?//', html) == []
        assert re.findall(r"<script(?![^>]*src=)|<style| style=| on\w+=", html) == []


# A story


async def test_a_story_tells_its_claims_and_who_contests_them(page):
    text = text_of(await page.get("/story/deepseek-cost"))

    assert "DeepSeek says its model cost $5.58 million" in text
    assert "Claimed by DeepSeek Doubted by some experts" in text


async def test_a_story_is_told_in_the_reader_s_language(page):
    html = await page.get("/story/deepseek-cost", **{"Accept-Language": "ja"})

    assert '<html lang="ja"' in html
    assert "558万ドル" in text_of(html)


async def test_a_story_s_passage_is_marked_where_it_stands_in_its_article(page):
    article = (
        "Kumo Robotics opened a factory in Osaka. The factory builds forty arms a day.\n\n"
        "Separately, Harbor Bank cut its rate to two percent. Savers were not pleased by it."
    )
    added = await page.engine.add(make_submission(article, for_everyone=True), make_actor())
    first = added.published.stories[0]

    html = await page.get(f"/story/{first.id}")

    marked = re.search(r'<mark id="passage">(.*?)</mark>', html, re.DOTALL)[1]
    assert text_of(marked) == article[first.span.start : first.span.end].replace("\n\n", " ").strip()


async def test_a_correction_stands_in_the_history_with_what_it_changed(page):
    story = make_story(id=StoryId("robot"))
    await save(page, story, "add")
    corrected = replace(story, revision=2, tellings=(make_telling(title="A robot learns to fly"),))
    await save(page, corrected, "correct", reason="It does not sort parcels.")

    html = await page.get("/w/local/story/robot")
    text = text_of(html)

    assert "Corrected · Mika · It does not sort parcels." in text
    assert "<ins>fly</ins>" in html
    assert "<del>" in html


async def test_why_a_story_was_posted_or_not_is_told_to_those_who_moderate(page):
    await save(page, make_story(id=StoryId("robot"), published_at=datetime(2020, 1, 1, tzinfo=UTC)), "add")

    posted = text_of(await page.get("/w/local/story/deepseek-cost"))
    left_out = text_of(await page.get("/w/local/story/robot"))

    assert "#news-ja Posted at" in posted
    assert "#news-ja Left out" in left_out
    assert "Left out" not in await page.get("/w/local/story/robot", Cookie="role=member")
    assert "Posted at" not in await page.get("/story/deepseek-cost", Cookie="role=member")


async def test_readers_are_not_told_who_moderates(page, tmp_path):
    async with served(tmp_path / "open", web_host="0.0.0.0") as reading:
        await save(reading, make_story(id=StoryId("robot")), "add")
        await save(reading, make_story(id=StoryId("robot"), revision=2), "edit", reason="typing error")

        text = text_of(await reading.get("/story/robot"))

    assert "Added" in text
    assert "Mika" not in text
    assert "typing error" not in text


async def test_a_retracted_story_leaves_a_notice_and_its_reason(page):
    story = make_story(id=StoryId("robot"))
    await save(page, story, "add")
    await save(page, withdrawn(story), "retract", reason="It was a hoax.")

    html = await page.get("/story/robot", status=410)

    assert "This story was retracted" in html
    assert "Retracted on March 2, 2026: It was a hoax." in text_of(html)
    assert "parcels" not in html


async def test_a_corrected_story_says_so_above_its_text(page):
    story = make_story(id=StoryId("robot"))
    await save(page, story, "add")
    remark = Remark(kind="corrected", at=NOW, reason="It does not sort parcels.")
    await save(page, replace(story, revision=2, remark=remark), "correct", reason=remark.reason)

    text = text_of(await page.get("/story/robot"))

    assert text.index("Corrected on March 2, 2026: It does not sort") < text.index("Kumo Robotics showed")


async def test_a_story_that_went_into_another_leads_there(page):
    story, into = make_story(id=StoryId("robot")), make_story(id=StoryId("into"))
    await save(page, story, "add")
    await save(page, into, "add")
    await save(page, withdrawn(story, kind="merged", into=into.id), "merge")

    html = await page.get("/story/robot", status=410)

    assert "This story was merged into another" in html
    assert '<a href="/story/into">A warehouse robot' in html


async def test_a_story_names_every_source_and_what_it_goes_on_with(page):
    await save(page, make_story(id=StoryId("first")), "add")
    also = (Source(name="Harbor Post", url="https://harbor.example/robot"),)
    await save(page, make_story(id=StoryId("robot"), also=also, updates=StoryId("first")), "add")
    await save(page, make_story(id=StoryId("own"), updates=StoryId("secret")), "add")
    await save(page, make_story(id=StoryId("secret"), workspace=WorkspaceId("elsewhere")), "add")

    html = await page.get("/story/robot")

    assert "The Daily Crate ↗ and Harbor Post ↗" in text_of(html).replace(", ", " and ")
    assert 'href="https://harbor.example/robot"' in html
    assert 'Update of: <a href="/story/first"' in html
    assert "Update of" not in await page.get("/story/own")


@pytest.mark.parametrize("path", ["/story/{}", "/w/local/story/{}"])
async def test_what_another_workspace_owns_is_not_there(page, path):
    await save(page, make_story(id=StoryId("secret"), workspace=WorkspaceId("elsewhere")), "add")
    await save(page, make_story(id=StoryId("waiting"), status="waiting"), "add")
    page.be(role="member")

    missing = text_of(await page.get(path.format("no-such-story"), status=404))

    assert "sorts parcels" in await page.get("/w/elsewhere/story/secret")
    for hidden in ("secret", "waiting"):
        assert text_of(await page.get(path.format(hidden), status=404)) == missing


# A digest


async def test_a_digest_has_a_page_in_every_language(page):
    digest = await digest_of(page)

    assert "DeepSeek says its model cost" in text_of(await page.get(f"/digest/{digest}"))
    assert "558万ドル" in text_of(await page.get(f"/digest/{digest}?language=ja"))


async def test_a_digest_of_another_workspace_is_not_there(page):
    digest = await digest_of(page, ELSEWHERE)

    await page.get(f"/w/elsewhere/digest/{digest}")
    await page.get(f"/w/local/digest/{digest}", status=404)


async def test_a_digest_shows_readers_public_stories_only(page):
    digest = await digest_of(page)
    story = await stored(page, "stargate")
    await save(page, replace(story, status="retracted", revision=story.revision + 1), "retract")
    gone = await stored(page, "sister-lawsuit")
    await save(page, withdrawn(gone), "retract", reason="It was a hoax.")

    text = text_of(await page.get(f"/digest/{digest}"))

    assert "One story of this digest is not shown here." in text
    assert "This story was retracted · Retracted on March 2, 2026: It was a hoax." in text


async def test_a_digest_of_which_nothing_is_left_says_so(page):
    digest = await digest_of(page)
    ids = (await page.engine.store.digest(digest)).story_ids
    for story in (await page.engine.store.stored_stories(ids)).values():
        await save(page, replace(story, status="retracted", revision=story.revision + 1), "retract")

    assert "No story of this digest is shown any more." in await page.get(f"/digest/{digest}", status=410)


async def test_a_digest_that_never_was_is_not_there(page):
    await page.get("/digest/aaaaaaaaaaaaaaaaaaaa", status=404)


# The front page


async def test_the_front_page_turns_its_pages(page):
    stories = [make_story(id=StoryId(f"story-{number:03}")) for number in range(30)]
    await page.engine.save(stories, "test", "")

    first = await page.get("/?page=1")
    assert 'href="?page=2"' in first
    assert 'rel="prev"' in await page.get("/?page=2")
    await page.get("/?page=900", status=404)


# Health


async def test_health_names_every_part(page):
    async with page.client.get(f"{page.address}/healthz") as response:
        health = await response.json()

    assert response.status == 200
    assert {name for name, state in health.items() if state == "ok"} >= {
        "store",
        "index",
        "local",
        "compose",
        "deliver local",
    }


async def health_without_a_store(folder):
    async with served(folder) as page:
        await page.engine.store.close()
        async with page.client.get(f"{page.address}/healthz") as response:
            yield response.status, await response.json()


async def test_health_says_what_is_wrong(tmp_path):
    answers = health_without_a_store(tmp_path)
    status, health = await anext(answers)
    with pytest.raises(StoreError):  # what was claimed cannot be given back any more
        await anext(answers)

    assert status == 503
    assert not health["healthy"]
    assert "closed" in health["store"]


# Switches


@pytest.mark.parametrize("path", ["/?page=1", f"{NEWS}?count=40", "/story/deepseek-cost"])
async def test_a_switch_is_kept_and_leads_back(page, path):
    html = await page.get(f"{path}{'&' if '?' in path else '?'}language=en")
    back = unescape(re.search(r'name="back" value="([^"]*)"', html)[1])

    response = await page.post("/preferences", status=303, language="ja", back=back)

    assert response.headers["Location"] == path
    assert '<html lang="ja"' in await page.get(path)


async def test_a_story_leads_back_to_the_channel_one_came_from(page):
    came_from = {"Referer": f"{page.address}/c/local/news-ja?count=40"}

    assert 'href="/c/local/news-ja"' in await page.get("/w/local/story/stargate", **came_from)
    assert 'href="/c/elsewhere/news"' in await page.get("/w/elsewhere/story/stargate")
    assert "evil" not in await page.get("/story/stargate", Referer="https://evil.example/c/evil/news")


async def test_a_day_is_the_same_day_everywhere(tmp_path):
    async with served(tmp_path, time_zone="America/New_York") as page:
        html = await page.get("/story/deepseek-cost")

    assert "February 1, 2025" in html
    assert "January 31" not in html


@pytest.mark.parametrize(
    "back",
    ["//evil.example", "https://evil.example", "/\\evil.example", "", "/x\r\nSet-Cookie: a=b", "/\u202e"],
)
async def test_a_switch_leads_nowhere_else(page, back):
    response = await page.post("/preferences", status=303, theme="dark", back=back)

    assert response.headers["Location"] == "/"


async def test_an_unknown_choice_is_not_kept(page):
    response = await page.post("/preferences", status=303, theme="<b>", language="xx")

    assert "Set-Cookie" not in response.headers


async def test_two_on_one_port_are_told_what_to_do(tmp_path):
    async with served(tmp_path) as page:
        port = page.address.rpartition(":")[2]
        with pytest.raises(InvalidSettings, match=f"AI_NEWS_WEB_PORT: port {port} is taken"):
            async with served(tmp_path / "second", web_port=port):
                await asyncio.sleep(0)
