"""Who gets to see what of the local page: on this machine, from the network, with the password, by role."""

import asyncio

import pytest

from bot.model import Channel, WorkspaceId
from tests.factories import make_workspace
from tests.local.page import INSIDE, NEWS, READING, served, text_of

PASSWORD = "correct horse"


@pytest.fixture
async def page(tmp_path):
    async with served(tmp_path) as page:
        yield page


async def test_on_loopback_everything_is_open(page):
    for path in [*READING[:-1], *INSIDE]:
        await page.get(path)


async def test_opened_to_the_network_only_the_pages_for_reading_are_served(tmp_path):
    async with served(tmp_path, web_host="0.0.0.0") as page:
        for path in READING:
            await page.get(path)
        for path in INSIDE:
            await page.get(path, status=403)
        await page.post(f"{NEWS}/command", status=403, command="/ai-news", id="x")
        await page.post(f"{NEWS}/form", status=403, command="/ai-news-mod add", id="x", text="x")


async def test_without_a_session_one_is_told_how_to_come_in(tmp_path):
    async with (
        served(tmp_path, web_host="0.0.0.0", web_password=PASSWORD) as page,
        page.client.get(page.address + NEWS) as response,
    ):
        assert response.status == 401
        assert response.headers["WWW-Authenticate"] == "Bearer"


async def test_with_a_password_one_signs_in(tmp_path):
    async with served(tmp_path, web_host="0.0.0.0", web_password=PASSWORD) as page:
        await page.get(NEWS, status=401)
        await page.post("/sign-in", status=403, password="wrong")

        signed_in = await page.post("/sign-in", status=303, password=PASSWORD)
        cookie = signed_in.headers["Set-Cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie
        await page.get(NEWS)

        await page.post("/sign-out", status=303)
        await page.get(NEWS, status=401)
        await page.get(NEWS, Authorization=f"Bearer {PASSWORD}")


async def test_guessing_is_slowed_down(tmp_path):
    async with served(tmp_path, web_host="0.0.0.0", web_password=PASSWORD) as page:
        for _ in range(5):
            await page.post("/sign-in", status=403, password="wrong")

        await page.post("/sign-in", status=429, password=PASSWORD)


async def test_guessing_bearer_tokens_is_slowed_down_too(tmp_path):
    async with served(tmp_path, web_host="0.0.0.0", web_password=PASSWORD) as page:
        for _ in range(5):
            await page.get(NEWS, status=401, Authorization="Bearer wrong")

        await page.get(NEWS, status=429, Authorization=f"Bearer {PASSWORD}")


async def test_behind_a_proxy_one_reader_s_guesses_lock_out_nobody_else(tmp_path):
    url = {"web_url": "https://news.example.org", "web_password": PASSWORD}
    async with served(tmp_path, **url) as page:
        for _ in range(5):
            wrong = {"Authorization": "Bearer wrong", "X-Forwarded-For": "8.8.8.8, 203.0.113.9"}
            await page.get(NEWS, status=401, **wrong)
        guessed = {"Authorization": f"Bearer {PASSWORD}", "X-Forwarded-For": "203.0.113.9"}
        await page.get(NEWS, status=429, **guessed)

        await page.get(NEWS, **guessed | {"X-Forwarded-For": "203.0.113.10"})


async def test_a_proxy_that_passes_nothing_on_lets_nobody_in(page):
    """What nginx sends unless it is told otherwise: HTTP/1.0 and a Host of its own making."""
    host, port = page.address.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(f"GET {NEWS} HTTP/1.0\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n".encode())

    answer = await reader.read()
    writer.close()

    assert b" 403 " in answer.split(b"\r\n")[0]


@pytest.mark.parametrize(
    ("role", "status"), [("member", 403), ("moderator", 200), ("manager", 200), ("operator", 200)]
)
async def test_the_desk_is_for_moderators(page, role, status):
    await page.get("/w/local/deliveries", status=status, Cookie=f"role={role}")


async def test_a_moderator_sees_one_workspace_and_the_operator_all(page):
    operator = await page.get("/w/local/subscriptions")
    moderator = await page.get("/w/local/subscriptions", Cookie="role=moderator")

    assert "local / elsewhere" in operator
    assert "local / elsewhere" not in moderator


async def test_channels_of_other_platforms_are_seen_by_the_operator(page):
    channel = Channel(platform="slack", workspace=WorkspaceId("T1"), id="C1")
    await page.engine.workspaces.joined(
        make_workspace(platform="slack", id=channel.workspace), welcome_in=channel
    )
    await page.engine.subscribe(channel, "ja", "Asia/Tokyo")

    shown = text_of(await page.get("/w/local/subscriptions"))

    assert "slack / T1 #C1 Every day at 09:00 (Asia/Tokyo)." in shown
    assert "Notice" in text_of(await page.get("/w/local/deliveries"))
    assert "T1" not in text_of(await page.get("/w/local/subscriptions", Cookie="role=manager"))


async def test_a_subscription_s_terms_and_state_are_told(page):
    shown = text_of(await page.get("/w/local/subscriptions"))
    assert "Every day at 09:00 (UTC)." in shown
    assert "Active" in shown

    channel = Channel(platform="local", workspace=WorkspaceId("local"), id="news")
    await page.engine.store.stop_subscription(channel, "the channel is gone")

    assert "Paused the channel is gone" in text_of(await page.get("/w/local/subscriptions"))
    shown = text_of(await page.get("/w/local/subscriptions", **{"Accept-Language": "ja"}))
    assert "チャンネルが見つかりません" in shown
    assert "the channel is gone" not in shown


async def test_another_name_or_another_site_is_refused(page):
    await page.get("/", status=403, Host="evil.example")
    headers = {"Origin": "http://evil.example"}
    async with page.client.post(
        f"{page.address}{NEWS}/command", data={"command": "/ai-news", "id": "x"}, headers=headers
    ) as response:
        assert response.status == 403
