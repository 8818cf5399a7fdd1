"""Discord and Slack at once: one store and one `ai-news run`; the same answers, and secrets kept apart."""

import re
from collections import Counter
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest

from bot.phrases import phrase
from bot.run import load_seeds, utc_now
from bot.settings import Settings
from tests.bot_process import BotProcess
from tests.discord.newsroom import opened
from tests.fakes.discord.permissions import Permission
from tests.fakes.discord.server import DiscordServer
from tests.fakes.discord.server import serving as serving_discord
from tests.fakes.slack import server as slack_server
from tests.fakes.slack.reading import text_of
from tests.fakes.slack.server import SlackServer
from tests.waiting import PATIENCE_S, until

TOKEN = "AAA.BBB.CCC"
QUESTIONS = [
    ("ja", "deepseek"),
    ("ja", "ディープシーク"),
    ("ja", "DeepSeekの開発費は?"),
    ("ja", "アルトマン 妹 訴訟"),
    ("ja", "オープンソース"),
    ("ja", "存在しない話題xyzzy"),
    ("ja", ""),
    ("en", "deepseek"),
    ("en", "How much did DeepSeek cost?"),
    ("en", "stargate depth:high"),
    ("en", "OpenAI depth:low"),
    ("en", "Gemini"),
    ("en", "open weights"),
    ("en", ""),
]
ON_DISCORD = (
    "Zorbak 工業は札幌に青い風車を建てた。風車は Zorbak 工業の三台目だという。市長は喜んでいると話した。"
)
ON_SLACK = (
    "Quimby 商会は函館に赤い水車を建てた。水車は Quimby 商会の五台目だという。町長は驚いていると話した。"
)


@dataclass
class Both:
    """A server on Discord and a workspace on Slack, each with a member of each language and a moderator."""

    discord: DiscordServer
    slack: SlackServer
    bot: BotProcess

    def __post_init__(self):
        self.guild = self.discord.guild("Crate City", locale="ja")
        self.on_discord = self.guild.text("news")
        self.team = self.slack.team("Crate City")
        self.on_slack = self.slack.channel(self.team)
        locales = {"ja": ("ja", "ja-JP"), "en": ("en-US", "en-US")}
        self.members = {
            language: (
                self.guild.member(f"reader-{language}", locale=discord),
                self.slack.member(self.team, f"Reader {language}", locale=slack),
            )
            for language, (discord, slack) in locales.items()
        }
        self.mika = self.guild.member("mika", locale="ja", permissions=Permission.MANAGE_GUILD)
        self.aoi = self.slack.member(self.team, "Aoi", locale="ja-JP", is_owner=True)

    async def ask_discord(self, member, text):
        """Type a question; return what came of it."""
        query, *depth = re.split(r" depth:", text)
        options = ({"query": query} if query else {}) | ({"depth": depth[0]} if depth else {})
        return await member.command(self.on_discord, "ai-news", **options)

    async def ask_slack(self, member, text):
        """Type a question; return the message that answers."""
        asked = await member.command(self.on_slack, "/ai-news", text)
        await self.slack.until(lambda: asked.answers)
        return asked.answers[-1]

    async def press_slack(self, member, message, label):
        """Press a button under a private answer; return what it says then."""
        before = len(message.edits)
        await member.press(message, label)
        await self.slack.until(lambda: len(message.edits) > before)
        return text_of(message)


@asynccontextmanager
async def both(home):
    discord, slack = DiscordServer(token=TOKEN), SlackServer()
    # What is slow here is the machine.
    discord.interactions.to_answer_s = slack.deadline_s = slack.trigger_life_s = PATIENCE_S
    async with serving_discord(discord) as discord_url, slack_server.serving(slack) as slack_url:
        bot = BotProcess(home, {})
        here = Both(discord, slack, bot)
        bot.variables |= {
            "AI_NEWS_TIME_ZONE": "Asia/Tokyo",
            "AI_NEWS_LANGUAGE": "ja",
            "AI_NEWS_DISCORD_TOKEN": TOKEN,
            "AI_NEWS_DISCORD_API_URL": discord_url,
            "AI_NEWS_SLACK_API_URL": slack_url.rstrip("/"),
            "AI_NEWS_SLACK_BOT_TOKEN": here.team.bot_token,
            "AI_NEWS_SLACK_APP_TOKEN": slack.app_token,
        }
        try:
            await bot.start()
            await until(lambda: here.members["en"][0].sees(here.on_discord, "ai-news"))
            await until(lambda: discord.gateway.shards_connected)
            await slack.until(lambda: slack.socket.connections)
            yield here
            assert await bot.stop() == 0
        finally:
            await bot.kill()
    assert (discord.violations, slack.violations) == ([], [])


