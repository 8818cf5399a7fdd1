"""The pretend Discord, tried by the real client over real sockets: it does what Discord's documentation says."""

import asyncio
from contextlib import asynccontextmanager, suppress

import discord
import pytest
import yarl
from discord import app_commands, ui
from discord.gateway import DiscordWebSocket
from discord.http import Route

from tests.fakes.discord_permissions import Permission
from tests.fakes.discord_server import DiscordServer, serving
from tests.fakes.discord_users import NoAnswer, NotShown


class Answers(ui.LayoutView):
    """A text with a button behind it."""

    def __init__(self, text):
        super().__init__(timeout=None)
        row = ui.ActionRow(ui.Button(label="Why", custom_id="why"), ui.Button(label="Add", custom_id="add"))
        self.add_item(ui.Container(ui.TextDisplay(text), row, accent_colour=0x1F6FEB))


class Story(ui.Modal, title="A story"):
    """A modal with two fields."""

    headline = ui.Label(text="Title", component=ui.TextInput(custom_id="title", max_length=100))
    kind = ui.Label(
        text="Kind",
        component=ui.Select(
            custom_id="kind", options=[discord.SelectOption(label="News", value="news", default=True)]
        ),
    )

    async def on_submit(self, interaction):
        text = f"{self.headline.component.value}: {self.kind.component.values[0]}"
        await interaction.response.send_message(text, ephemeral=True)


class Client(discord.AutoShardedClient):
    """A small application with one command of each kind."""

    def __init__(self, **settings):
        discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False
        intents = settings.pop("intents", discord.Intents(guilds=True))
        super().__init__(intents=intents, guild_ready_timeout=0.05, max_messages=None, **settings)
        self.tree = app_commands.CommandTree(self)
        self.happened = []
        self.heard = []
        self.tree.add_command(app_commands.Command(name="ask", description="Ask", callback=self.ask))
        self.tree.get_command("ask").autocomplete("query")(self.complete)
        self.tree.add_command(app_commands.ContextMenu(name="Add to AI news", callback=self.add))

    async def before_identify_hook(self, shard_id, *, initial=False):
        """Do not wait five seconds for each shard."""

    async def ask(self, interaction: discord.Interaction, query: str, slowly: bool = False):
        self.heard.append(query)
        if slowly:
            await interaction.response.defer(ephemeral=True)
            await interaction.edit_original_response(view=Answers(query))
        else:
            await interaction.response.send_message(view=Answers(query))

    async def complete(self, interaction: discord.Interaction, current: str):
        return [app_commands.Choice(name=f"{current} {n}", value=f"{current}{n}") for n in range(3)]

    async def add(self, interaction: discord.Interaction, message: discord.Message):
        await interaction.response.send_message(f"added: {message.content}", ephemeral=True)

    async def on_interaction(self, interaction):
        if interaction.type is not discord.InteractionType.component:
            return
        match interaction.data["custom_id"]:
            case "why":
                await interaction.response.edit_message(view=Answers("because"))
            case "add":
                await interaction.response.send_modal(Story())

    def dispatch(self, event, /, *arguments, **named):
        self.happened.append(event)
        super().dispatch(event, *arguments, **named)


@asynccontextmanager
async def connected(server, url, **settings):
    """Yield a client that is ready, and close it."""
    base, gateway = Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY
    Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = url, yarl.URL(server.gateway_url)
    client = Client(**settings)
    running = asyncio.create_task(client.start(server.token))
    try:
        await until(lambda: "ready" in client.happened or running.done())
        if running.done():
            await running
        yield client
    finally:
        await client.close()
        with suppress(Exception):
            await running
        Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = base, gateway


async def until(true, patience_s=10.0):
    async with asyncio.timeout(patience_s):
        while not true():
            await asyncio.sleep(0.005)


@asynccontextmanager
async def world(*faults, **settings):
    """Yield a server with a guild, and a client that has its commands registered."""
    server = DiscordServer(*faults, **settings)
    guild = server.guild("Tokyo", locale="ja")
    channel = guild.text("news")
    async with serving(server) as url, connected(server, url) as client:
        await client.tree.sync()
        yield server, client, guild, channel


