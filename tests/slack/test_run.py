"""`ai-news run` on a pretend Slack, as an operator sets it up: both ways that Slack reaches it."""

from contextlib import asynccontextmanager

import pytest

from tests.bot_process import BotProcess
from tests.fakes.slack.reading import text_of
from tests.fakes.slack.server import SlackServer, serving


@asynccontextmanager
async def running(home, **variables):
    """Yield the address of the page of a bot that runs; it has to end by itself when it is told to."""
    bot = BotProcess(home, variables)
    try:
        yield await bot.start()
        assert (await bot.stop(), bot.log) == (0, "")
    finally:
        await bot.kill()


@pytest.mark.parametrize("transport", ["socket", "http"])
async def test_a_channel_subscribes_and_gets_its_digest(tmp_path, transport):
    server = SlackServer()
    team = server.team()
    channel = server.channel(team)
    way = (
        {"AI_NEWS_SLACK_APP_TOKEN": server.app_token}
        if transport == "socket"
        else {"AI_NEWS_SLACK_SIGNING_SECRET": server.signing_secret}
    )
    async with serving(server) as url:
        variables = {
            "AI_NEWS_SLACK_API_URL": url.rstrip("/"),
            "AI_NEWS_SLACK_BOT_TOKEN": team.bot_token,
            **way,
        }
        async with running(tmp_path, **variables) as page:
            if transport == "http":
                server.request_url = f"{page}slack/events"
            boss = server.member(team, "Boss", is_admin=True)
            asked = await boss.command(channel, "/ai-news", "help")
            await server.until(lambda: asked.answers)
            assert "/ai-news" in asked.text

            await boss.command(channel, "/ai-news-digest", "subscribe")
            await boss.command(channel, "/ai-news-digest", "now")
            await server.until(lambda: server.posted(channel))
            assert text_of(server.posted(channel)[0])
            server.request_url = None
    assert server.violations == []
