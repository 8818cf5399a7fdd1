"""The pretend Discord refuses what Discord refuses, with the same status and code: messages and threads."""

import asyncio
import os
import signal
import sys

import aiohttp
import pytest

from tests.fakes.discord.caller import button, calling, container, row, text, v2
from tests.fakes.discord.permissions import Permission
from tests.fakes.discord.server import DiscordServer


@pytest.fixture
async def call():
    """Return what asks a server with one guild and a channel."""
    async with calling() as caller:
        yield caller


INVALID = {
    "content beyond 2,000": {"content": "x" * 2001},
    "content in UTF-16 units": {"content": "😀" * 1001},
    "embeds beyond 6,000": {"embeds": [{"description": "x" * 3500}, {"description": "x" * 2501}]},
    "eleven embeds": {"embeds": [{"title": "x"}] * 11},
    "content in components v2": v2(text(), content="x"),
    "embeds in components v2": v2(text(), embeds=[{"title": "x"}]),
    "components v2 without the flag": {"components": [text()]},
    "41 components": v2(container(*[text()] * 40)),
    "4,001 characters over texts": v2(text("x" * 2000), container(text("x" * 2001))),
    "an empty text": v2(text("")),
    "a text beyond 4,000": v2(text("x" * 4001)),
    "an id twice": v2(row(button()), row(button())),
    "an id beyond 100": v2(row(button(custom_id="x" * 101))),
    "no id": v2(row({"type": 2, "style": 2, "label": "x"})),
    "a label beyond 80": v2(row(button(label="x" * 81))),
    "six buttons": v2(row(*[button(custom_id=str(number)) for number in range(6)])),
    "an empty row": v2(row()),
    "a container in a container": v2(container(container(text()))),
    "26 options": v2(
        row({"type": 3, "custom_id": "s", "options": [{"label": str(n), "value": str(n)} for n in range(26)]})
    ),
    "six rows without the flag": {
        "content": "x",
        "components": [row(button(custom_id=str(n))) for n in range(6)],
    },
    "mentions both ways": {"content": "x", "allowed_mentions": {"parse": ["roles"], "roles": ["1"]}},
    "a mention of nobody known": {"content": "x", "allowed_mentions": {"parse": ["friends"]}},
    "a nonce beyond 25": {"content": "x", "nonce": "x" * 26},
    "a nonce beyond int64": {"content": "x", "nonce": 1 << 63},
    "a section of four texts": v2({"type": 9, "components": [text()] * 4, "accessory": button()}),
    "a link beyond 512": v2(
        row({"type": 2, "style": 5, "label": "x", "url": "https://a.example/" + "x" * 512})
    ),
}


@pytest.mark.parametrize("body", INVALID.values(), ids=INVALID.keys())
async def test_a_message_beyond_a_limit_is_an_invalid_form(call, body):
    status, error = await call.post(body)

    assert (status, error["code"], error["message"]) == (400, 50035, "Invalid Form Body")
    assert error["errors"]
    assert len(call.server.violations) == 1
    assert call.server.ledger == []


VALID = {
    "2,000 of content": {"content": "x" * 2000},
    "4,000 over texts": v2(text("x" * 2000), container(text("x" * 2000))),
    "40 components": v2(container(*[text()] * 39)),
    "a section": v2(container({"type": 9, "components": [text()] * 3, "accessory": button()}, {"type": 14})),
    "a menu": v2(row({"type": 3, "custom_id": "s", "options": [{"label": "a", "value": "a"}]})),
    "a link": v2(row({"type": 2, "style": 5, "label": "x", "url": "https://a.example/"})),
    "an embed": {"embeds": [{"title": "t", "description": "d", "fields": [{"name": "n", "value": "v"}]}]},
    "a nonce": {"content": "x", "nonce": "x" * 25, "enforce_nonce": True},
}


@pytest.mark.parametrize("body", VALID.values(), ids=VALID.keys())
async def test_a_message_within_the_limits_is_taken(call, body):
    status, message = await call.post(body)

    assert status == 200, message
    assert int(message["id"]) == call.channel.messages[0].id
    assert all(component["id"] for component in message["components"])
    assert call.server.violations == []


async def test_an_empty_message_is_refused(call):
    status, error = await call.post({"content": "", "flags": 0})

    assert (status, error["code"]) == (400, 50006)


@pytest.mark.parametrize(
    ("denied", "code"),
    [(Permission.VIEW_CHANNEL, 50001), (Permission.SEND_MESSAGES, 50013), (Permission.NONE, None)],
)
async def test_what_is_denied_in_a_channel_has_its_code(call, denied, code):
    call.channel.allow(call.guild.everyone, deny=denied)

    status, answer = await call.post({"content": "x"})

    assert (status, answer.get("code")) == ((403, code) if code else (200, None))


