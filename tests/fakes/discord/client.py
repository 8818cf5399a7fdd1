"""A small application on the real discord.py, for what tests the pretend Discord."""

import asyncio
from contextlib import asynccontextmanager, suppress

import discord
import yarl
from discord import app_commands, ui
from discord.gateway import DiscordWebSocket
from discord.http import Route

from tests.fakes.discord.server import DiscordServer, serving
from tests.waiting import PATIENCE_S, until


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
                await interaction.response.edit_message(view=Answers(f"because of {interaction.message.id}"))
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
        await until(lambda: not any(guild.unavailable for guild in client.guilds))
        yield client
    finally:
        await client.close()
        with suppress(Exception):
            await running
        Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = base, gateway


@asynccontextmanager
async def world(*faults, **settings):
    """Yield a server, a guild, a channel of it, and a client that has its commands registered."""
    server = DiscordServer(*faults, **settings)
    server.interactions.to_answer_s = PATIENCE_S
    guild = server.guild("Tokyo", locale="ja")
    channel = guild.text("news")
    async with serving(server) as url, connected(server, url) as client:
        await client.tree.sync()
        yield server, guild, channel, client
