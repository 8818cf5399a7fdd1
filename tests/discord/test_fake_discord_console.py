"""The pretend Discord as a process of its own, which a test or a person talks to by lines."""

import asyncio
import os
import sys
from pathlib import Path

import aiohttp

ROOT = Path(__file__).parents[2]


async def test_it_tells_its_address_shows_what_arrives_and_takes_lines():
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.fakes.discord.console"),
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    settings = dict([(await process.stdout.readline()).decode().strip().split("=") for _ in range(2)])
    headers = {"Authorization": f"Bot {settings['AI_NEWS_DISCORD_TOKEN']}"}

    async with aiohttp.ClientSession(settings["AI_NEWS_DISCORD_API_URL"] + "/", headers=headers) as session:
        guilds = await (await session.get("users/@me/guilds")).json()
        channels = await (await session.get(f"guilds/{guilds[0]['id']}/channels")).json()
        await session.post(f"channels/{channels[0]['id']}/messages", json={"content": "news"})
        out, _ = await process.communicate(b"/ai-news query:deepseek\n")

    assert out.decode().splitlines()[:2] == ["--- #news", "news"]
    assert "! NotShown: no command 'ai-news'" in out.decode()
    assert process.returncode == 0
