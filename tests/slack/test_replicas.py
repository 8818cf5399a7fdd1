"""Two replicas on one PostgreSQL, the same Slack app: whatever dies or comes again elsewhere is done once."""

import asyncio
import signal
from dataclasses import dataclass, field

import pytest

from bot.model import Channel, WorkspaceId
from tests.bot_process import BotProcess
from tests.fakes.slack.reading import text_of
from tests.fakes.slack.server import SlackServer, serving
from tests.slack.app import TRANSPORTS
from tests.slack.moderators import turns_far_off
from tests.waiting import PATIENCE_S

CHANNELS = 6
ARTICLE = (
    "Quimby built a red mill in Hakodate. It is the fifth mill of Quimby. The mayor said he was surprised."
)


@dataclass
class Replicas:
    """The bot as two processes, and the workspace that it is in."""

    server: SlackServer
    bots: list[BotProcess]
    turn: int = 0
    channels: list = field(default_factory=list)

    def __post_init__(self):
        self.team = self.server.team()
        self.channels = [self.server.channel(self.team, f"news-{number}") for number in range(CHANNELS)]
        self.boss = self.server.member(self.team, "Boss", is_admin=True)
        self.mika = self.server.member(self.team)

    def named(self, channel):
        return Channel(platform="slack", workspace=WorkspaceId(self.team.id), id=channel.id)

    @property
    def over_http(self):
        return self.server.request_url is not None

    def next(self):
        """Let Slack turn to the other replica, as a proxy before them does; Socket Mode does so by itself."""
        self.turn += 1
        if self.over_http:
            self.server.request_url = f"{self.bots[self.turn % 2].page}slack/events"

    async def ask(self, query):
        self.next()
        return await self.mika.command(self.channels[0], "/ai-news", query)

    async def revive(self, bot):
        """Start a replica again that died, and wait until it listens."""
        await bot.start()
        if self.over_http:
            self.next()
        else:
            await self.server.until(lambda: len(self.server.socket.connections) == 2)

    async def sent(self, count):
        """Wait until Slack has begun to tell this many things."""
        asked = self.server.asked
        await self.server.until(lambda: len(asked) == count and all(one.attempts for one in asked.values()))

    async def answered(self, asked):
        """Wait until all that was asked is answered, and nothing more comes of it."""
        await self.server.until(lambda: all(one.answers for one in asked))
        await self.quiet()

    async def quiet(self):
        """Wait until nothing more comes of what was asked."""
        await self.server.all_told(PATIENCE_S)
        for _ in range(20):
            before = len(self.server.messages)
            await asyncio.sleep(0.5)
            if len(self.server.messages) == before:
                return


@pytest.fixture(params=TRANSPORTS)
async def replicas(request, tmp_path, postgresql_url):
    server = SlackServer(speed=60)
    server.deadline_s = server.trigger_life_s = PATIENCE_S  # what is slow here is the machine
    async with serving(server) as url:
        replicas = Replicas(server, [])
        ways = {
            "socket": {"AI_NEWS_SLACK_APP_TOKEN": server.app_token},
            "http": {"AI_NEWS_SLACK_SIGNING_SECRET": server.signing_secret},
        }
        variables = {
            "AI_NEWS_DATABASE_URL": postgresql_url,
            "AI_NEWS_SLACK_API_URL": url.rstrip("/"),
            "AI_NEWS_SLACK_BOT_TOKEN": replicas.team.bot_token,
            **ways[request.param],
        }
        for name in ("one", "two"):
            (tmp_path / name).mkdir()
            replicas.bots.append(BotProcess(tmp_path / name, variables))
        try:
            await asyncio.gather(*(bot.start() for bot in replicas.bots))
            if request.param == "http":
                server.request_url = f"{replicas.bots[0].page}slack/events"
            else:
                await server.until(lambda: len(server.socket.connections) == 2)
            yield replicas
            assert [await bot.stop() for bot in replicas.bots] == [0, 0]
        finally:
            for bot in replicas.bots:
                await bot.kill()
    assert server.violations == []


async def test_no_command_is_answered_twice_and_no_later_one_is_lost_while_replicas_are_killed(replicas):
    """One that was acknowledged dies with its replica: who typed it sees nothing, and types it again."""
    for round_ in range(3):
        victim = replicas.bots[round_ % 2]
        begun = [asyncio.create_task(replicas.ask("deepseek")) for _ in range(4)]
        await asyncio.sleep(0.01 * round_)
        await victim.kill()
        cut_off = await asyncio.gather(*begun)
        await replicas.quiet()
        assert {len(one.answers) for one in cut_off} <= {0, 1}

        await replicas.revive(victim)
        asked = [await replicas.ask("deepseek") for _ in range(4)]
        await replicas.answered(asked)
        assert [len(one.answers) for one in asked] == [1] * 4


async def test_what_a_dead_replica_did_not_acknowledge_the_other_answers_once(replicas):
    victim = replicas.bots[0]
    victim.signal(signal.SIGSTOP)
    begun = []
    for number in range(1, 5):
        begun.append(asyncio.create_task(replicas.ask("deepseek")))
        await replicas.sent(number)
    await victim.kill()
    asked = await asyncio.gather(*begun)
    await replicas.answered([one for one in asked if one.acknowledged_ms is not None])

    assert [len(one.answers) for one in asked] == [int(one.acknowledged_ms is not None) for one in asked]
    # Slack sends an envelope again, but not a command over HTTP: there it says that nobody answered.
    assert sum(one.acknowledged_ms is not None for one in asked) == (2 if replicas.over_http else 4)
    await replicas.revive(victim)