def words(text):
    """Return what is told, whatever a platform needs around it to show it."""
    return re.sub(r"[\W_]", "", text)


@pytest.fixture(scope="module")
def titles():
    """Return the titles of all seed stories, each language's own, as `words` has them."""
    stories = load_seeds(Settings().seeds_dir, utc_now()).stories
    return [words(telling.title) for story in stories for telling in story.tellings]


def order_of(told, titles):
    """Return the titles that stand in a text, in their order."""
    found = {title: words(told).find(title) for title in titles if title in words(told)}
    return sorted(found, key=found.get)


async def test_the_same_question_gives_the_same_stories_in_the_same_order_on_both(tmp_path, titles):
    async with both(tmp_path) as here:
        pressed_well: Counter[str] = Counter()
        for language, question in QUESTIONS:
            reader, saki = here.members[language]
            on_discord = await here.ask_discord(reader, question)
            on_slack = await here.ask_slack(saki, question)

            order = order_of(on_discord.text, titles)
            assert order == order_of(text_of(on_slack), titles), question
            assert (order == []) == ("xyzzy" in question)
            assert words(on_discord.text) == words(text_of(on_slack)), question

            for button in ("why", "back", "more"):
                label = phrase(f"button.{button}", language)
                if label not in on_discord.response.buttons:
                    continue
                pressed = await reader.press(on_discord.response, label)
                told = await here.press_slack(saki, on_slack, label)
                assert words(pressed.text) == words(told), (question, button)
                pressed_well[button] += button != "more" or order_of(told, titles) != order
        assert pressed_well["why"] == pressed_well["back"] >= 10
        assert pressed_well["more"] >= 2


async def add_on_discord(here, text):
    form = await opened(here.mika, await here.mika.command(here.on_discord, "ai-news-mod add"))
    sent = await here.mika.submit(form, text=text)
    assert phrase("added.heading", "ja", count=1) in sent.text


async def add_on_slack(here, text):
    await here.aoi.command(here.on_slack, "/ai-news-mod", "add")
    await here.slack.until(lambda: here.aoi.modal and "submit" in here.aoi.modal.content)
    view = here.aoi.modal
    await here.aoi.submit(view, {"text.0": text})
    await here.slack.until(lambda: phrase("added.heading", "ja", count=1) in text_of(view))


async def test_a_digest_comes_on_both_and_neither_ever_sees_the_others_stories(tmp_path, titles):
    async with both(tmp_path) as here:
        reader, saki = here.members["ja"]
        await here.mika.command(here.on_discord, "ai-news-digest subscribe")
        await here.aoi.command(here.on_slack, "/ai-news-digest", "subscribe")
        await until(lambda: here.on_discord.texts and here.slack.posted(here.on_slack))
        await here.bot.settled()
        firsts = ["".join(here.on_discord.texts), _told(here)]
        assert order_of(firsts[0], titles) == order_of(firsts[1], titles) != []

        await add_on_discord(here, ON_DISCORD)
        await add_on_slack(here, ON_SLACK)

        nothing = {name: phrase("answer.nothing", "ja", query=name) for name in ("Zorbak", "Quimby")}
        assert "札幌" in (await here.ask_discord(reader, "Zorbak")).text
        assert nothing["Quimby"][:8] in (await here.ask_discord(reader, "Quimby")).text
        assert "函館" in text_of(await here.ask_slack(saki, "Quimby"))
        assert text_of(await here.ask_slack(saki, "Zorbak")) == nothing["Zorbak"]
        assert "Quimby" not in (await here.ask_discord(reader, "")).text
        assert "Zorbak" not in text_of(await here.ask_slack(saki, ""))

        for typed, own in (("Zorb", True), ("Quim", False)):
            offered = str(await reader.autocomplete(here.on_discord, "ai-news", "query", typed))
            assert ("風車" in offered or "Zorbak" in offered) == own, offered
            assert "水車" not in offered

        await here.mika.command(here.on_discord, "ai-news-digest now")
        await here.aoi.command(here.on_slack, "/ai-news-digest", "now")
        await until(lambda: "札幌" in "".join(here.on_discord.texts) and "函館" in _told(here))
        assert "函館" not in "".join(here.on_discord.texts)
        assert "札幌" not in _told(here)

        await saki.open_home()
        await here.slack.until(lambda: saki.home and "函館" in text_of(saki.home))
        assert "札幌" not in text_of(saki.home)
        assert str(here.on_discord.id) not in text_of(saki.home)


def _told(here):
    return "".join(map(text_of, here.slack.posted(here.on_slack)))
