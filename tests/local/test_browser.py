"""The local page in a real browser: the newcomer's first minute, keys alone, both themes, a phone, axe-core.

Needs Chromium (on Debian: the packages chromium and fonts-noto-cjk); without it these tests are skipped,
but for CI, where they fail. Screenshots are left in var/screenshots.
"""

import os
import re

import pytest
from playwright.async_api import expect

from tests.local.browser import CHROMIUM, DESKTOP, PHONE, ask, browsing, faults_of, picture, running_bot

ARTICLE = (
    "Kumo Robotics opened a factory in Osaka on Monday. The factory builds forty arms a day.\n\n"
    "In other news, Harbor Bank cut its interest rate to two percent. Savers were not pleased."
)

if CHROMIUM is None and not os.environ.get("CI"):
    pytest.skip("no Chromium: install Debian's package chromium to run these", allow_module_level=True)


@pytest.fixture
async def bot(tmp_path):
    async with running_bot(tmp_path) as bot:
        yield bot


async def test_the_first_minute(bot):
    async with browsing() as opened:
        page = await opened(bot.address)
        other = await opened(f"{bot.address}/c/local/news")
        digest = page.locator("[id^=post-]")
        await expect(digest).to_contain_text("DeepSeek says its model cost $5.58 million")

        answer = await ask(page, "/ai-news deepseek")
        await expect(answer).to_contain_text("Found for “deepseek”")
        await expect(answer.locator("mark").first).to_have_text("DeepSeek")
        await answer.get_by_role("button", name="why").click()
        await expect(page.locator(".reply").nth(1)).to_contain_text("Why this answer to “deepseek”")
        await answer.get_by_role("button", name="share").click()
        await expect(page.locator(".reply").nth(2)).to_contain_text("Shared with the channel.")
        for each in (page, other):  # it arrives at every open page by itself
            await expect(each.locator("[id^=post-]").nth(1)).to_contain_text("Shared by Operator.")
        await picture(page, "channel-light")

        await page.get_by_role("button", name="日本語").click()
        await expect(page.locator("html")).to_have_attribute("lang", "ja")
        await expect(page.locator(".top")).to_contain_text("次の配信")
        await page.get_by_role("button", name="ダーク").click()
        await expect(page.locator("html")).to_have_attribute("data-theme", "dark")
        await picture(page, "channel-dark")

        await page.get_by_role("link", name="DeepSeek says its model cost").first.click()
        await expect(page.get_by_role("heading", level=1)).to_contain_text("558万ドル")
        await picture(page, "story-dark")
        await page.locator(".permalink a").click()
        await expect(page).to_have_url(re.compile(r"/story/deepseek-cost$"))


async def test_a_phone_shows_all_of_it(bot):
    async with browsing(locale="ja-JP", has_touch=True) as opened:
        page = await opened(bot.address)
        await page.set_viewport_size(PHONE)
        await picture(page, "phone-channel")
        await expect(page.locator("#nav")).to_be_hidden()
        await page.get_by_role("button", name="チャンネルと表示の設定").click()
        await expect(page.locator("#nav")).to_be_visible()
        await picture(page, "phone-menu")
        await page.get_by_role("link", name="news-en").click()

        reading = ("/c/local/news", "/story/deepseek-cost", "/?page=1")
        desk = ("/w/local/deliveries", "/w/local/log", "/w/local/topics", "/w/local/story/deepseek-cost")
        for path in (*reading, *desk):
            await page.goto(bot.address + path)
            wide = await page.evaluate("document.documentElement.scrollWidth")
            assert wide <= PHONE["width"], path
        await page.goto(f"{bot.address}/story/deepseek-cost")
        await picture(page, "phone-story")


async def test_keys_alone_are_enough(bot):
    async with browsing() as opened:
        page = await opened(bot.address)
        focused = page.locator(":focus")
        await expect(focused).to_have_id("command")

        await page.keyboard.type("/ai-news deeps")
        await expect(page.locator("#completions li")).to_have_text(["DeepSeek"])
        await page.keyboard.press("ArrowDown")
        await expect(focused).to_have_attribute("aria-activedescendant", "completion-0")
        await page.keyboard.press("Enter")
        await expect(focused).to_have_value("/ai-news DeepSeek ")
        await page.keyboard.press("Enter")
        answer = page.locator(".reply").first
        await expect(answer).to_be_visible()

        await answer.get_by_role("button", name="why").focus()
        await page.keyboard.press("Space")
        await expect(page.locator(".reply").nth(1)).to_be_focused()
        await page.keyboard.press("Tab")
        await expect(focused).to_have_text("This page")

        await page.locator("#command").focus()
        await page.keyboard.press("ArrowUp")
        await expect(focused).to_have_value("/ai-news DeepSeek")
        await page.fill("#command", "/ai-news-mod add")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("dialog")).to_be_visible()
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("dialog")).to_be_hidden()


