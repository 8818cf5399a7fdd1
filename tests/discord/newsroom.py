"""A Japanese server of the pretend Discord with its moderators and a member, and the bot as it is run."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.model import Channel, WorkspaceId
from bot.phrases import phrase
from bot.run import utc_now
from tests.bot_process import BotProcess
from tests.discord.app import TO_ANSWER_S
from tests.fakes.discord import state as discord_state
from tests.fakes.discord.interactions import Interaction
from tests.fakes.discord.permissions import Permission
from tests.fakes.discord.server import DiscordServer, serving
from tests.fakes.discord.state import Guild, Member, Message, Role
from tests.fakes.discord.users import BUTTON, COMPONENT, LABEL, MODAL_SUBMIT, TEXT_INPUT
from tests.waiting import until

TOKEN = "AAA.BBB.CCC"
ARTICLES = sorted((Path(__file__).parents[3] / "shared" / "article").glob("*.txt"))

TRAM = (
    "まず、川辺市の市議会は、路面電車の再開を賛成多数で決めました。"
    "工事は5月に始まり、来年の秋に最初の電車が走る予定です。\n"
    "市は1日に4,000人の利用を見込んでいます。運賃は大人200円で、子どもは無料になるということです。"
)
BREAD = (
    "次に、パン店チェーンのコムギは、ライ麦パンを自主回収すると発表しました。"
    "金属片が混ざったおそれがあるためです。\n"
    "コムギによりますと、全国40店で販売した約1万2,000個が対象で、けがをした人は確認されていません。"
)
WHALE = (
    "一方、渚町の博物館では、クジラの新しい展示室が開きました。日曜日は誰でも無料で入れます。\n"
    "いちばん大きな骨格標本は長さ30メートルで、国内で展示されているものとしては最大だと博物館は説明しています。"
)
ROBOT = (
    "また、港では荷物を運ぶ水上ロボットの試験が始まりました。"
    "ロボットは船のあいだを泳いで小包を届けます。\n"
    "港長は、最初の1週間で900個を運び、失われた荷物は一つもなかったと話しています。"
)
BRIDGE = (
    "最後に、星見橋の架け替え工事が予定より3か月早く終わりました。"
    "新しい橋は自転車の専用道を備えています。\n"
    "県は来月1日に開通式を行い、その日は近所の小学生が最初に渡るということです。"
)
ROUNDUP = "今週のまちのニュース\n\n" + "\n\n".join((TRAM, BREAD, WHALE, ROBOT, BRIDGE)) + "\n"


@dataclass
class Newsroom:
    """The server, its people and the bot's process."""

    server: DiscordServer
    bot: BotProcess
    town: Guild
    editors: Role
    news: discord_state.Channel
    desk: discord_state.Channel
    mika: Member
    """Who manages the server."""
    ken: Member
    """A moderator."""
    alice: Member
    """A member, whose Discord speaks English."""
    digests: int = 0
    begun: datetime = field(default_factory=utc_now)
    """When the times of digests are counted back from: as the minutes go by, none is taken twice."""

    async def start(self) -> None:
        """Start the bot, and wait until it listens."""
        before = self.server.gateway.identified
        await self.bot.start()
        await until(lambda: self.server.gateway.identified > before)
        await until(lambda: self.server.gateway.shards_connected)

    async def restart(self) -> None:
        """Kill the bot, as a machine that fails does, and start it again."""
        await self.bot.kill()
        await self.bot.release_claims()
        await self.start()

    async def digest(self, channel: discord_state.Channel) -> None:
        """Let the time of a channel's digest come: one that it has had no digest at yet."""
        self.digests += 1
        at = self.begun - timedelta(minutes=self.digests)
        times = f"{at.astimezone(ZoneInfo('Asia/Tokyo')):%H:%M}"
        await self.mika.command(channel, "ai-news-digest change", times=times)
        await self.bot.let_come_due(named(channel))
        await until(lambda: self._is_composed(channel))
        await self.bot.settled()

    async def _is_composed(self, channel: discord_state.Channel) -> bool:
        async with self.bot.store() as store:
            subscription = await store.subscription(named(channel))
        return subscription.next_due_at > utc_now()


def named(channel: discord_state.Channel) -> Channel:
    return Channel(platform="discord", workspace=WorkspaceId(str(channel.guild.id)), id=str(channel.id))


def by_the_bot(channel: discord_state.Channel, words: str) -> list[Message]:
    """Return what the bot posted in a channel that says something."""
    bot = channel.guild.server.bot
    return [message for message in channel.messages if message.author is bot and words in message.text]


