"""`ai-news story …` beside a running bot: what it changes reaches the posts, and undo brings them back."""

import asyncio
import json

import pytest

from bot.message import plain_text
from bot.model import Channel
from tests.bot_process import BotProcess
from tests.command import command_line, environment
from tests.waiting import until

NEWS = Channel(platform="local", workspace="local", id="news")
NAME = "local/local/news"


@pytest.fixture
async def bot(tmp_path):
    bot = BotProcess(tmp_path, {"AI_NEWS_LANGUAGE": "en"})
    await bot.start()
    yield bot
    await bot.kill()


async def typed(bot, *arguments):
    """Run a command beside the bot; return what it prints."""
    run = await asyncio.create_subprocess_exec(
        *command_line(*arguments),
        cwd=bot.home,
        env=environment(bot.home, **bot.variables),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, errors = await run.communicate()
    assert (run.returncode, errors) == (0, b""), errors.decode()
    return out.decode()


async def rows_of(bot, *arguments):
    return [json.loads(line) for line in (await typed(bot, *arguments, "--json")).splitlines()]


async def posted(bot):
    """Return what the channel shows, once nothing is owed to it any more."""
    await bot.settled()
    async with bot.store() as store:
        return "\n".join(plain_text(delivery.message) for delivery in await store.posts(NEWS, 10))


async def first_digest(bot):
    return await until(lambda: posted(bot))


async def test_a_merged_article_is_named_in_the_posts_as_a_further_source_and_undo_takes_it_back(bot):
    first = await first_digest(bot)
    (known,) = [json.loads(await typed(bot, "story", "show", "chatgpt-gov", "--json"))]
    body = next(telling["body"] for telling in known["tellings"] if telling["language"] == "en")
    article = bot.home / "article.txt"
    article.write_text(body, encoding="utf-8")

    options = ("--source", "Aoba Post", "--near-copies", "merge")
    merged = await rows_of(bot, "story", "add", str(article), *options)
    again = await rows_of(bot, "story", "add", str(article), *options)

    assert [row["id"] for row in merged] == [row["id"] for row in again] == ["chatgpt-gov"]
    assert "Aoba Post" in await posted(bot)
    await typed(bot, "story", "undo")
    assert await posted(bot) == first


async def test_a_retraction_and_a_correction_reach_the_posts_and_undo_brings_them_back(bot):
    first = await first_digest(bot)
    assert "5.58 million" in first

    await typed(bot, "story", "retract", "deepseek-cost", "--reason", "the figure is wrong", "--as", "Mika")
    correction = ("--title", "ChatGPT for offices", "--reason", "a name")
    await typed(bot, "story", "correct", "chatgpt-gov", "--language", "en", *correction)

    now = await posted(bot)
    assert "5.58 million" not in now
    assert "the figure is wrong" in now
    assert "ChatGPT for offices" in now
    correct, retract = (await rows_of(bot, "story", "log"))[:2]
    copies = await rows_of(bot, "story", "copies", "deepseek-cost")
    assert {copy["edit"] for copy in copies} == {"posted"}
    assert NAME in {copy["channel"] for copy in copies}
    assert (correct["action"], retract["edits"]) == ("correct", {"posted": len(copies)})

    await typed(bot, "story", "undo", retract["id"])
    await typed(bot, "story", "undo")

    assert await posted(bot) == first
