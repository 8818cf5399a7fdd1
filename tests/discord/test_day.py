"""A server's first day with the bot, from its invitation on: `ai-news run` as an operator starts it."""

import asyncio
import re
import signal
import sqlite3
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.errors import Conflict
from bot.model import Channel, WorkspaceId
from bot.run import utc_now
from bot.store import open_store
from tests.command import command_line, environment
from tests.discord.app import TO_ANSWER_S
from tests.discord.newsroom import opened
from tests.fakes.discord.permissions import Permission
from tests.fakes.discord.server import DiscordServer, serving
from tests.waiting import PATIENCE_S, until

TOKEN = "AAA.BBB.CCC"
SWIMMING = (
    "港のロボットが泳ぎを覚える\n\n港のロボットが月曜日に泳ぎを覚えた。ロボットは船のあいだで荷物を運んでいる。"
    "港長は、荷物は一つも失われていないと話した。"
)
FLYING = (
    "港のロボットが空を飛ぶ\n\n港のロボットが火曜日に空を飛んだ。ロボットは灯台に手紙を届けている。"
    "灯台守は、手紙は一通も濡れていないと話した。"
)


@dataclass
class Operator:
    """Who runs the bot, on a machine with nothing but SQLite."""

    home: Path
    url: str
    process: asyncio.subprocess.Process | None = None
    ends: list[int] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        return environment(
            self.home,
            AI_NEWS_DISCORD_TOKEN=TOKEN,
            AI_NEWS_DISCORD_API_URL=self.url,
            AI_NEWS_TIME_ZONE="Asia/Tokyo",
        )

    async def invite_link(self) -> str:
        """Return the link that `ai-news doctor` prints."""
        doctor = await asyncio.create_subprocess_exec(
            *command_line("doctor"), stdout=asyncio.subprocess.PIPE, cwd=self.home, env=self.environment
        )
        said, _ = await doctor.communicate()
        return re.search(r"https://discord\.com/oauth2/authorize\S+", said.decode()).group()

    async def start(self) -> None:
        with (self.home / "log").open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                *command_line("run"), stdout=log, stderr=log, cwd=self.home, env=self.environment
            )

    async def ended(self) -> int:
        """Return how the process ended, once it has."""
        async with asyncio.timeout(PATIENCE_S):
            return await self.process.wait()

    @asynccontextmanager
    async def store(self):
        """Yield the store beside the bot, as other commands open it."""
        store = await open_store(f"sqlite:///{self.home / 'data' / 'ai-news.db'}", checkpoints=False)
        yield store
        await store.close()

    async def subscription(self, channel):
        async with self.store() as store:
            return await store.subscription(named(channel))

    async def owed(self) -> int:
        async with self.store() as store:
            deliveries = await store.deliveries(None, 1_000)
        return sum(delivery.state in ("planned", "sending") for delivery in deliveries)

    async def let_the_time_come(self, channel, at: datetime) -> None:
        """Let a turn be due: the day goes by while the test does not, so that its time was a moment ago."""

        async def comes() -> bool:
            subscription = await store.subscription(named(channel))
            with suppress(Conflict):  # the bot composes just now
                await store.change_subscription(subscription, replace(subscription, next_due_at=at))
                return True
            return False

        async with self.store() as store:
            await until(comes)

    def let_the_lease_run_out(self) -> None:
        """Let the minute go by for which nobody else takes what a process that was killed had begun."""
        with sqlite3.connect(self.home / "data" / "ai-news.db") as database:
            database.execute("UPDATE deliveries SET free_from = 0 WHERE state = 'sending'")
        database.close()


@asynccontextmanager
async def operating(home: Path):
    """Yield a pretend Discord, and who runs a bot on it."""
    server = DiscordServer(token=TOKEN)
    server.interactions.to_answer_s = TO_ANSWER_S
    async with serving(server) as url:
        operator = Operator(home, url)
        try:
            yield server, operator
        finally:
            if operator.process is not None and operator.process.returncode is None:
                operator.process.kill()
                await operator.process.wait()


def named(channel):
    return Channel(platform="discord", workspace=WorkspaceId(str(channel.guild.id)), id=str(channel.id))


def minutes_ago(minutes: int) -> datetime:
    """Return a full minute that has passed."""
    return utc_now().replace(second=0, microsecond=0) - timedelta(minutes=minutes)


def clock_time(at: datetime) -> str:
    return f"{at.astimezone(ZoneInfo('Asia/Tokyo')):%H:%M}"


def that_say(channel, words):
    return [message for message in channel.messages if words in message.text]


