"""What every platform does, whatever it looks like: each one is held to `bot.ports.Platform`."""

import asyncio
from dataclasses import replace

import pytest
from discord.http import Route

from adapters.console.channel import CHANNEL as TERMINAL
from adapters.console.channel import ConsolePlatform
from adapters.discord.posting.platform import DiscordPlatform
from adapters.local.places import NEWS
from adapters.local.platform import LocalPlatform
from adapters.slack.posting.addresses import keep_address
from adapters.slack.posting.platform import SlackPlatform
from bot.display import web_url
from bot.errors import PostDelayed, PostRejected
from bot.message import Button, Buttons, Divider, Heading, Message, Note, Quote, Run, paragraph, split
from bot.store import open_store
from tests.factories import NOW, make_channel, make_post
from tests.fakes.chat_platform import ChatPlatform
from tests.fakes.chat_server import ChatServer, serving
from tests.fakes.discord.server import DiscordServer
from tests.fakes.discord.server import serving as serving_discord
from tests.fakes.platform import PretendPlatform
from tests.fakes.slack.server import SlackServer
from tests.slack.posting import posting
from tests.waiting import PATIENCE_S

EVERY_BLOCK = Message(
    (
        Heading("Today", story_id="story"),
        paragraph("One story.\n\u202eHostile\x1b[2J text <@everyone>"),
        Quote((Run("verbatim", style="mark"), Run(" and linked", url="https://crate.example/"))),
        Note((Run("small", style="strong"),)),
        Divider(),
        Buttons((Button(label="why", command="/ai-news robots view:why"),)),
    ),
    "en",
)


@pytest.fixture(params=["local", "console", "pretend", "chat", "discord", "slack"])
async def place(request, sqlite_url, monkeypatch):
    """Return a platform and a channel of it."""
    if request.param == "local":
        store = await open_store(sqlite_url)
        yield LocalPlatform(store), NEWS
        await store.close()
    elif request.param == "console":
        yield ConsolePlatform(lambda message: None), TERMINAL
    elif request.param == "chat":
        async with serving(ChatServer()) as url:
            platform = ChatPlatform(url, timeout_s=PATIENCE_S)
            yield platform, make_channel(platform="chat")
            await platform.close()
    elif request.param == "slack":
        async with posting(sqlite_url, SlackServer()) as world:
            await world.platform.access.identify()
            await keep_address(world.store, world.team.id, f"https://{world.team.domain}.slack.com/")
            yield world.platform, world.channel()
    elif request.param == "discord":
        server = DiscordServer()
        news = server.guild().text("news")
        async with serving_discord(server) as url:
            monkeypatch.setattr(Route, "BASE", url)
            store = await open_store(sqlite_url)
            platform = DiscordPlatform(server.token, store)
            yield platform, make_channel(platform="discord", workspace=str(news.guild.id), id=str(news.id))
            await platform.close()
            await store.close()
    else:
        yield PretendPlatform(), make_channel()


async def test_a_platform_is_named_as_its_channels_say(place):
    platform, channel = place

    assert platform.name == channel.platform


async def test_every_block_can_be_posted_within_the_limits(place):
    platform, channel = place

    ids = [
        await platform.post(make_post(channel=channel, message=part, key=f"key.{n}"))
        for n, part in enumerate(split(EVERY_BLOCK, platform.limits))
    ]

    assert all(ids)
    await asyncio.sleep(0)


async def test_a_key_that_was_never_posted_is_not_found(place):
    platform, channel = place

    assert await platform.find(make_post(channel=channel, key="never"), NOW) is None


CORRECTED = Message((Heading("Today, corrected"), paragraph("Another story.")), "en")


async def test_what_was_edited_is_seen_to_stand_there_or_edited_again_to_the_same(place):
    platform, channel = place
    before = make_post(channel=channel, message=EVERY_BLOCK)
    after = make_post(channel=channel, message=CORRECTED)
    id_ = await platform.post(before)
    assert not await platform.shows(after, id_)
    if isinstance(platform, ConsolePlatform):
        with pytest.raises(PostRejected):
            await platform.edit(after, id_)
        return

    await platform.edit(after, id_)

    assert await platform.shows(after, id_) is not isinstance(platform, LocalPlatform)
    assert not await platform.shows(before, id_)
    await platform.edit(after, id_)
    await asyncio.sleep(0)


async def test_a_message_has_an_address_that_links_can_hold_or_none(place):
    platform, channel = place
    if isinstance(platform, LocalPlatform):
        platform.page = "http://news.example"
    id_ = await platform.post(make_post(channel=channel))

    address = await platform.address(channel, id_)

    assert address is None or (web_url(address) == address and id_.replace(".", "") in address)
    assert (address is not None) == isinstance(platform, LocalPlatform | DiscordPlatform | SlackPlatform)
    await asyncio.sleep(0)


HOSTILE = ["", "/", "1/", "../../evil", "1)[x](https://evil.example", "1|<!channel>", "1>", "1 2", "１２"]


@pytest.mark.parametrize("where", ["workspace", "id", "message"])
@pytest.mark.parametrize("hostile", HOSTILE)
async def test_nothing_but_an_id_gets_into_an_address(place, where, hostile):
    platform, channel = place
    if isinstance(platform, LocalPlatform):
        platform.page = "http://news.example"
    id_ = await platform.post(make_post(channel=channel))
    forged = channel if where == "message" else replace(channel, **{where: hostile})

    address = await platform.address(forged, hostile if where == "message" else id_)

    assert address is None
    await asyncio.sleep(0)


async def test_a_platform_that_is_well_has_no_trouble(place):
    platform, _ = place

    assert await platform.trouble() == ""


async def test_moderators_are_told_on_the_same_platform_or_nowhere(place):
    platform, channel = place

    desk = await platform.desk(channel.workspace)

    assert desk is None or (desk.platform, desk.workspace) == (channel.platform, channel.workspace)


async def test_a_pace_allows_something(place):
    platform, _ = place

    assert platform.pace.per_second > 0
    assert platform.pace.per_channel_s >= 0


async def test_a_channel_that_is_not_there_is_rejected(sqlite_url):
    store = await open_store(sqlite_url)
    platform = LocalPlatform(store)

    with pytest.raises(PostRejected, match="no local channel"):
        await platform.post(make_post(channel=make_channel(platform="local")))
    await store.close()


async def test_a_terminal_that_is_gone_delays_and_is_in_trouble():
    def gone(message):
        raise BrokenPipeError("gone")

    platform = ConsolePlatform(gone)

    with pytest.raises(PostDelayed):
        await platform.post(make_post(channel=TERMINAL))
    assert "terminal is gone" in await platform.trouble()
