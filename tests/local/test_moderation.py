"""What moderators work from on the page, without the browser: their own pages, and who gets to see them."""

import json
import re
from html import unescape

import pytest

from bot.model import StoryId, WorkspaceId
from tests.factories import make_story, make_telling
from tests.local.page import ELSEWHERE, NEWS, save, served, text_of

VIEWS = ["/w/local/queue", "/w/local/log", "/w/local/topics"]


@pytest.fixture
async def page(tmp_path):
    async with served(tmp_path) as page:
        yield page


async def press(page, label, html, channel=NEWS):
    """Return what a button of a page or an answer does, as the page's script gets it."""
    commands = re.findall(rf'data-command="([^"]*)">{label}</button>', html)
    return await page.post(f"{channel}/command", command=unescape(commands[0]), id="press")


async def add_waiting(page, **over):
    story = make_story(
        **{"id": StoryId("robot"), "workspace": WorkspaceId("local"), "status": "waiting"} | over
    )
    await save(page, story, "suggest")


def counted(html):
    """Return the number beside the queue."""
    return re.search(r"data-waiting(?: hidden)?>(.*?)</span>", html)[1]


async def test_the_queue_is_worked_off_where_it_stands(page):
    await add_waiting(page)
    html = await page.get("/w/local/queue")
    assert "A warehouse robot learns" in text_of(html)
    assert counted(html) == "1"

    reply = await press(page, "Approve", html)

    assert reply["in_place"]
    assert not reply["refused"]
    assert reply["waiting"] == 0
    assert counted(await page.get(NEWS)) == "0"
    assert "A warehouse robot" in text_of(await page.ask("/ai-news warehouse robot"))


async def test_a_story_that_waits_has_a_page_for_those_who_decide_on_it(page):
    await add_waiting(page)

    html = await page.get("/w/local/story/robot")

    assert "Readers do not see this story" in html
    assert "It sorted 900 parcels an hour." in text_of(html)
    assert (await press(page, "Reject", html))["kind"] == "form"
    page.be(role="member")
    await page.get("/w/local/story/robot", status=404)


async def test_a_story_is_corrected_from_its_page(page):
    html = await page.get("/w/local/story/deepseek-cost")
    form = await press(page, r"Correct \(English\)", html)
    command = unescape(re.search(r'name="command" value="([^"]*)"', form["html"])[1])

    values = {"title": "DeepSeek names a price", "reason": "A slip."}
    reply = await page.post(f"{NEWS}/form", command=command, id="form", **values)

    assert reply["kind"] == "message", text_of(reply["html"])
    text = text_of(await page.get("/story/deepseek-cost"))
    assert "DeepSeek names a price" in text
    assert "A slip." in text


async def test_a_retracted_story_is_completed_and_found_by_its_words(page):
    await page.post(f"{NEWS}/command", command="/ai-news-mod retract stargate reason:x", id="taken")

    offered = json.loads(await page.get(f"{NEWS}/complete?text=/ai-news-mod+restore+star"))
    reply = await page.post(f"{NEWS}/command", command="/ai-news-mod restore stargate plan", id="words")

    assert offered[0]["value"] == "stargate"
    assert offered[0]["label"].startswith("Retracted")
    assert "/ai-news-mod restore stargate revision:2" in reply["html"]


async def test_copies_are_links_to_where_they_stand(page):
    reply = await page.post(f"{NEWS}/command", command="/ai-news-mod story stargate part:copies", id="where")

    _, path, post = re.search(r'href="(http://[^/]+)(/c/local/[^"#]+)#(post-[^"]+)"', reply["html"]).groups()
    assert f'href="{page.address}{path}#{post}"' in reply["html"]
    assert f'id="{post}"' in await page.get(path)


async def test_what_is_refused_is_said_to_be(page):
    page.be(role="member")

    reply = await page.post(f"{NEWS}/command", command="/ai-news-mod retract stargate", id="forged")

    assert reply["refused"]
    assert reply["waiting"] is None
    assert "Only moderators can do this." in text_of(reply["html"])
    assert "data-command" not in reply["html"]


async def test_the_log_is_sifted_by_its_address(page):
    await add_waiting(page)

    everything = text_of(await page.get("/w/local/log"))
    suggested = text_of(await page.get("/w/local/log?action=suggest&by=mika"))
    nobody = text_of(await page.get('/w/local/log?by="%20action:add'))

    assert "seeds added" in everything
    assert "A warehouse robot" in suggested
    assert "seeds added" not in suggested
    assert "seeds added" not in nobody
    await page.get("/w/local/log?action=nonsense&page=999999")


@pytest.mark.parametrize("path", VIEWS)
async def test_members_neither_see_them_nor_where_they_are(page, path):
    page.be(role="member")

    await page.get(path, status=403)

    assert path not in await page.get(NEWS)
    assert "data-ask" not in await page.get("/w/local/story/stargate")
    assert "data-command" not in await page.get("/w/local/story/stargate")


@pytest.mark.parametrize("path", [*VIEWS, "/w/local/story/stargate"])
async def test_readers_from_outside_do_not_either(tmp_path, path):
    async with served(tmp_path, web_host="0.0.0.0") as page:
        await page.get(path, status=403)


@pytest.mark.parametrize("path", VIEWS)
async def test_another_site_s_page_gets_none_of_them(page, path):
    await page.get(path, status=403, **{"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"})

    async with page.client.post(
        page.address + f"{NEWS}/command",
        data={"command": "/ai-news-mod retract stargate reason:x", "id": "forged"},
        headers={"Origin": "https://evil.example"},
    ) as response:
        assert response.status == 403
    await page.get("/story/stargate")


@pytest.mark.parametrize("role", ["moderator", "manager"])
async def test_another_workspace_s_story_is_answered_like_none(page, role):
    await add_waiting(page, tellings=(make_telling(title="A secret robot"),))
    page.be(role=role)

    for word in ("approve", "edit", "retract", "story"):
        answers = [
            text_of(await page.ask(f"/ai-news-mod {word} {id_}", channel=ELSEWHERE))
            for id_ in ("robot", "robox")
        ]
        assert answers[0].replace("robot", "robox") == answers[1]
    missing = await page.get("/w/elsewhere/story/robox", status=404)
    assert text_of(await page.get("/w/elsewhere/story/robot", status=404)) == text_of(missing)
    assert counted(await page.get("/w/elsewhere/queue")) == "0"
    assert "secret" not in await page.get("/w/elsewhere/log")
