"""Two workspaces on a pretend Slack with moderators and readers, and the bot's process."""

import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bot.language import Names
from bot.model import Channel, Story, WorkspaceId
from bot.phrases import phrase
from bot.run import utc_now
from bot.segment import cut
from tests.bot_process import BotProcess, free_port
from tests.fakes.pretend_web import Site, open_site
from tests.fakes.slack.people import Member
from tests.fakes.slack.reading import blocks_of, elements_of, text_of
from tests.fakes.slack.server import SlackServer, serving
from tests.fakes.slack.state import Asked, Message, View
from tests.fakes.slack.state import Channel as SlackChannel
from tests.messages import SHARED
from tests.waiting import until

FORGED = "Forged"
KEY = "a key of at least thirty-two characters"

OURS = """今週の町の話題をまとめてお伝えします。

# 青葉重工の除雪ロボット
青葉重工は旭川で除雪ロボットを公開しました。ロボットは一晩で道を4キロメートル片付けます。
旭川市は今年の冬に12台を借りる予定です。青葉重工の社長は来年の冬までに倍にしたいと話しました。

# 若草電機のランタン
若草電機は松江で声に応えるランタンを発売しました。価格は3,400円で、電池は二週間もちます。
若草電機によると、夜の散歩で使う人が多いといいます。

# 港南大学の魚を数えるカメラ
港南大学は焼津の港で魚を数えるカメラを試しました。カメラは一時間に5,600匹を数えます。
漁協の組合長は、網を入れる前に量が分かると喜びました。

# 北斗製菓のアイス
北斗製菓は秋田の工場で溶けにくいアイスを作り始めました。工場では一日に7,800本を作ります。
北斗製菓の工場長は、真夏の祭りでも売れると話しました。

# 白樺交通の渡し船
白樺交通は長崎で人の乗らない渡し船を走らせました。船は湾を九分で渡り、運賃は210円です。
白樺交通は春から毎日走らせるとしています。

# 緑川農園の苺を摘む腕
緑川農園は栃木で苺を摘む機械の腕を導入しました。腕は一分に八粒を摘み、傷を付けません。
緑川農園の園主は、朝の仕事が二時間早く終わるようになったと話しました。

# 星野書店の本を探す犬
星野書店は神保町の店に本を探す犬型ロボットを置きました。ロボットは棚の前まで客を案内します。
星野書店には一日に四百人が訪れました。
"""


def article() -> str:
    """Return the article of several stories that the founders handed over; one of our own without it."""
    handed = sorted((SHARED / "article").glob("*.txt"))
    return handed[0].read_text("utf-8") if handed else OURS


def pieces_of(text: str) -> list[str]:
    """Return the texts of an article's stories, as they are cut."""
    return [text[one.span.start : one.span.end] for one in cut(text, Names(())).segments]


def pasted(text: str) -> dict[str, str]:
    """Return what somebody fills in who pastes a text into boxes that hold 3,000 characters each."""
    filled = {}
    while text:
        end = len(text) if len(text) <= 3_000 else text.rindex("\n", 0, 3_000)
        filled[f"text.{len(filled)}"], text = text[:end], text[end:].lstrip("\n")
    return filled


def turns_far_off(zone: str) -> tuple[str, str]:
    """Return two times of day, twelve hours apart, that no test lives to see: each is hours from now."""
    hour = (utc_now().astimezone(ZoneInfo(zone)).hour + 6) % 12
    return f"{hour:02}:00", f"{hour + 12}:00"


def ja(key: str, **blanks: Any) -> str:
    return phrase(key, "ja", **blanks)


def en(key: str, **blanks: Any) -> str:
    return phrase(key, "en", **blanks)


def value_of(surface: Message | View, label: str) -> str:
    """Return the value of a button, by its label."""
    values = [
        element["value"]
        for _, element in elements_of(blocks_of(surface))
        if element["type"] == "button" and element["text"]["text"] == label
    ]
    assert values, f"there is no {label!r}"
    return str(values[0])


def _shown(member: Member) -> tuple[str, int] | None:
    """Return which modal somebody has before them, and which version of it."""
    return (member.modal.id, member.modal.versions) if member.modal else None


