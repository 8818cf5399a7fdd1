"""A workspace's first day: one real `ai-news run`, one pretend Slack, from the welcome to the farewell."""

import signal
from datetime import datetime
from types import SimpleNamespace

import pytest

from bot.model import Channel, WorkspaceId
from bot.phrases import phrase
from bot.run import utc_now
from tests.bot_process import BotProcess, free_port
from tests.command import ai_news
from tests.fakes.slack.reading import labels_of, text_of
from tests.fakes.slack.server import SlackServer, serving
from tests.slack.app import TRANSPORTS
from tests.slack.moderators import turns_far_off
from tests.waiting import until

KEY = "a key of at least thirty-two characters"

HARBOUR = """DeepSeek opened a harbour office in Otaru. The office of DeepSeek has forty desks and one window.
The mayor of Otaru cut the ribbon and said that the town is glad."""
LANTERN = """DeepSeek showed a lantern that reads aloud. The lantern of DeepSeek costs 90 dollars.
It goes on sale in March, the company said."""
BRIDGES = """First, DeepSeek painted a bridge in Kawabe. The bridge that DeepSeek painted is blue now.
Kawabe paid nothing for the paint.

In other news, DeepSeek lent a crane to the port of Minato. The crane of DeepSeek lifts nine tonnes.
The port gives it back in May.
"""


def ja(key, **blanks):
    return phrase(key, "ja", **blanks)


class Day:
    """The workspace, its people and channels, and the bot."""

    def __init__(self, server, bot, folder):
        self.server, self.bot, self.folder = server, bot, folder
        self.team = team = server.team("Acme", installed=False)
        japanese = {"locale": "ja-JP", "time_zone": "Asia/Tokyo"}
        self.boss = server.member(team, "Boss", is_admin=True, **japanese)
        self.aoi = server.member(team, "Aoi", **japanese)
        self.mika = server.member(team, "Mika", **japanese)
        self.ken = server.member(team, "Ken")
        self.news, self.desk = server.channel(team, "news"), server.channel(team, "desk")
        self.times = turns_far_off("Asia/Tokyo")

    async def until(self, true):
        return await self.server.until(true)

    async def answer(self, asked):
        """Return what somebody was answered, and to whom it is shown."""
        await self.until(lambda: asked.answers)
        return asked.text

    async def view(self, member, *, with_words):
        """Return the modal that somebody has open, as soon as it says something."""
        await self.until(lambda: member.modal and with_words in str(member.modal.content))
        return member.modal

    def posts(self, words=""):
        """Return the posts that stand in the news channel, and hold some words."""
        return [post for post in self.server.posted(self.news) if words in text_of(post)]

    def told_alone(self, member):
        """Return what the bot wrote to somebody alone."""
        posted = self.server.posted()
        return [text_of(message) for message in posted if message.channel.with_user == member.id]

    @property
    def channel(self):
        return Channel(platform="slack", workspace=WorkspaceId(self.team.id), id=self.news.id)

    async def stored(self):
        """Return what the store knows of the workspace and of its channel's subscription."""
        async with self.bot.store() as store:
            return SimpleNamespace(
                workspace=await store.workspace("slack", WorkspaceId(self.team.id)),
                subscription=await store.subscription(self.channel),
            )

    async def state(self, wanted):
        """Wait until the subscription is in a state."""

        async def is_so():
            subscription = (await self.stored()).subscription
            return subscription if subscription.state == wanted else None

        return await until(is_so)

    async def settled(self):
        """Wait until nothing is owed, and Slack has told all."""
        await self.server.all_told()
        await self.bot.settled()

    async def listens(self):
        """Wait until the bot hears what Slack tells."""
        if self.server.request_url is None:
            await self.until(lambda: self.server.socket.connections)

    async def add(self, text):
        """Let the moderator add an article by the form."""
        await self.aoi.command(self.news, "/ai-news-mod", "add")
        form = await self.view(self.aoi, with_words=ja("form.submit"))
        await self.aoi.submit(form, {"text.0": text})
        told = await self.view(self.aoi, with_words="DeepSeek")
        if ja("draft.lead_begun") in text_of(told):
            await self.aoi.press(told, ja("draft.button_publish"))
            told = await self.view(self.aoi, with_words=ja("added.heading", count=2))
        return text_of(told)


