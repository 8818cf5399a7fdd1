"""The Atom feed: every story at a permanent address, corrected and withdrawn as feed readers take it in."""

from dataclasses import replace
from datetime import timedelta
from xml.etree import ElementTree as ET

import pytest

from bot.model import Remark, StoryId
from tests.factories import make_story, make_telling
from tests.local.page import save, served, stored, withdrawn

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
async def page(tmp_path):
    async with served(tmp_path) as page:
        yield page


async def test_the_feed_is_atom_with_a_permanent_address_for_each_story(page):
    feed = ET.fromstring(await page.get("/feed.atom?language=ja"))  # noqa: S314 -- our own feed

    entries = feed.findall(f"{ATOM}entry")
    links = [entry.find(f"{ATOM}link").get("href") for entry in entries]
    assert len(entries) == 12
    assert f"{page.address}/story/deepseek-cost" in links
    assert feed.get("{http://www.w3.org/XML/1998/namespace}lang") == "ja"


async def entry_of(page, story_id):
    feed = ET.fromstring(await page.get("/feed.atom"))  # noqa: S314
    found = [each for each in feed.findall(f"{ATOM}entry") if each.find(f"{ATOM}id").text.endswith(story_id)]
    return [{child.tag.removeprefix(ATOM): child.text for child in entry} for entry in found]


async def test_the_feed_tells_a_correction_as_an_update(page):
    story = await stored(page, "stargate")
    remark = Remark(kind="corrected", at=story.added_at + timedelta(days=1), reason="Wrong sum.")
    await save(page, replace(story, revision=story.revision + 1, remark=remark), "correct")

    (entry,) = await entry_of(page, "stargate")

    assert entry["updated"] == remark.at.isoformat()
    assert "Wrong sum." in entry["summary"]


async def test_the_feed_keeps_a_notice_of_a_story_that_readers_may_have_fetched(page):
    story = await stored(page, "stargate")
    await save(page, withdrawn(story), "retract")
    await save(page, make_story(id=StoryId("refused"), status="retracted"), "add")

    (entry,) = await entry_of(page, "stargate")

    assert entry["title"] == "This story was retracted"
    assert "It was a hoax." in entry["summary"]
    assert story.tellings[0].title not in str(entry)
    assert await entry_of(page, "refused") == []


async def test_the_feed_is_whole_xml_whatever_a_title_holds(page):
    title = "a\x00b\x0b\ufffe]]>&<title>\U0001f600\x1b[31m"
    await page.engine.save([make_story(tellings=(make_telling(title=title),))], "test", "")

    ET.fromstring(await page.get("/feed.atom"))  # noqa: S314