async def test_a_moderator_fills_in_a_form_and_a_member_is_not_asked_to(bot):
    async with browsing() as opened:
        page = await opened(bot.address)
        await page.fill("#command", "/ai-news-mod add")
        await page.keyboard.press("Enter")
        dialog = page.get_by_role("dialog")
        await dialog.get_by_label("Text of the article").fill(ARTICLE)
        await dialog.get_by_label("Date of publication").fill("soon")
        await dialog.get_by_role("button", name="Add").click()
        await expect(dialog.get_by_role("alert")).to_contain_text("The date cannot be read")
        await expect(dialog.get_by_label("Text of the article")).to_have_value(ARTICLE)
        await picture(page, "form")
        await dialog.get_by_label("Date of publication").fill("2026-03-01")
        await dialog.get_by_role("button", name="Add").click()
        await expect(page.locator(".reply")).to_contain_text("March 1, 2026 · English")
        await page.get_by_role("button", name="Publish").click()
        await expect(page.locator(".reply").last).to_contain_text("Added 2 stories")

        await page.get_by_role("link", name=re.compile("Kumo Robotics")).click()
        await expect(page.locator("#passage")).to_contain_text("forty arms a day")

        await page.goto(f"{bot.address}/c/elsewhere/news")
        await expect(await ask(page, "/ai-news Kumo")).to_contain_text("Nothing found")
        await page.get_by_role("button", name="Member").click()
        await expect(await ask(page, "/ai-news-mod add")).to_contain_text("Only moderators can do this.")


async def test_a_message_is_shown_as_other_platforms_do(bot):
    async with browsing() as opened:
        page = await opened(bot.address)
        post = page.locator("[id^=post-]")
        for platform in ("Discord", "Slack"):
            await post.get_by_role("button", name=platform).click()
            preview = post.locator(f".preview.{platform.lower()}").first
            await expect(preview).to_contain_text("DeepSeek says its model cost")
            await picture(page, f"as-{platform.lower()}")
        await post.get_by_role("button", name="This page").click()
        await expect(post.locator(".blocks")).to_be_visible()


async def test_a_hidden_page_lets_go_and_catches_up(bot):
    async with browsing() as opened:
        page = await opened(bot.address)
        hide = "Object.defineProperty(document, 'hidden', {value: %s, configurable: true});"
        turn = "document.dispatchEvent(new Event('visibilitychange'));"
        await page.evaluate(hide % "true" + turn)
        other = await opened(bot.address)
        await ask(other, "/ai-news deepseek visible:yes")
        await expect(other.locator("[id^=post-]")).to_have_count(2)
        await expect(page.locator("[id^=post-]")).to_have_count(1)

        await page.evaluate(hide % "false" + turn)
        await expect(page.locator("[id^=post-]")).to_have_count(2)


async def test_replies_are_there_still_when_one_comes_back(bot):
    async with browsing() as opened:
        page = await opened(bot.address)
        answer = await ask(page, "/ai-news deepseek")
        await answer.get_by_role("link", name="DeepSeek says").click()
        await page.go_back()
        await expect(page.locator(".reply")).to_contain_text("Found for “deepseek”")
        await page.get_by_role("button", name="Dark").click()
        await expect(page.locator(".reply")).to_contain_text("Found for “deepseek”")

        await page.locator(".reply").get_by_role("button", name="Dismiss").click()
        await page.reload()
        await expect(page.locator(".message").first).to_be_visible()
        await expect(page.locator(".reply")).to_have_count(0)