async def test_a_client_logs_in_and_is_told_of_the_guilds_of_each_shard():
    server = DiscordServer(shards=2)
    guilds = [server.guild(f"guild {number}", shard=(number, 2)) for number in (0, 1)]
    guilds[1].forum("ニュース", tags=["AI"], requires_tag=True)

    async with serving(server) as url, connected(server, url) as client:
        assert client.user.id == server.bot.id
        assert {guild.id: guild.shard_id for guild in client.guilds} == {guilds[0].id: 0, guilds[1].id: 1}
        assert client.get_channel(guilds[1].channels[0].id).available_tags[0].name == "AI"
        assert server.gateway.shards_connected == {0, 1}


async def test_commands_are_registered_and_typed_and_answered():
    async with world() as (server, client, guild, channel):
        alice = guild.member("alice", locale="ja")

        answer = await alice.command(channel, "ask", query="deepseek")

        assert (server.commands.syncs, server.commands.creates) == (1, 2)
        assert answer.text == "deepseek"
        assert not answer.ephemeral
        assert answer.response in channel.messages
        assert answer.acknowledged_ms < 3000
        assert server.violations == []


async def test_a_promised_answer_comes_later_for_the_asker_alone():
    async with world() as (server, client, guild, channel):
        alice = guild.member("alice")

        answer = await alice.command(channel, "ask", query="deepseek", slowly=True)

        assert answer.deferred
        assert answer.ephemeral
        assert answer.text == "deepseek"
        assert channel.messages == []
        assert server.ledger == [answer.response]
        assert server.violations == []


async def test_buttons_modals_autocomplete_and_the_context_menu_work():
    async with world() as (server, client, guild, channel):
        alice = guild.member("alice")
        answer = await alice.command(channel, "ask", query="deepseek")

        offered = await alice.autocomplete(channel, "ask", "query", "de")
        added = await alice.use_on_message("Add to AI news", alice.say(channel, "Look at this"))
        opened = await alice.press(answer.response, "Add")
        told = await alice.submit(opened, Title="A headline")
        pressed = await alice.press(answer.response, "why")

        assert offered == [("de 0", "de0"), ("de 1", "de1"), ("de 2", "de2")]
        assert added.text == "added: Look at this"
        assert told.text == "A headline: news"
        assert pressed.text == answer.text == "because"
        assert server.violations == []


@pytest.mark.parametrize("close_code", [4000, 1001, None])
async def test_what_happens_while_a_connection_is_cut_is_told_when_it_is_taken_up_again(close_code):
    async with world() as (server, client, guild, channel):
        alice = guild.member("alice")
        server.gateway.drop(close_code=close_code)

        answer = await alice.command(channel, "ask", query="deepseek")

        assert answer.text == "deepseek"
        assert client.heard == ["deepseek"]
        assert server.gateway.identified == 1
        assert server.gateway.resumed == 1


async def test_a_nonce_that_is_known_posts_nothing_and_one_that_is_forgotten_does():
    async with world() as (server, client, guild, channel):
        place = client.get_partial_messageable(channel.id)

        first = await place.send("news", nonce="delivery-1")
        again = await place.send("news", nonce="delivery-1")
        server.nonces.forget()
        doubled = await place.send("news", nonce="delivery-1")
        channel.messages[-1].delete()
        with pytest.raises(discord.NotFound) as gone:
            await place.send("news", nonce="delivery-1")

        assert first.id == again.id != doubled.id
        assert gone.value.code == 10008
        assert [message.nonce for message in server.ledger] == ["delivery-1", "delivery-1"]


async def test_the_library_waits_where_it_is_told_to():
    async with world("429 route", "429 global", rate_scale=0.01) as (server, client, guild, channel):
        place = client.get_partial_messageable(channel.id)

        for number in range(12):
            await place.send(f"news {number}")

        assert channel.texts == [f"news {number}" for number in range(12)]
        assert server.refused == 2


async def test_a_member_sees_that_nobody_answers():
    async with world() as (server, client, guild, channel):
        server.interactions.to_answer_s = 0.05
        client.ask = None
        server.gateway.sessions.clear()
        alice = guild.member("alice")

        with pytest.raises(NoAnswer):
            await alice.command(channel, "ask", query="deepseek")
        with pytest.raises(NotShown):
            await alice.command(channel, "tell", query="deepseek")