async def install(day, heading):
    """The app is installed in a browser, and whoever did it is told what comes next, in their language."""
    before = len(day.told_alone(day.boss))

    status, page = await day.boss.install(f"{day.bot.page}slack/install")

    assert (status, "Acme" in page) == (200, True)
    (told,) = await day.until(lambda: day.told_alone(day.boss)[before:])
    assert ja(heading) in told
    return told


async def subscribe(day):
    """A manager types the command alone, fills in what opens, and the first digest comes at once."""
    await day.boss.command(day.news, "/ai-news-digest")
    form = await day.view(day.boss, with_words=ja("field.submit"))
    fields = {block["block_id"].partition(".")[0] for block in form.content["blocks"]}
    assert fields >= {"times", "days", "zone", "language", "topics", "keywords", "without", "count", "style"}
    await day.boss.suggest(form, "field-topics", "ディープ")
    await day.boss.suggest(form, "field-zone", "東京")

    early, late = day.times
    await day.boss.submit(
        form, {"times.0": early, "times.1": late, "zone.0": "Asia/Tokyo", "topics.0": ["deepseek"]}
    )

    assert late in text_of(await day.view(day.boss, with_words=ja("subscription.lead_begun")))
    first = await day.until(lambda: day.posts())
    assert len(first) == 1
    assert "DeepSeek" in text_of(first[0])
    subscription = (await day.stored()).subscription
    assert (subscription.topics, subscription.time_zone) == (("deepseek",), "Asia/Tokyo")
    assert [f"{at:%H:%M}" for at in subscription.times] == [early, late]


async def ask(day):
    """A member looks something up, sees why, and shares it: the channel sees it once, and from whom."""
    before = len(day.posts())
    asked = await day.mika.command(day.news, "/ai-news", "deepseek")
    assert "DeepSeek" in await day.answer(asked)
    answer = asked.answers[0]
    assert answer.only_for == day.mika.id

    why = await day.mika.press(answer, ja("button.why"))
    assert ja("why.heading", query="deepseek") in await day.answer(why)
    back = await day.mika.press(answer, ja("button.back"))
    await day.until(lambda: back.answers)
    shared = await day.mika.press(answer, ja("button.share"))
    assert await day.answer(shared) == ja("share.done")

    await day.until(lambda: day.posts(ja("share.by", name="Mika")))
    assert len(day.posts()) == before + 1

    asked = await day.ken.command(day.news, "/ai-news", "zzzz")
    assert await day.answer(asked) == phrase("answer.nothing", "en", query="zzzz")


async def speak(day):
    """The bot answers who names it, in the thread, and who writes to it alone, and nobody else."""
    before = len(day.posts())
    day.mika.say(day.news, "deepseek はどうですか")

    named = await day.ken.mention(day.news, "deepseek?")
    answer = await day.answer(named)
    alone = await day.mika.dm("スターゲート")

    assert "DeepSeek" in answer
    assert named.answers[0].thread_ts == named.payload["event"]["ts"]
    assert "Stargate" in await day.answer(alone)
    assert len(day.posts()) == before + 1


async def refuse(day):
    """What moderators do is not for members, whom the bot tells so in their language."""
    for member, language in ((day.mika, "ja"), (day.ken, "en")):
        for command, text in (("/ai-news-digest", "pause"), ("/ai-news-mod", "setup")):
            asked = await member.command(day.news, command, text)
            assert await day.answer(asked) == phrase("error.moderators_only", language)
    message = day.ken.say(day.news, HARBOUR)
    await day.mika.message_shortcut("add_message", message)
    await day.view(day.mika, with_words=ja("error.moderators_only"))
    asked = await day.aoi.command(day.news, "/ai-news-digest", "pause")
    assert await day.answer(asked) == ja("error.moderators_only")
    assert (await day.stored()).subscription.state == "active"