async def test_history_that_may_not_be_read_is_empty_and_no_error(call):
    await call.post({"content": "x"})
    path = f"/channels/{call.channel.id}/messages"

    readable = await call("GET", path, limit=10)
    call.channel.allow(call.guild.everyone, deny=Permission.READ_MESSAGE_HISTORY)
    hidden = await call("GET", path, limit=10)
    one = await call("GET", f"{path}/{call.channel.messages[0].id}")

    assert [message["content"] for message in readable[1]] == ["x"]
    assert hidden == (200, [])
    assert (one[0], one[1]["code"]) == (403, 50013)


async def test_history_is_paged_from_either_end(call):
    ids = [int((await call.post({"content": str(number)}))[1]["id"]) for number in range(5)]
    path = f"/channels/{call.channel.id}/messages"

    async def texts(**query):
        return [message["content"] for message in (await call("GET", path, **query))[1]]

    assert await texts(limit=2) == ["4", "3"]
    assert await texts(after=ids[1], limit=2) == ["3", "2"]
    assert await texts(before=ids[3], limit=2) == ["2", "1"]
    assert await texts(around=ids[2], limit=3) == ["3", "2", "1"]
    assert (await call("GET", path, limit=101))[0] == 400


async def test_what_does_not_exist_has_its_code(call):
    gone = call.guild.text("gone")
    gone.delete()
    other = call.server.guild("Osaka", permissions=None)
    elsewhere = other.text("elsewhere")

    assert (await call.post({"content": "x"}, gone))[1]["code"] == 10003
    assert (await call.post({"content": "x"}, elsewhere))[1]["code"] == 50001
    assert (await call("GET", f"/guilds/{other.id}"))[1]["code"] == 10004
    assert (await call("GET", f"/channels/{call.channel.id}/messages/1"))[1]["code"] == 10008
    assert (await call("GET", f"/guilds/{call.guild.id}/members/1"))[1]["code"] == 10007
    assert (await call("GET", "/no/such/route"))[0] == 404
    assert [violation.partition(":")[0] for violation in call.server.violations] == [
        "GET /api/v10/no/such/route"
    ]


async def test_a_forum_takes_posts_with_tags_and_no_messages(call):
    forum = call.guild.forum("f", tags=["AI"], requires_tag=True)
    path = f"/channels/{forum.id}/threads"
    post = {"name": "Digest", "message": {"content": "news"}}

    untagged = await call("POST", path, post)
    unknown = await call("POST", path, post | {"applied_tags": ["1"]})
    nameless = await call("POST", path, post | {"name": "x" * 101})
    status, thread = await call("POST", path, post | {"applied_tags": [str(forum.tags[0].id)]})
    plain = await call.post({"content": "x"}, forum)

    assert untagged[1]["code"] == 40067
    assert unknown[1]["code"] == nameless[1]["code"] == 50035
    assert (status, thread["name"], thread["message"]["content"]) == (200, "Digest", "news")
    assert thread["id"] == thread["message"]["id"]
    assert plain[1]["code"] == 50008
    assert forum.threads[0].texts == ["news"]
    assert forum.threads[0].applied_tags == [forum.tags[0].id]


async def test_a_thread_hangs_from_a_message_opens_again_and_can_be_locked(call):
    _, message = await call.post({"content": "opener"})
    path = f"/channels/{call.channel.id}/messages/{message['id']}/threads"
    status, made = await call("POST", path, {"name": "talk"})
    again = await call("POST", path, {"name": "talk"})
    thread = call.channel.threads[0]
    archived = f"/channels/{call.channel.id}/threads/archived/public"

    thread.archive()
    listed = await call("GET", archived)
    posted = await call.post({"content": "x"}, thread)
    opened = thread.archived
    thread.archive()
    edited = await call("PATCH", f"/channels/{thread.id}/messages/{posted[1]['id']}", {"content": "y"})
    thread.archive(locked=True)
    locked = await call.post({"content": "x"}, thread)

    assert (status, made["id"]) == (200, message["id"])
    assert again[1]["code"] == 160004
    assert [one["id"] for one in listed[1]["threads"]] == [made["id"]]
    assert posted[0] == 200
    assert not opened
    assert edited[1]["code"] == 50083
    assert locked[1]["code"] == 160005


async def test_an_announcement_is_published_once(call):
    wire = call.guild.announcement("wire")
    _, message = await call.post({"content": "x"}, wire)
    path = f"/channels/{wire.id}/messages/{message['id']}/crosspost"
    _, other = await call.post({"content": "x"})

    first = await call("POST", path)
    second = await call("POST", path)
    elsewhere = await call("POST", f"/channels/{call.channel.id}/messages/{other['id']}/crosspost")

    assert (first[0], second[1]["code"], elsewhere[1]["code"]) == (200, 40033, 50024)
    assert wire.messages[0].crossposted


