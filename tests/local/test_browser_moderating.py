"""Files and views of moderators in a real browser."""

import os

import pytest
from playwright.async_api import expect

from tests.local.browser import CHROMIUM, ask, browsing, faults_of, running_bot

if CHROMIUM is None and not os.environ.get("CI"):
    pytest.skip("no Chromium: install Debian's package chromium to run these", allow_module_level=True)


@pytest.fixture
async def bot(tmp_path):
    async with running_bot(tmp_path) as bot:
        yield bot


async def test_a_file_fills_in_the_form_and_a_wrong_one_is_told_where_it_was_chosen(bot):
    async with browsing() as opened:
        page = await opened(bot.address)
        await page.fill("#command", "/ai-news-mod add")
        await page.keyboard.press("Escape")
        await page.keyboard.press("Enter")
        dialog = page.get_by_role("dialog")
        chooser = dialog.get_by_label("Fill it in from a file")

        await chooser.set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": b"\x89PNG"})
        await expect(dialog.get_by_role("alert")).to_contain_text(".txt, .md, .html")
        text = "港のロボットが泳ぎを覚えた。月曜日のことだった。"
        file = {"name": "swim.txt", "mimeType": "text/plain", "buffer": text.encode("cp932")}
        await chooser.set_input_files(file)

        await expect(dialog.locator("textarea")).to_have_value(text)
        assert await faults_of(page) == []


async def test_a_view_is_replaced_by_what_is_pressed_in_it_and_keeps_the_focus(bot):
    async with browsing() as opened:
        page = await opened(bot.address)
        reply = await ask(page, "/ai-news deepseek")
        # A button as the queue has them, in an answer that is there already.
        await reply.locator(".buttons").first.evaluate(
            """row => {
              const button = row.querySelector("button").cloneNode();
              button.dataset.command = "/ai-news-mod log";
              button.textContent = "log";
              row.append(button);
            }"""
        )

        await reply.get_by_role("button", name="log", exact=True).click()

        shown = page.locator(".reply")
        await expect(shown).to_have_count(1)
        await expect(shown).to_contain_text("Who changed what")
        await expect(shown.locator(".asked")).to_have_text("/ai-news deepseek")
        await expect(shown).to_be_focused()