async def test_what_goes_wrong_with_a_form_is_said_in_the_form(bot):
    async with browsing() as opened:
        page = await opened(bot.address)
        await page.fill("#command", "/ai-news-mod add")
        await page.keyboard.press("Enter")
        dialog = page.get_by_role("dialog")
        await dialog.get_by_label("Text of the article").fill(ARTICLE)
        await bot.kill()
        await dialog.get_by_role("button", name="Add").click()
        await expect(dialog.get_by_role("alert")).to_contain_text("The bot cannot be reached")

        await bot.start()
        await dialog.get_by_role("button", name="Add").click()
        await expect(page.locator(".reply")).to_contain_text("2 stories, 2 to be added")


async def test_a_page_outlives_the_bot_and_catches_up(bot):
    async with browsing() as opened:
        page = await opened(bot.address)
        other = await opened(bot.address)
        await expect(page.locator("[id^=post-]")).to_have_count(1)

        await bot.kill()
        await expect(page.locator("#status")).to_have_text("The connection is lost. Trying again…")
        await page.fill("#command", "/ai-news deepseek visible:yes")
        await page.keyboard.press("Enter")
        await expect(page.locator("#status")).to_have_text(re.compile("cannot be reached|connection is lost"))
        await bot.start()

        await page.keyboard.press("Enter")  # what was typed is still there
        for each in (page, other):
            await expect(each.locator("[id^=post-]")).to_have_count(2)


HOSTILE = '<img src=x onerror=alert(1)><script>alert(2)</script>\u202e" autofocus onfocus=alert(3) x='


async def test_markup_in_anything_is_shown_as_text(bot):
    async with browsing() as opened:
        page = await opened(bot.address)
        await expect(await ask(page, f"/ai-news {HOSTILE}")).to_contain_text("<img src=x")
        await page.fill("#command", "/ai-news-mod add")
        await page.keyboard.press("Enter")
        dialog = page.get_by_role("dialog")
        await dialog.get_by_label("Text of the article").fill(f"Kumo {HOSTILE} builds arms. It sells them.")
        await dialog.get_by_label("Name of the source").fill(HOSTILE)
        await dialog.get_by_role("button", name="Add").click()
        reply = page.locator(".reply").nth(1)
        await expect(reply).to_contain_text("<script>")
        for platform in ("Discord", "Slack"):
            await reply.get_by_role("button", name=platform).click()
            await expect(reply.locator(".preview").first).to_contain_text("<script>")
        await reply.get_by_role("button", name="This page").click()
        await reply.get_by_role("link", name=re.compile("Kumo")).click()
        await expect(page.locator("#passage")).to_contain_text("<script>")


async def test_axe_would_notice_a_fault(bot):
    async with browsing() as opened:
        page = await opened(f"{bot.address}/?page=1")
        await page.evaluate("document.querySelector('.brand span').remove()")

        assert [fault for fault, _ in await faults_of(page)] == ["link-name"]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
async def test_axe_finds_no_serious_fault_on_any_page(bot, theme, size):
    async with browsing(color_scheme=theme, locale="ja-JP" if theme == "dark" else "en-GB") as opened:
        page = await opened(bot.address)
        await page.set_viewport_size(size)
        assert await faults_of(page) == []
        answer = await ask(page, "/ai-news deepseek")
        for button in ("why", "sources") if theme == "light" else ("理由", "出典"):
            await answer.get_by_role("button", name=button).click()
        await expect(page.locator(".reply")).to_have_count(3)
        for number, platform in enumerate(("Discord", "Slack")):
            await page.locator(".reply").nth(number).get_by_role("button", name=platform).click()
        await expect(page.locator(".preview").nth(1)).to_be_visible()
        assert await faults_of(page) == []
        await page.fill("#command", "/ai-news de")
        await expect(page.locator("#completions li").first).to_be_visible()
        assert await faults_of(page) == []
        await page.fill("#command", "/ai-news-mod add")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("dialog")).to_be_visible()
        assert await faults_of(page) == []

        digest = await page.locator("a.when").first.get_attribute("href")
        for path in (
            digest,
            "/?page=1",
            "/story/sister-lawsuit",
            "/w/local/subscriptions",
            "/w/local/deliveries",
            "/w/local/queue",
            "/w/local/log",
            "/w/local/topics",
            "/w/local/story/deepseek-cost",
            "/c/elsewhere/news",
            "/nothing",
        ):
            await page.goto(bot.address + path)
            assert await faults_of(page) == [], path