async def test_only_ones_own_messages_are_edited_and_components_v2_stay(call):
    alice = call.guild.member("alice")
    hers = alice.say(call.channel, "hello")
    _, message = await call.post(v2(text("first")))
    path = f"/channels/{call.channel.id}/messages"

    changed = await call("PATCH", f"{path}/{message['id']}", {"components": [text("second")]})
    legacy = await call("PATCH", f"{path}/{message['id']}", {"content": "third"})
    others = await call("PATCH", f"{path}/{hers.id}", {"content": "mine"})
    deleted = await call("DELETE", f"{path}/{hers.id}")

    assert (changed[0], legacy[1]["code"], others[1]["code"], deleted[1]["code"]) == (
        200,
        50035,
        50005,
        50013,
    )
    assert [len(one.edits) for one in call.server.ledger] == [2]
    assert call.server.ledger[0].text == "second"


@pytest.mark.parametrize(
    ("allowed", "rung"),
    [
        ({"parse": []}, set()),
        ({"roles": ["ROLE"]}, {"ROLE"}),
        ({"parse": ["users"]}, {"ALICE"}),
        (None, {"ROLE", "ALICE", "everyone"}),
    ],
)
async def test_whom_a_message_notifies_is_what_it_may_mention(call, allowed, rung):
    role = call.guild.role("readers", mentionable=True)
    alice = call.guild.member("alice")
    call.guild.bot.roles[0].change(Permission.MENTION_EVERYONE)
    names = {"ROLE": str(role.id), "ALICE": str(alice.user.id)}
    if allowed and "roles" in allowed:
        allowed = {"roles": [names[name] for name in allowed["roles"]]}
    content = f"<@&{role.id}> <@{alice.user.id}> @everyone"

    await call.post({"content": content} | ({"allowed_mentions": allowed} if allowed else {}))

    assert call.server.ledger[0].pings == {names.get(name, name) for name in rung}


async def test_requests_beyond_a_bucket_or_the_global_limit_are_refused_and_interactions_are_not():
    async with calling(rate_scale=20.0) as call:
        interaction = await call.begun()
        interaction_path = f"/interactions/{interaction.id}/{interaction.token}/callback"

        posts = [await call.post({"content": "x"}) for _ in range(6)]
        others = await asyncio.gather(*(call("GET", f"/guilds/{call.guild.id}") for _ in range(60)))
        answered = await call("POST", interaction_path, {"type": 4, "data": {"content": "x"}})

        assert [status for status, _ in posts] == [200] * 5 + [429]
        assert 0 < posts[-1][1]["retry_after"] <= 20 * 5
        assert not posts[-1][1]["global"]
        assert any(answer["global"] for status, answer in others if status == 429)
        assert answered[0] == 204
        assert call.server.refused == sum(status == 429 for status, _ in [*posts, *others])


async def test_a_token_that_was_revoked_is_refused(call):
    call.server.revoke()

    assert await call.post({"content": "x"}) == (401, {"message": "401: Unauthorized", "code": 0})
    assert call.server.invalid == 1


DONE = ["accept, 500", "accept, 503", "accept, 520", "accept, html", "accept, truncated", "accept, reset"]
NOT_DONE = ["500", "reset", "close", "html", "401", "error 200000", "429 html", "429 no via", "429 huge"]


@pytest.mark.parametrize("fault", [*DONE, *NOT_DONE])
async def test_a_fault_does_what_was_asked_or_not_and_never_says_that_it_did(fault):
    async with calling(fault) as call:
        try:
            status, answer = await call.post({"content": "x"})
        except (aiohttp.ClientError, ValueError):
            status, answer = None, None

        assert not (status == 200 and answer)
        assert len(call.channel.messages) == (fault in DONE)
        assert call.server.faults.left() == 0
        assert (await call.post({"content": "y"}))[0] == 200


POSTS = """
import sys, urllib.request
request = urllib.request.Request(sys.argv[1], b'{"content": "x"}', {"Authorization": "Bot token"})
urllib.request.urlopen(request).read()
"""


async def test_a_process_can_be_killed_between_acceptance_and_answer():
    async with calling("accept, kill") as call:
        accepted = []
        call.server.when_accepted = accepted.append
        url = f"{call.url}/channels/{call.channel.id}/messages"

        process = await asyncio.create_subprocess_exec(sys.executable, "-c", POSTS, url, env=dict(os.environ))

        assert await process.wait() == -signal.SIGKILL
        assert call.channel.messages == accepted == call.server.ledger


@pytest.mark.parametrize("name", ["accept, explode", "slow", "error 1"])
def test_a_fault_that_means_nothing_is_refused_at_once(name):
    with pytest.raises((KeyError, ValueError)):
        DiscordServer(name)