@asynccontextmanager
async def newsroom(home: Path, **variables: str) -> AsyncIterator[Newsroom]:
    """Yield a server where the bot runs, with a role of moderators and a desk, and a digest twice a day."""
    server = DiscordServer(token=TOKEN)
    server.interactions.to_answer_s = TO_ANSWER_S
    async with serving(server) as url:
        settings = {
            "AI_NEWS_SEEDS_DIR": "none",
            "AI_NEWS_LANGUAGE": "ja",
            "AI_NEWS_TIME_ZONE": "Asia/Tokyo",
            "AI_NEWS_DISCORD_TOKEN": TOKEN,
            "AI_NEWS_DISCORD_API_URL": url,
        }
        bot = BotProcess(home, settings | variables)
        town = server.guild("港町", locale="ja")
        town.allowed_commands |= dict.fromkeys(("ai-news-digest", "ai-news-mod", "Add to AI news"), True)
        editors = town.role("編集者")
        here = Newsroom(
            server=server,
            bot=bot,
            town=town,
            editors=editors,
            news=town.text("ニュース"),
            desk=town.text("編集室"),
            mika=town.member("mika", locale="ja", permissions=Permission.MANAGE_GUILD),
            ken=town.member("ken", editors, locale="ja"),
            alice=town.member("alice", locale="en-GB"),
        )
        try:
            await here.start()
            await until(lambda: by_the_bot(here.news, "はじめまして"))
            await here.mika.command(
                here.desk, "ai-news-mod setup", moderators=f"<@&{editors.id}>", desk=here.desk
            )
            far = (here.begun + timedelta(hours=hours) for hours in (6, 18))
            times = ",".join(f"{at.astimezone(ZoneInfo('Asia/Tokyo')):%H:%M}" for at in far)
            await here.mika.command(here.news, "ai-news-digest subscribe", times=times)
            yield here
        finally:
            await bot.kill()


def label(key: str, **facts: object) -> str:
    """Return a phrase in the language of the server."""
    return phrase(key, "ja", **facts)


async def add(here: Newsroom, who: Member, **values: str) -> Interaction:
    """Fill in the form of an article at the desk and send it."""
    form = await opened(who, await who.command(here.desk, "ai-news-mod add"))
    return await who.submit(form, **values)


async def opened(who: Member, answer: Interaction) -> Interaction:
    """Return what opened a form; on a busy machine it comes late, and waits behind a button."""
    while answer.modal is None:
        buttons = answer.shown.buttons.values()
        (waiting,) = [one["custom_id"] for one in buttons if one["custom_id"].startswith("form:")]
        answer = await who.press(answer.shown, waiting)
    return answer


def modal(opened: Interaction) -> dict[str, dict]:
    """Return the fields of a modal by their ids."""
    shells = [shell for shell in opened.modal["components"] if "component" in shell]
    return {shell["component"]["custom_id"]: shell["component"] for shell in shells}


def numbers(review: Message) -> list[int]:
    """Return the numbers of the pieces that a draft shows buttons for."""
    return [int(name) for name in review.buttons if name.isdigit()]


async def story_id(who: Member, channel: discord_state.Channel, words: str) -> str:
    """Return the id of the story that is offered first when words are typed."""
    offered = await who.autocomplete(channel, "ai-news-mod story", "story", words)
    return str(offered[0][1])


async def forge(who: Member, message: Message, custom_id: str) -> Interaction:
    """Press a button that a message does not have."""
    data = {"component_type": BUTTON, "custom_id": custom_id, "id": 1}
    begun = who.guild.server.interactions.begin(COMPONENT, data, who, message.channel, message)
    return await who.answered(begun)


async def forge_modal(who: Member, message: Message, custom_id: str, **values: str) -> Interaction:
    """Send a modal that nobody opened."""
    fields = [
        {
            "type": LABEL,
            "id": 1,
            "component": {"type": TEXT_INPUT, "id": 2, "custom_id": name, "value": value},
        }
        for name, value in values.items()
    ]
    data = {"custom_id": custom_id, "components": fields}
    begun = who.guild.server.interactions.begin(MODAL_SUBMIT, data, who, message.channel, message)
    return await who.answered(begun)


def told(answer: Interaction) -> str:
    """Return all that an answer lets its asker see: text, labels, ids, or a modal."""
    shown = [] if answer.shown is None else [answer.text, *answer.shown.buttons]
    ids = [] if answer.shown is None else [one["custom_id"] for one in answer.shown.buttons.values()]
    return "\n".join([*shown, *ids, str(answer.modal or "")])