class Desk:
    """Two workspaces with their people; in one of them articles come in and are published."""

    def __init__(self, server: SlackServer, bot: BotProcess, site: Site, text: str) -> None:
        self.server, self.bot, self.site, self.text = server, bot, site, text
        self.team, self.other = server.team("Acme", installed=False), server.team("Orbit", installed=False)
        japanese = {"locale": "ja-JP", "time_zone": "Asia/Tokyo"}
        self.boss = server.member(self.team, "Boss", is_admin=True, **japanese)
        self.aoi = server.member(self.team, "Aoi", **japanese)
        self.mika = server.member(self.team, "Mika")
        self.eve = server.member(self.other, "Eve", is_admin=True)
        self.news, self.desk = server.channel(self.team, "news"), server.channel(self.team, "desk")
        self.elsewhere = server.channel(self.other, "elsewhere")

    async def until(self, true: Any) -> Any:
        return await self.server.until(true)

    async def told(self, asked: Asked) -> str:
        """Return what somebody was answered, who alone sees it."""
        await self.until(lambda: asked.answers)
        assert {answer.only_for for answer in asked.answers} == {asked.user.id if asked.user else ""}
        return asked.text

    async def answer(self, asked: Asked) -> str:
        """Return what somebody was answered, in a message that they alone see or in a modal."""
        begun = (ja("slack.loading"), en("slack.loading"))
        views = asked.views
        await self.until(lambda: asked.answers or (views and not text_of(views[0]).endswith(begun)))
        return await self.told(asked) if asked.answers else text_of(views[0])

    def forged(self, member: Member, place: SlackChannel, command: str) -> Message:
        """Return a message with a button that stands for any command, made up by one who forges requests."""
        label = {"type": "plain_text", "text": FORGED}
        button = {"type": "button", "action_id": "command-0", "text": label, "value": command}
        blocks = [{"type": "actions", "block_id": "forged", "elements": [button]}]
        message = Message(
            channel=place, ts=self.server.next_ts(), user="", blocks=blocks, only_for=member.id, from_bot=True
        )
        self.server.messages.append(message)
        return message

    async def view(self, member: Member, with_words: str) -> View:
        """Return the modal that somebody has open, as soon as it says something."""
        await self.until(lambda: member.modal and with_words in str(member.modal.content))
        assert member.modal
        return member.modal

    async def press(self, member: Member, surface: Message | View, label: str, with_words: str) -> View:
        """Press a button; return the modal that says what came of it."""
        before = _shown(member)
        await member.press(surface, label)
        await self.until(lambda: _shown(member) != before)
        return await self.view(member, with_words)

    async def send(self, member: Member, form: View, with_words: str, **filled: Any) -> View:
        """Fill in a form and send it; return the modal that says what came of it."""
        before = _shown(member)
        await member.submit(form, {f"{name}.0": value for name, value in filled.items()})
        await self.until(lambda: _shown(member) != before)
        return await self.view(member, with_words)

    def posts(self, words: str = "") -> list[Message]:
        """Return the posts that stand in the news channel, and hold some words."""
        return [post for post in self.server.posted(self.news) if words in text_of(post)]

    @property
    def notices(self) -> list[Message]:
        """The notices that stand in the moderators' channel."""
        return self.server.posted(self.desk)

    @property
    def workspace(self) -> WorkspaceId:
        return WorkspaceId(self.team.id)

    @property
    def channel(self) -> Channel:
        return Channel(platform="slack", workspace=self.workspace, id=self.news.id)

    async def stories(self) -> list[Story]:
        """Return the stories that readers see, the newest first."""
        async with self.bot.store() as store:
            return list(await store.newest_stories(self.workspace, 100))

    async def story(self, title: str) -> Story:
        """Return the one story with some words in its title."""
        (found,) = [story for story in await self.stories() if title in story.tellings[0].title]
        return found

    async def state(self) -> str:
        """Return all that there is to change: every change and the stories as they are."""
        async with self.bot.store() as store:
            changes = await store.changes([self.workspace], 500)
            return f"{changes} {await store.newest_stories(self.workspace, 100)}"

    async def settled(self) -> None:
        """Wait until nothing is owed, and Slack has told all."""
        await self.server.all_told()
        await self.bot.settled()

    async def listens(self) -> None:
        """Wait until the bot hears what Slack tells."""
        if self.server.request_url is None:
            await self.until(lambda: self.server.socket.connections)

    async def revive(self) -> None:
        """Start the bot again after it was killed."""
        assert await self.bot.died() == -signal.SIGKILL
        held = await self.bot.claimers()
        await self.bot.start()
        await self.listens()
        await self.bot.release(*held)

    async def is_composed(self) -> bool:
        """Return whether the digest that was due last is."""
        async with self.bot.store() as store:
            subscription = await store.subscription(self.channel)
        return subscription is not None and subscription.next_due_at > utc_now()

    async def digest(self) -> list[Message]:
        """Let the next digest come, when the one before it has; return its messages."""
        await until(self.is_composed)
        await self.settled()
        before = len(self.posts())
        await self.bot.let_come_due(self.channel)
        await self.until(lambda: len(self.posts()) > before)
        await self.settled()
        return self.posts()[before:]


@asynccontextmanager
async def desk(folder: Path, transport: str, text: str) -> AsyncIterator[Desk]:
    """Yield the workspaces with the bot in both, each of whose articles is read from a pretend web."""
    server = SlackServer()
    async with serving(server) as url, open_site("127.0.0.1") as site:
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
            "AI_NEWS_SEEDS_DIR": "none",
            "AI_NEWS_FETCH_ALLOW": "127.0.0.1",
            "AI_NEWS_WEB_URL": address,
            "AI_NEWS_WEB_PORT": str(port),
        }
        bot = BotProcess(folder, variables | way[transport])
        here = Desk(server, bot, site, text)
        try:
            await bot.start()
            if transport == "http":
                server.request_url = f"{address}/slack/events"
            await here.listens()
            for admin in (here.boss, here.eve):
                await admin.install(f"{bot.page}slack/install")
            yield here
            assert await bot.stop() == 0
        finally:
            await bot.kill()
    assert server.violations == []
    assert "Traceback" not in bot.log
