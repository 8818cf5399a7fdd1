"""A moderator's day on the local page in a real browser: an article in, stories out, corrected, undone."""

import os
import re
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pytest
from playwright.async_api import expect

from bot.phrases import phrase
from tests.local.browser import CHROMIUM, ask, browsing, faults_of, picture, running_bot

ARTICLES = sorted((Path(__file__).parents[3] / "shared" / "article").glob("*.txt"))
SYNTHETIC = """First, the council of Kawabe voted on Tuesday to reopen the old tram line. Work begins in May.

In other news, the bakery chain Komugi recalled its rye bread. The bread may hold pieces of metal.

Elsewhere, the museum of Nagisa opened a hall about whales. Entry to the hall is free on Sundays.

Separately, Harbor Bank cut its interest rate to two percent. Savers were not pleased by it.
"""
told = partial(phrase, language="en")
TITLE = "A title that a moderator wrote"

if CHROMIUM is None and not os.environ.get("CI"):
    pytest.skip("no Chromium: install Debian's package chromium to run these", allow_module_level=True)


@pytest.fixture
async def bot(tmp_path):
    async with running_bot(tmp_path) as bot:
        yield bot


@asynccontextmanager
async def browsing_as_member(bot):
    """Yield a function that opens pages as a member, in a browser of their own."""
    async with browsing() as opened:
        page = await opened(bot.address)
        await page.get_by_role("button", name="Member").click()
        await expect(page.get_by_role("button", name="Member")).to_have_attribute("aria-pressed", "true")
        await page.close()
        yield opened


async def paste(page, text):
    """Paste an article into the form; return the reply to it."""
    await page.fill("#command", "/ai-news-mod add")
    await page.keyboard.press("Escape")
    await page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    await dialog.locator("textarea").first.fill(text)
    await dialog.get_by_role("button", name="Add").click()
    reply = page.locator(".reply")
    await expect(reply).to_be_visible()
    return reply


async def press(reply, label, answer):
    """Press a button of a reply, in whose place the answer comes."""
    await reply.get_by_role("button", name=label, exact=True).click()
    await expect(reply.locator(".blocks")).to_contain_text(answer)


async def fill_in(page, label, submit, **values):
    """Press a button that opens a form, and send that filled in."""
    await page.locator(".view").get_by_role("button", name=label).first.click()
    dialog = page.get_by_role("dialog")
    for name, value in values.items():
        await dialog.get_by_label(re.compile(f"^{name}", re.IGNORECASE)).fill(value)
    await dialog.get_by_role("button", name=submit).click()
    await expect(dialog).to_be_hidden()


async def published(page, text):
    """Look through an article, joining, dropping and retitling; return the titles of what went in."""
    reply = await paste(page, text)
    await expect(reply).to_contain_text(told("draft.lead_begun"))
    count = int(re.match(r"\d+", await reply.locator("h2").inner_text())[0])
    await press(reply, "1", told("draft.place", number=1, count=count))
    await expect(reply).to_be_focused()
    await press(reply, "Join with next", told("draft.lead_join", number=1, following=2))
    await press(reply, str(count - 1), told("draft.place", number=count - 1, count=count - 1))
    await press(reply, "Drop", told("draft.lead_drop", number=count - 1))
    await press(reply, "2", told("draft.place", number=2, count=count - 1))
    await reply.get_by_role("button", name="Retitle").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Title").fill(TITLE)
    await dialog.get_by_role("button", name="OK").or_(dialog.locator("button.main")).first.click()
    await expect(reply).to_contain_text(told("draft.lead_title", number=2))
    every = reply.get_by_role("button", name=told("draft.button_add_all"))
    if await every.count():
        await every.click()
        await expect(reply).to_contain_text(told("draft.lead_add"))
    assert await faults_of(page) == []
    await picture(page, "moderation-draft")
    await press(reply, "Publish", f"Added {count - 2} stories")
    await expect(page.locator(".reply")).to_have_count(1)
    return [
        re.sub(r"^\d+\. ", "", title).removesuffix("↗").strip()
        for title in await reply.locator("h3").all_inner_texts()
    ]


