"""Asks the pretend Discord's REST interface as it stands, without a library that would hold back."""

from contextlib import asynccontextmanager

import aiohttp

from tests.fakes.discord.server import TOKEN, DiscordServer, serving
from tests.waiting import PATIENCE_S

V2 = 1 << 15


def text(content="text"):
    return {"type": 10, "content": content}


def button(**over):
    return {"type": 2, "style": 2, "label": "Why", "custom_id": "why"} | over


def row(*children):
    return {"type": 1, "components": list(children)}


def container(*children):
    return {"type": 17, "components": list(children)}


def v2(*components, **over):
    return {"flags": V2, "components": list(components)} | over


class Caller:
    """Asks the server's REST interface, as an application does."""

    def __init__(self, session, url, server, guild):
        self.session, self.url, self.server, self.guild = session, url, server, guild
        self.channel = guild.text("news")

    async def __call__(self, method, path, body=None, token=TOKEN, **query):
        headers = {"Authorization": f"Bot {token}"}
        async with self.session.request(
            method, self.url + path, json=body, headers=headers, params=query
        ) as answer:
            document = await answer.json() if answer.content_type == "application/json" else None
            return answer.status, document

    async def begun(self, command="ai-news"):
        """Return what a member began by typing a command that nobody listens to."""
        body = [{"name": command, "description": "Look up"}]
        await self("PUT", f"/applications/{self.server.bot.id}/commands", body)
        return self.guild.member("alice").begin_command(self.channel, command)

    async def post(self, body, channel=None):
        return await self("POST", f"/channels/{(channel or self.channel).id}/messages", body)


@asynccontextmanager
async def calling(*faults, **settings):
    server = DiscordServer(*faults, **settings)
    server.interactions.to_answer_s = PATIENCE_S
    guild = server.guild("Tokyo")
    async with serving(server) as url, aiohttp.ClientSession() as session:
        yield Caller(session, url, server, guild)