async def appoint(day):
    """A manager lets a user group moderate, and a channel be told what moderators should know."""
    group = day.server.usergroup(day.team, "editors", day.aoi.user)
    options = f"moderators:<!subteam^{group.id}|@editors> desk:<#{day.desk.id}|desk>"

    asked = await day.boss.command(day.news, "/ai-news-mod", f"setup {options}")

    assert f"<#{day.desk.id}>" in await day.answer(asked)
    asked = await day.aoi.command(day.news, "/ai-news-mod", "setup language:en")
    assert await day.answer(asked) == ja("error.managers_only")


async def add(day):
    """A moderator makes a story of a message; it is found at once, and the next turn's digest has it."""
    message = day.ken.say(day.news, HARBOUR)
    await day.aoi.message_shortcut("add_message", message)
    form = await day.view(day.aoi, with_words="forty desks")
    await day.aoi.submit(form)
    await day.view(day.aoi, with_words=ja("added.heading", count=1))

    asked = await day.mika.command(day.news, "/ai-news", "Otaru harbour")
    assert "Otaru" in await day.answer(asked)

    await day.bot.let_come_due(day.channel)
    (digest,) = await day.until(lambda: day.posts("Otaru"))
    assert "forty desks" in text_of(digest)
    assert (await day.stored()).subscription.next_due_at > utc_now()


async def look_home(day):
    """App Home shows what the workspace gets and when; its buttons work, and it shows what came of them."""
    await day.aoi.open_home()
    home = await day.until(lambda: day.aoi.home)
    assert f"<#{day.news.id}>" in text_of(home)
    assert day.times[1] in text_of(home)
    assert "Otaru" in text_of(home)

    await day.aoi.press(home, ja("home.button_pause"))
    await day.view(day.aoi, with_words=ja("subscription.lead_paused_now"))
    await day.until(lambda: ja("home.button_resume") in labels_of(day.aoi.home))
    await day.state("paused")
    await day.aoi.press(day.aoi.home, ja("home.button_resume"))
    await day.until(lambda: ja("home.button_pause") in labels_of(day.aoi.home))
    await day.state("active")

    await day.mika.open_home()
    home = await day.until(lambda: day.mika.home)
    assert ja("home.button_pause") not in labels_of(home)


async def die(day):
    """The bot is killed when Slack has taken a post and not answered; another life finds that it stands."""
    await day.add(LANTERN)
    day.server.faults.add("accept, kill")

    await day.aoi.command(day.news, "/ai-news-digest", "now")

    assert await day.bot.died() == -signal.SIGKILL
    assert len(day.posts("lantern")) == 1
    held = await day.bot.claimers()
    await day.bot.start()
    await day.listens()
    await day.bot.release(*held)
    await day.settled()
    assert len(day.posts("lantern")) == 1


async def archive(day):
    """An archived channel stops and the desk is told once; unarchived, it goes on by itself."""
    day.server.archive(day.news)
    await day.until(lambda: day.server.posted(day.desk))
    stopped = await day.state("paused")
    day.server.unarchive(day.news)
    going_on = await day.state("active")

    assert stopped.trouble.startswith("the channel is archived")
    assert going_on.next_due_at > utc_now()
    (told,) = day.server.posted(day.desk)
    assert ja("notice.lost_heading") in text_of(told)