async def test_a_moderator_s_day(bot):
    async with browsing() as opened, browsing_as_member(bot) as opened_by_member:
        page, reader = await opened(bot.address), await opened_by_member(bot.address)
        await expect(reader.get_by_role("link", name="Queue")).to_have_count(0)
        first, second, *_ = await published(page, ARTICLES[0].read_text("utf-8") if ARTICLES else SYNTHETIC)
        assert second == TITLE

        await ask(page, "/ai-news-digest now")
        post = reader.locator("[id^=post-]").nth(1)
        await expect(post).to_contain_text(TITLE)
        await expect(await ask(reader, f"/ai-news {TITLE}")).to_contain_text(f"1. {TITLE}")
        before = await post.locator("h3").all_inner_texts()

        await page.locator("[id^=post-]").nth(1).get_by_role("link", name=TITLE).click()
        await expect(page.get_by_role("heading", level=1)).to_have_text(TITLE)
        assert await faults_of(page) == []
        read = post.locator("h3").last
        await read.evaluate("title => title.scrollIntoView({block: 'start'})")
        stood = await read.bounding_box()
        await fill_in(page, "Correct", "Save", Title="The right title", Reason="The title was wrong.")
        await expect(page.get_by_role("heading", level=1)).to_have_text("The right title")
        await expect(page.locator("#told")).to_contain_text("The title was wrong.")
        await expect(page.locator("#past")).to_contain_text("Operator · The title was wrong.")
        await expect(page.locator("#status")).to_contain_text(told("done.corrected"))
        await expect(page.locator(":focus")).to_have_text("Correct")
        await picture(page, "moderation-story")

        await expect(post).to_contain_text("The right title")
        await expect(post).to_contain_text("The title was wrong.")
        await expect(post.locator(".edited")).to_be_visible()
        assert abs((await read.bounding_box())["y"] - stood["y"]) <= 1  # though a line came in above

        await page.goto(f"{bot.address}/c/local/news")
        await page.locator("[id^=post-]").nth(1).get_by_role("link", name=first).click()
        await fill_in(page, "Retract", "Retract", Reason="It was a hoax.")
        await expect(page.get_by_role("heading", level=1)).to_have_text("This story was retracted")
        await expect(post).to_contain_text("It was a hoax.")
        await expect(post).not_to_contain_text(first)
        await picture(reader, "moderation-post")
        await expect(await ask(reader, f"/ai-news {first}")).not_to_contain_text(f"1. {first}")

        await page.goto(f"{bot.address}/w/local/log")
        await expect(page.locator(".view")).to_contain_text(f"Operator retracted “{first[:20]}")
        await expect(page.locator(".view")).to_contain_text("Why: It was a hoax.")
        assert await faults_of(page) == []
        await picture(page, "moderation-log")
        await page.get_by_role("button", name="Undo 1", exact=True).click()
        await expect(page.locator(".view")).to_contain_text(told("log.undone"))
        await expect(post).to_contain_text(first)
        await page.get_by_role("button", name="Log", exact=True).click()
        await page.get_by_role("button", name="Undo 3", exact=True).click()
        await expect(page.locator(".view")).to_contain_text(told("log.undone"))
        await expect(post).to_contain_text(TITLE)
        assert await post.locator("h3").all_inner_texts() == before


async def test_the_queue_is_worked_off_with_the_keyboard(bot):
    async with browsing() as opened, browsing_as_member(bot) as opened_by_member:
        page, member = await opened(bot.address), await opened_by_member(bot.address)
        await ask(page, "/ai-news-mod setup suggestions:yes")
        for number in range(3):
            await member.fill("#command", "/ai-news suggest")
            await member.keyboard.press("Escape")
            await member.keyboard.press("Enter")
            dialog = member.get_by_role("dialog")
            text = f"Kumo Robotics opened factory {number} in Osaka. It builds {number}0 arms a day."
            await dialog.locator("textarea").first.fill(text)
            await dialog.locator("button.main").click()
            await expect(member.locator(".reply")).to_have_count(number + 1)

        await page.goto(f"{bot.address}/w/local/queue")
        view = page.locator(".view")
        await expect(page.locator("[data-waiting]")).to_have_text("3")
        assert await faults_of(page) == []
        await picture(page, "moderation-queue")
        await view.get_by_role("button", name="Approve").first.focus()
        await page.keyboard.press("Enter")
        await expect(page.locator("[data-waiting]")).to_have_text("2")
        await expect(page.locator(":focus")).to_have_text("Approve")
        await view.get_by_role("button", name="Reject").first.click()
        dialog = page.get_by_role("dialog")
        await expect(dialog).to_be_visible()
        await page.keyboard.press("Escape")
        await expect(dialog).to_be_hidden()
        await expect(page.locator(":focus")).to_have_text("Reject")
        await page.keyboard.press("Enter")
        await dialog.get_by_label("Reason").fill("An advertisement.")
        await dialog.get_by_role("button", name="Reject").click()
        await expect(page.locator("[data-waiting]")).to_have_text("1")
        await expect(await ask(member, "/ai-news Kumo Robotics")).to_contain_text("factory 0")
        await expect(member.locator(".reply").last).not_to_contain_text("factory 1")