async def test_what_is_told_again_to_the_other_replica_is_done_once(replicas):
    server, boss, mika = replicas.server, replicas.boss, replicas.mika
    channel = replicas.channels[0]

    asked = await replicas.ask("deepseek")
    await server.until(lambda: asked.answers)
    mentioned = await mika.mention(channel, "deepseek")
    alone = await mika.dm("deepseek")
    await replicas.answered([mentioned, alone])
    await boss.command(channel, "/ai-news-mod", "add")
    await server.until(lambda: boss.modal and "submit" in boss.modal.content)
    view = boss.modal
    added = await boss.submit(view, {"text.0": ARTICLE})
    await server.until(lambda: "Hakodate" in text_of(view) or "Quimby" in text_of(view))
    shared = await mika.press(asked.answers[0], "share")
    await server.until(lambda: [one for one in server.posted(channel) if "Mika" in text_of(one)])
    await replicas.answered([shared])
    standing = len(server.messages)

    for told in (asked, mentioned, alone, added, shared):
        for _ in range(3):
            replicas.next()
            await server.tell_again(told)
    await replicas.quiet()

    assert len(server.messages) == standing
    assert len(alone.answers) == 1
    assert [one.thread_ts for one in mentioned.answers].count(mentioned.payload["event"]["ts"]) == 1
    assert len([one for one in server.posted(channel) if "Mika" in text_of(one)]) == 1
    async with replicas.bots[0].store() as store:
        stories = await store.newest_stories(WorkspaceId(replicas.team.id), 100)
    assert [story.workspace for story in stories].count(WorkspaceId(replicas.team.id)) == 1


async def test_a_replica_that_was_paused_does_not_answer_what_the_other_has_answered(replicas):
    server, mika = replicas.server, replicas.mika
    patient_s, server.deadline_s = server.deadline_s, 1.0
    paused = replicas.bots[0]
    if replicas.over_http:
        replicas.turn = 1
        replicas.next()
    paused.signal(signal.SIGSTOP)

    mentions = [
        asyncio.create_task(mika.mention(channel, "deepseek"))
        for channel in replicas.channels[: 1 if replicas.over_http else 2]
    ]
    await replicas.sent(len(mentions))
    replicas.next()
    told = await asyncio.gather(*mentions)
    await server.until(lambda: all(one.answers for one in told))
    assert any(one.attempts > 1 for one in told)
    paused.signal(signal.SIGCONT)
    await replicas.quiet()

    assert [len(one.answers) for one in told] == [1] * len(told)
    server.deadline_s = patient_s
    asked = [await replicas.ask("deepseek") for _ in range(4)]
    await replicas.answered(asked)
    assert [len(one.answers) for one in asked] == [1] * 4


async def test_every_digest_stands_once_although_replicas_are_killed_in_the_middle_of_posts(replicas):
    server, boss = replicas.server, replicas.boss
    times = ",".join(turns_far_off("UTC"))
    for channel in replicas.channels:
        replicas.next()
        await boss.command(channel, "/ai-news-digest", f"subscribe times:{times} zone:UTC")
    await server.until(lambda: all(map(server.posted, replicas.channels)))
    await replicas.bots[0].settled()
    standing = {channel.id: len(server.posted(channel)) for channel in replicas.channels}

    await add_story(replicas)
    server.faults.add("accept, kill", "", "accept, kill")
    await replicas.bots[0].let_come_due(*map(replicas.named, replicas.channels))

    def posted():
        return [server.posted(channel)[standing[channel.id] :] for channel in replicas.channels]

    deaths = 0
    async with asyncio.timeout(PATIENCE_S):
        while deaths < 2 or not all(posted()) or await replicas.bots[0].owes():
            deaths += await bring_back(replicas)
            await asyncio.sleep(0.1)
    await asyncio.gather(*(bot.served() for bot in replicas.bots))

    assert [len(posts) for posts in posted()] == [1] * CHANNELS
    assert all("Quimby" in text_of(posts[0]) for posts in posted())


async def add_story(replicas):
    """Add a story that every channel gets."""
    server, boss = replicas.server, replicas.boss
    replicas.next()
    await boss.command(replicas.channels[0], "/ai-news-mod", "add")
    await server.until(lambda: boss.modal and "submit" in boss.modal.content)
    await boss.submit(boss.modal, {"text.0": ARTICLE})
    await server.until(lambda: "Quimby" in text_of(boss.modal))


async def bring_back(replicas):
    """Start those again who died, when they alone hold claims, which are let go; return how many.

    They died amid a post, so each holds one, and where no more hold any, who lives has settled all it began.
    """
    dead = [bot for bot in replicas.bots if bot.is_dead]
    claimers = await replicas.bots[0].claimers()
    if not dead or len(claimers) > len(dead):
        return 0
    assert [await bot.died() for bot in dead] == [-signal.SIGKILL] * len(dead)
    await replicas.bots[0].release(*claimers)
    for bot in dead:
        await bot.begin()  # it may be killed again before it serves its page
    return len(dead)