async def revoke(day):
    """The token ends in the middle of a digest: nothing more is posted, and nothing is lost or doubled."""
    await day.boss.command(day.news, "/ai-news-digest", "change style:thread")
    told = await day.add(BRIDGES)
    assert "bridge" in told
    assert "crane" in told
    before = len(day.posts())

    def end_tokens(message):
        if message.channel is day.news and not message.only_for:
            day.server.when_accepted = lambda message: None
            day.server.revoke_tokens(day.team)

    day.server.when_accepted = end_tokens
    await day.aoi.command(day.news, "/ai-news-digest", "now")
    await day.state("paused")

    assert (await day.stored()).workspace.left_at is not None
    assert len(day.posts()) == before + 1
    told = await install(day, "welcome.heading_back")
    assert ja("welcome.what_back") in told
    assert len(day.posts()) == before + 1

    asked = await day.aoi.command(day.news, "/ai-news-digest", "resume")
    assert ja("subscription.lead_resumed") in await day.answer(asked)
    await day.settled()

    opener, *replies = day.posts()[before:]
    assert {reply.thread_ts for reply in replies} == {opener.ts}
    assert [sum(words in text_of(reply) for reply in replies) for words in ("is blue", "nine tonnes")] == [
        1,
        1,
    ]
    assert len(replies) == 2


async def put_out(day):
    """The app is taken out: it stops and keeps what there is; taken in again, it says so."""
    before = len(day.server.messages)
    day.server.uninstall(day.team)

    await day.state("paused")
    kept = await day.stored()
    assert isinstance(kept.workspace.left_at, datetime)
    assert kept.workspace.desk == day.desk.id
    assert kept.subscription.topics == ("deepseek",)
    assert len(day.server.messages) == before

    told = await install(day, "welcome.heading_back")
    assert ja("welcome.what_back") in told
    asked = await day.aoi.command(day.news, "/ai-news-digest", "resume")
    assert ja("subscription.lead_resumed") in await day.answer(asked)
    found = await day.mika.command(day.news, "/ai-news", "Otaru harbour")
    assert "Otaru" in await day.answer(found)


async def delete(day):
    """The channel is deleted: its subscription stops, and the desk is told once more, and no more."""
    before = len(day.server.posted(day.desk))
    event = day.server.delete_channel(day.news)
    await day.until(lambda: len(day.server.posted(day.desk)) > before)
    await day.server.tell_again(event)
    await day.settled()

    assert (await day.state("paused")).trouble.startswith("the channel is gone")
    assert len(day.server.posted(day.desk)) == before + 1
    listed = ai_news(day.bot.home, "subscription", "list", **day.bot.variables).stdout
    assert day.news.id in listed


CHAPTERS = (subscribe, ask, speak, refuse, appoint, add, look_home, die, archive, revoke, put_out, delete)


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_a_workspaces_first_day(tmp_path, transport):
    server = SlackServer()
    async with serving(server) as url:
        port = free_port()
        address = f"http://127.0.0.1:{port}"
        way = {
            "socket": {"AI_NEWS_SLACK_APP_TOKEN": server.app_token},
            "http": {"AI_NEWS_SLACK_SIGNING_SECRET": server.signing_secret},
        }
        variables = {
            "AI_NEWS_SLACK_API_URL": url.rstrip("/"),
            "AI_NEWS_SLACK_CLIENT_ID": server.client_id,
            "AI_NEWS_SLACK_CLIENT_SECRET": server.client_secret,
            "AI_NEWS_SECRET_KEY": KEY,
            "AI_NEWS_WEB_URL": address,
            "AI_NEWS_WEB_PORT": str(port),
        }
        bot = BotProcess(tmp_path, variables | way[transport])
        day = Day(server, bot, tmp_path)
        try:
            await bot.start()
            if transport == "http":
                server.request_url = f"{address}/slack/events"
            await install(day, "welcome.heading_new")
            for chapter in CHAPTERS:
                await chapter(day)
            assert await bot.stop() == 0
        finally:
            await bot.kill()
    assert server.violations == []
    assert "Traceback" not in bot.log