async def test_a_servers_first_day(tmp_path):
    async with operating(tmp_path) as (server, operator):
        # A server with people who speak Japanese and English; the operator prints the link and runs the bot.
        town = server.guild("港町", locale="ja", permissions=None)
        talk, news, english, desk = (town.text(name) for name in ("雑談", "ニュース", "english", "編集室"))
        town.system_channel = talk
        editors = town.role("編集者")
        mika = town.member("mika", locale="ja", permissions=Permission.MANAGE_GUILD)
        hana = town.member("hana", locale="ja")
        ken = town.member("ken", editors, locale="ja")
        alice = town.member("alice", locale="en-GB")
        link = await operator.invite_link()
        await operator.start()
        await until(lambda: server.gateway.shards_connected)

        # Mika invites the bot, which says what to do next.
        invited_with = Permission(int(re.search(r"permissions=(\d+)", link).group(1)))
        town.invite_bot(invited_with)
        await until(lambda: talk.messages)
        assert "はじめまして" in talk.texts[0]
        assert "/ai-news-digest subscribe" in talk.texts[0]

        # She subscribes two channels; the first digests come at once, each in its language.
        morning = minutes_ago(2)
        begun = await mika.command(news, "ai-news-digest subscribe", times=clock_time(morning))
        assert f"毎日{clock_time(morning)}（Asia/Tokyo）" in begun.text
        assert begun.ephemeral
        await mika.command(english, "ai-news-digest subscribe", language="en")
        await until(lambda: news.messages and english.messages)
        await until(nothing_is_owed(operator))
        assert news.texts[0].startswith("## AIニュース 2")
        assert english.texts[0].startswith("## AI news · ")

        # Members look things up, each in their own language, and nobody else sees it.
        answer = await hana.command(news, "ai-news", query="deepseek")
        assert "「deepseek」" in answer.text
        assert answer.ephemeral
        why = await hana.press(answer.shown, "理由")
        assert "「deepseek」にこう答えた理由" in why.text
        back = await hana.press(answer.shown, "回答に戻る")
        sources = await hana.press(back.shown, "出典")
        assert "「deepseek」の出典" in sources.text
        found = await alice.command(english, "ai-news", query="deepseek")
        assert "Found for" in found.text
        assert "Why this answer" in (await alice.press(found.shown, "why")).text

        # Hana shares the answer; pressing twice shares it once.
        await hana.press(answer.shown, "回答に戻る")
        shared = [await hana.press(answer.shown, "共有") for _ in range(2)]
        assert ["すでに" in one.text for one in shared] == [False, True]
        await until(lambda: that_say(news, "hanaが共有しました"))

        # Members are not offered what moderators do, and are refused where the server lets them see it.
        moderating = ("ai-news-digest", "ai-news-mod")
        assert not any(member.sees(news, name) for member in (alice, hana, ken) for name in moderating)
        town.allowed_commands |= dict.fromkeys((*moderating, "Add to AI news"), True)
        refused = await alice.command(news, "ai-news-digest remove")
        assert refused.text == "Only moderators can do this."
        said = alice.say(news, SWIMMING)
        refused = await hana.use_on_message("Add to AI news", said)
        assert refused.text == "この操作はモデレーターだけができます。"

        # Mika names the moderators' role and their desk; Ken, who has it, adds a story from a message.
        await mika.command(news, "ai-news-mod setup", moderators=f"<@&{editors.id}>", desk=desk)
        form = await opened(ken, await ken.use_on_message("Add to AI news", said))
        added = await ken.submit(form)
        assert "ニュースを1本追加しました" in added.text
        assert "泳ぎを覚える" in (await hana.command(news, "ai-news", query="港のロボット")).text

        # The digest's time comes; the bot is killed in the middle of posting it, and started again.
        server.faults.add("accept, kill")
        await operator.let_the_time_come(news, morning)
        assert await operator.ended() == -signal.SIGKILL
        server.nonces.forget()
        operator.let_the_lease_run_out()
        await operator.start()
        await until(nothing_is_owed(operator))
        await until(lambda: server.gateway.identified == 2 and server.gateway.shards_connected)
        (digest,) = (message for message in that_say(news, "泳ぎを覚える") if message.author is server.bot)
        assert digest.text.startswith("## AIニュース 2")
        assert "「deepseek」" in (await hana.command(news, "ai-news", query="deepseek")).text

        # The channel is deleted: its digest stops, and the moderators are told once.
        noon = minutes_ago(1)
        await mika.command(news, "ai-news-digest change", times=clock_time(noon))
        await ken.submit(await opened(ken, await ken.command(desk, "ai-news-mod add")), text=FLYING)
        news.delete()
        await operator.let_the_time_come(news, noon)
        await until(lambda: desk.messages)
        assert "見つかりません" in desk.texts[0]
        assert (await operator.subscription(news)).state == "paused"

        # The bot is put out: nothing is posted any more, and all is kept.
        town.kick_bot()
        await until(has_stopped(operator, english))
        await operator.let_the_time_come(english, noon)
        stood = len(english.messages)
        elsewhere = server.guild("elsewhere", permissions=None)
        square = elsewhere.text("square")
        mayor = elsewhere.member("mayor", permissions=Permission.MANAGE_GUILD)
        elsewhere.invite_bot(invited_with)
        await mayor.command(square, "ai-news-digest subscribe")
        await until(lambda: that_say(square, "## AI news"))
        assert len(english.messages) == stood
        assert that_say(square, "泳ぎ") == []

        # It is invited again: it says that all was kept, and goes on where it stopped.
        town.invite_bot(invited_with)
        await until(lambda: len(talk.messages) == 2)
        assert "戻りました" in talk.texts[1]
        assert "空を飛ぶ" in (await hana.command(talk, "ai-news", query="港のロボット")).text
        resumed = await ken.command(english, "ai-news-digest resume")
        assert "再開" in resumed.text
        await ken.command(english, "ai-news-digest now")
        await until(lambda: that_say(english, "空を飛ぶ"))

        # The day ends.
        operator.process.send_signal(signal.SIGTERM)
        assert await operator.ended() == 0
        assert len(that_say(english, "空を飛ぶ")) == len(desk.messages) == 1
        assert len(talk.messages) == 2
        assert server.violations == []
        assert server.refused == 0


def nothing_is_owed(operator):
    async def so():
        return await operator.owed() == 0

    return so


def has_stopped(operator, channel):
    async def so():
        return (await operator.subscription(channel)).state == "paused"

    return so
