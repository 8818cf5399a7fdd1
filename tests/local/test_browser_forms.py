"""The form of a subscription in a real browser, with the keyboard alone."""

import os

import pytest
from playwright.async_api import expect

from tests.local.browser import CHROMIUM, browsing, faults_of, picture, running_bot

if CHROMIUM is None and not os.environ.get("CI"):
    pytest.skip("no Chromium: install Debian's package chromium to run these", allow_module_level=True)


@pytest.fixture
async def bot(tmp_path):
    async with running_bot(tmp_path) as bot:
        yield bot


async def test_a_subscription_is_filled_in_with_the_keyboard_alone(bot):
    async with browsing() as opened:
        page = await opened(bot.address)
        await page.fill("#command", "/ai-news-digest")
        await page.keyboard.press("Escape")
        await page.keyboard.press("Enter")
        dialog = page.get_by_role("dialog")
        await expect(dialog.get_by_label("Times of day")).to_have_value("09:00")
        assert await faults_of(page) == []
        await dialog.get_by_label("Times of day").focus()
        await page.keyboard.press("End")
        await page.keyboard.type(",25:00")
        await page.keyboard.press("Tab")
        await expect(dialog.get_by_role("checkbox", name="Monday")).to_be_focused()
        await page.keyboard.press("Space")
        await dialog.get_by_label("How stories are told").focus()
        await page.keyboard.type("Titles only")
        topics = dialog.get_by_role("group", name="Topics", exact=True)
        await topics.get_by_role("checkbox", name="DeepSeek").focus()
        await page.keyboard.press("Space")
        await picture(page, "subscription-form")
        await page.keyboard.press("Enter")

        await expect(dialog.get_by_role("alert")).to_contain_text("“25:00” is no time of day")
        await expect(dialog.get_by_label("Times of day")).to_have_value("09:00,25:00")
        await expect(dialog.get_by_label("How stories are told")).to_have_value("compact")
        await expect(dialog.get_by_role("checkbox", name="Monday")).not_to_be_checked()
        await expect(topics.get_by_role("checkbox", name="DeepSeek")).to_be_checked()
        assert await faults_of(page) == []
        await dialog.get_by_label("Times of day").fill("18:00")
        await page.keyboard.press("Enter")
        reply = page.locator(".reply")
        await expect(reply).to_contain_text("Tuesday, Wednesday, Thursday, Friday, Saturday, Sunday at 18:00")
        await expect(reply).to_contain_text("Only what is about or mentions: DeepSeek.")
