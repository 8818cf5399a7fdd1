"""Posting to Slack over real sockets: every answer that Slack may give, and what the outbox makes of it."""

import asyncio
from datetime import timedelta

import pytest

from adapters.slack.platform import MODERATORS
from adapters.slack.scopes import SCOPES
from bot.errors import ChannelLost, PostDelayed, PostRejected, PostUncertain
from bot.message import paragraph
from bot.model import Channel, WorkspaceId
from bot.outbox import Outbox, Terms
from bot.run import utc_now
from tests.factories import make_delivery, make_digest, make_message, make_occurrence, make_subscription
from tests.fakes.slack_reading import text_of
from tests.fakes.slack_server import SlackServer
from tests.slack_posting import posting

HOUR_AGO = timedelta(hours=1)
UNCLEAR = [
    "accept, hang", "accept, reset", "accept, drop", "accept, 500", "accept, 503", "accept, truncated",
    "accept, html", "accept, internal_error", "accept, fatal_error",
]  # fmt: skip


@pytest.fixture
async def server():
    return SlackServer()


@pytest.fixture
async def world(server, sqlite_url):
    async with posting(sqlite_url, server) as world:
        yield world


async def found(world, post):
    return await world.platform.find(post, utc_now() - HOUR_AGO)


async def test_a_post_stands_with_its_key_and_unfurls_nothing(world):
    post = world.post(key="digest.1", message=make_message(blocks=(paragraph("Robots & <news>"),)))

    ts = await world.platform.post(post)

    [message] = world.standing()
    assert message.ts == ts
    assert message.metadata == {"event_type": "ai_news_delivery", "event_payload": {"key": "digest.1"}}
    assert message.unfurls == (False, False)
    assert text_of(message) == "Robots & <news>"
    assert world.posted == [world.team.id]
    assert world.server.violations == []


async def test_a_later_part_stands_in_the_thread_only_where_the_message_says_so(world):
    opener = await world.platform.post(world.post(key="digest.1"))

    await world.platform.post(world.post(key="digest.2", opener=opener, message=make_message(in_thread=True)))
    await world.platform.post(world.post(key="digest.3", opener=opener))

    assert [message.thread_ts for message in world.standing()] == [None, opener, None]


async def test_a_part_whose_thread_is_gone_stands_in_the_channel(world):
    post = world.post(opener="1700000000.000001", message=make_message(in_thread=True))

    ts = await world.platform.post(post)

    assert [(message.ts, message.thread_ts) for message in world.standing()] == [(ts, None)]
    assert await found(world, post) == ts


async def test_blocks_that_are_refused_become_text_once(world, server):
    server.faults.add("invalid_blocks")

    await world.platform.post(world.post(message=make_message(blocks=(paragraph("Robots <here>"),))))

    [message] = world.standing()
    assert (message.blocks, message.text) == ([], "Robots &lt;here&gt;")


async def test_text_that_is_refused_too_is_rejected(world, server):
    server.faults.add("msg_blocks_too_long", "msg_too_long")

    with pytest.raises(PostRejected) as raised:
        await world.platform.post(world.post())

    assert not isinstance(raised.value, ChannelLost)
    assert len(server.calls) == 3  # auth.test among them
    assert world.standing() == []


@pytest.mark.parametrize("fault", UNCLEAR)
async def test_an_answer_that_is_lost_or_spoiled_is_unclear_and_is_found(world, server, fault):
    server.faults.add(fault)
    post = world.post()

    with pytest.raises(PostUncertain):
        await world.platform.post(post)

    [message] = world.standing()
    assert await found(world, post) == message.ts


@pytest.mark.parametrize(
    "fault", ["reset", "drop", "500", "503", "truncated", "html", "internal_error", "fatal_error", "new_code"]
)
async def test_a_failure_that_took_nothing_is_unclear_too(world, server, fault):
    server.faults.add(fault)
    post = world.post()

    with pytest.raises(PostUncertain):
        await world.platform.post(post)

    assert await found(world, post) is None
    assert [name for name, _ in server.calls].count("chat.postMessage") == 1


@pytest.mark.parametrize(
    ("fault", "wait_s"),
    [
        ("429 one", 1),
        ("429 zero", 0),
        ("429 huge", 99_999_999),
        ("429 missing", 60),
        ("429 html", 60),
        ("message_limit_exceeded", 4 * 3600),
        ("team_added_to_org", 3600),
    ],
)
async def test_a_request_to_slow_down_is_a_delay_for_as_long_as_it_says(world, server, fault, wait_s):
    server.faults.add(fault)

    with pytest.raises(PostDelayed) as raised:
        await world.platform.post(world.post())

    assert raised.value.retry_after_s == wait_s
    assert not raised.value.everywhere
    assert world.standing() == []


async def test_a_workspace_that_is_to_wait_is_not_asked_again_and_others_are(world, server):
    server.faults.add("429 huge")
    with pytest.raises(PostDelayed):
        await world.platform.post(world.post())
    asked = len(server.calls)

    with pytest.raises(PostDelayed) as raised:
        await world.platform.post(world.post(server.channel(world.team)))

    assert raised.value.retry_after_s == pytest.approx(99_999_999, abs=60)
    assert len(server.calls) == asked
    assert await found(world, world.post()) is None  # by another method, which may be called


async def test_an_archived_or_deleted_channel_is_lost_until_it_comes_back(world, server):
    server.archive(world.news)
    with pytest.raises(ChannelLost) as raised:
        await world.platform.post(world.post())
    assert raised.value.why == "archived"

    server.unarchive(world.news)
    await world.platform.post(world.post())

    server.delete_channel(world.news)
    with pytest.raises(ChannelLost) as raised:
        await world.platform.post(world.post())
    assert raised.value.why == "deleted"
    with pytest.raises(ChannelLost):
        await found(world, world.post())


async def test_another_workspaces_channel_is_not_there(world, server):
    foreign = server.channel(server.team("Other"))

    with pytest.raises(ChannelLost) as raised:
        await world.platform.post(
            world.post(channel=Channel(platform="slack", workspace=WorkspaceId(world.team.id), id=foreign.id))
        )

    assert raised.value.why == "deleted"
    assert world.standing(foreign) == []


async def test_a_public_channel_is_joined_to_post_and_to_look(world, server):
    token = server.tokens[world.team.bot_token]
    token.scopes = tuple(scope for scope in token.scopes if scope != "chat:write.public")
    place = server.channel(world.team, "open", bot=False)

    ts = await world.platform.post(world.post(place))
    server.remove_bot(place)

    assert await found(world, world.post(place)) == ts
    assert world.team.bot.id in place.members


async def test_a_channel_that_cannot_be_joined_is_lost(world, server):
    token = server.tokens[world.team.bot_token]
    token.scopes = tuple(
        scope for scope in token.scopes if scope not in ("chat:write.public", "channels:join")
    )

    with pytest.raises(ChannelLost) as raised:
        await world.platform.post(world.post(server.channel(world.team, bot=False)))

    assert raised.value.why == "no_permission"


@pytest.mark.parametrize("fault", ["429 one", "500", "reset", "internal_error"])
async def test_a_channel_that_cannot_be_joined_just_now_is_not_lost(world, server, fault):
    token = server.tokens[world.team.bot_token]
    token.scopes = tuple(scope for scope in token.scopes if scope != "chat:write.public")
    place = server.channel(world.team, bot=False)
    server.faults.add(fault, method="conversations.join")

    with pytest.raises(PostDelayed):
        await world.platform.post(world.post(place))

    world.platform._turns._held.clear()  # the second is over
    await world.platform.post(world.post(place))
    assert len(world.standing(place)) == 1


async def test_a_channel_where_only_some_may_post_is_lost(world):
    world.news.refusal = "restricted_action"

    with pytest.raises(ChannelLost) as raised:
        await world.platform.post(world.post())

    assert raised.value.why == "no_permission"


async def test_a_token_that_was_revoked_loses_the_workspace(world, server):
    await world.platform.post(world.post())
    server.revoke_tokens(world.team)

    with pytest.raises(ChannelLost) as raised:
        await world.platform.post(world.post())

    assert raised.value.why == "signed_out"
    assert "token_revoked" in await world.platform.trouble()


@pytest.mark.parametrize("code", ["invalid_auth", "not_authed", "token_expired"])
async def test_a_refused_token_delays_everything_stops_nothing_and_is_told_once(world, server, caplog, code):
    await owe(world, world.news)
    server.tokens[world.team.bot_token].state = code

    for _ in range(2):
        with pytest.raises(PostDelayed) as raised:
            await world.platform.post(world.post())
        with pytest.raises(PostDelayed):
            await found(world, world.post())

    assert (raised.value.retry_after_s, raised.value.everywhere) == (300, True)
    trouble = await world.platform.trouble()
    assert code in trouble
    assert "AI_NEWS_SLACK_BOT_TOKEN" in trouble
    assert caplog.messages.count(trouble) == 1
    await Outbox(world.store, world.platform, utc_now, "one", TERMS).drain()
    assert (await world.store.subscription(world.channel())).state == "active"

    server.tokens[world.team.bot_token].state = "valid"
    await world.platform.post(world.post())
    assert await world.platform.trouble() == ""


async def test_slack_that_cannot_be_reached_took_nothing(sqlite_url):
    server = SlackServer()
    async with posting(sqlite_url, server) as world:
        await world.platform.post(world.post())
        elsewhere = world.platform.client_of
        world.platform.client_of = lambda token: _unreachable(elsewhere(token))

        with pytest.raises(PostDelayed) as raised:
            await world.platform.post(world.post())
        with pytest.raises(PostDelayed):
            await found(world, world.post())

    assert raised.value.retry_after_s is None


def _unreachable(client):
    client.base_url = "http://127.0.0.1:9/api/"
    return client


# Looking


async def test_only_our_own_message_with_the_key_is_found(world, server):
    await world.platform.post(world.post(key="other"))
    member = server.member(world.team)
    spoof = await world.platform.post(world.post(key="digest.1"))
    [message] = [one for one in world.standing() if one.ts == spoof]
    message.from_bot, message.user = False, member.id

    assert await found(world, world.post(key="digest.1")) is None


async def test_a_key_is_found_behind_many_messages(world, server):
    post = world.post(key="digest.1")
    ts = await world.platform.post(post)
    member = server.member(world.team)
    for number in range(450):
        member.say(world.news, f"chatter {number}")

    assert await found(world, post) == ts
    assert [name for name, _ in server.calls].count("conversations.history") == 3


@pytest.mark.parametrize("kind", ["public", "private", "with one person", "with several people"])
async def test_with_the_scopes_of_the_manifest_a_key_is_found_wherever_it_may_stand(world, server, kind):
    token = server.tokens[world.team.bot_token]
    token.scopes = tuple(SCOPES)
    mika = server.user(world.team, "Mika")
    place = {
        "public": lambda: server.channel(world.team),
        "private": lambda: server.channel(world.team, private=True),
        "with one person": lambda: server.direct_channel(world.team, mika.id),
        "with several people": lambda: server.group_message(world.team, mika),
    }[kind]()
    post = world.post(place)

    ts = await world.platform.post(post)

    assert await found(world, post) == ts


async def test_what_goes_to_a_person_is_found_and_edited_in_the_conversation_with_them(world, server):
    mika = server.user(world.team, "Mika")
    alone = Channel(platform="slack", workspace=WorkspaceId(world.team.id), id=mika.id)
    post = world.post(channel=alone)

    ts = await world.platform.post(post)

    assert await found(world, post) == ts
    await world.platform.edit(world.post(channel=alone, message=make_message(blocks=(paragraph("New"),))), ts)
    (message,) = world.standing(server.direct_channel(world.team, mika.id))
    assert text_of(message) == "New"
    assert [name for name, _ in server.calls].count("conversations.open") == 1


async def test_somebody_who_is_not_there_takes_no_messages(world):
    nobody = Channel(platform="slack", workspace=WorkspaceId(world.team.id), id="U0NOBODY")

    with pytest.raises(ChannelLost) as raised:
        await world.platform.post(world.post(channel=nobody))

    assert raised.value.why == "deleted"


async def test_a_conversation_that_cannot_be_opened_just_now_takes_nothing(world, server):
    mika = server.user(world.team, "Mika")
    alone = Channel(platform="slack", workspace=WorkspaceId(world.team.id), id=mika.id)
    server.faults.add("500", method="conversations.open")

    with pytest.raises(PostDelayed):
        await world.platform.post(world.post(channel=alone))


async def test_a_key_in_a_thread_is_found(world):
    opener = await world.platform.post(world.post(key="digest.1"))
    part = world.post(key="digest.2", opener=opener, message=make_message(in_thread=True))
    ts = await world.platform.post(part)

    assert await found(world, part) == ts
    assert await found(world, world.post(key="digest.3", opener=opener, message=part.message)) is None


async def test_what_was_posted_before_is_not_looked_at(world):
    await world.platform.post(world.post())

    assert await world.platform.find(world.post(), utc_now() + timedelta(minutes=6)) is None


@pytest.mark.parametrize(
    ("without", "told"),
    [("channels:history", "may not read messages there (missing_scope: channels:history)")],
)
async def test_a_history_that_is_not_shown_never_means_that_nothing_stands(world, server, without, told):
    token = server.tokens[world.team.bot_token]
    token.scopes = tuple(scope for scope in token.scopes if scope != without)

    with pytest.raises(PostDelayed) as raised:
        await found(world, world.post())

    assert told in str(raised.value)


async def test_a_bot_outside_a_private_channel_cannot_tell(world, server):
    place = server.channel(world.team, private=True)
    await world.platform.post(world.post(place))
    server.faults.add("not_in_channel", method="conversations.history")

    with pytest.raises(PostDelayed) as raised:
        await found(world, world.post(place))

    assert "cannot tell" in str(raised.value)


@pytest.mark.parametrize("fault", ["500", "hang", "html", "internal_error", "truncated"])
async def test_a_look_that_fails_is_a_delay(world, server, fault):
    server.faults.add(fault, method="conversations.history")

    with pytest.raises(PostDelayed):
        await found(world, world.post())


async def test_a_search_goes_on_where_slack_had_it_stop(world, server):
    """An app sold outside the Marketplace reads 15 messages a minute."""
    server.limits.commercial = True
    post = world.post(key="digest.1")
    ts = await world.platform.post(post)
    member = server.member(world.team)
    for number in range(20):
        member.say(world.news, f"chatter {number}")

    with pytest.raises(PostDelayed) as raised:
        await found(world, post)
    assert 50 <= raised.value.retry_after_s <= 60

    minute_is_over(world)

    assert await found(world, post) == ts


async def test_what_was_posted_while_a_search_had_stopped_is_found(world, server):
    """Another process posted it, and nobody saw the end of that."""
    server.limits.commercial = True
    member = server.member(world.team)
    for number in range(20):
        member.say(world.news, f"chatter {number}")
    post = world.post(key="digest.1")
    with pytest.raises(PostDelayed):
        await found(world, post)

    ts = await world.platform.post(post)

    minute_is_over(world)
    with pytest.raises(PostDelayed):  # the old messages, and no more for this minute
        await found(world, post)
    minute_is_over(world)
    assert await found(world, post) == ts
    pages = [name for name, _ in server.calls if name == "conversations.history"]
    assert len(pages) == 3 + 2  # and two that were refused


def minute_is_over(world):
    """Let Slack show one more page to an app sold outside the Marketplace."""
    world.server.limits = type(world.server.limits)(1.0)
    world.server.limits.commercial = True
    world.platform._turns._held.clear()


# Telling


async def test_whoever_set_something_last_is_told_where_nobody_is_known_to_have_installed_the_app(
    world, server
):
    team = WorkspaceId(world.team.id)
    olga = server.member(world.team)
    assert await world.platform.desk(team) is None
    await world.store.keep(MODERATORS, team, olga.id, team)

    assert (await world.platform.desk(team)).id == server.direct_channel(world.team, olga.id).id


# Editing


async def test_an_edit_takes_the_place_of_the_message_and_keeps_its_key(world):
    post = world.post(key="digest.1")
    ts = await world.platform.post(post)
    after = world.post(key="digest.1", message=make_message(blocks=(paragraph("Corrected"),)))

    await world.platform.edit(after, ts)
    await world.platform.edit(after, ts)

    [message] = world.standing()
    assert text_of(message) == "Corrected"
    assert await found(world, post) == ts


async def test_an_edit_whose_blocks_are_refused_becomes_text(world, server):
    ts = await world.platform.post(world.post())
    server.faults.add("invalid_blocks", method="chat.update")

    await world.platform.edit(world.post(message=make_message(blocks=(paragraph("Corrected"),))), ts)

    [message] = world.standing()
    assert (message.blocks, message.text) == ([], "Corrected")
    edits = [arguments for name, arguments in server.calls if name == "chat.update"]
    assert [edit["parse"] for edit in edits] == ["none", "none"]


async def test_an_edit_of_what_is_gone_is_rejected(world):
    with pytest.raises(PostRejected, match="message_not_found"):
        await world.platform.edit(world.post(), "1700000000.000001")


async def test_an_edit_that_comes_too_late_is_rejected(world, server):
    ts = await world.platform.post(world.post())
    server.faults.add("edit_window_closed", method="chat.update")

    with pytest.raises(PostRejected, match="edit_window_closed"):
        await world.platform.edit(world.post(), ts)


# The rest


async def test_a_group_is_called_and_nobody_else(world, server):
    group = server.usergroup(world.team, "editors")

    await world.platform.post(world.post(message=make_message(mention=group.id)))

    [message] = world.standing()
    assert message.blocks[0]["elements"][0]["elements"] == [{"type": "usergroup", "usergroup_id": group.id}]


async def test_a_workspace_is_posted_to_evenly(world, server):
    places = [server.channel(world.team, f"news-{number}") for number in range(8)]
    began = asyncio.get_running_loop().time()

    await asyncio.gather(*(world.platform.post(world.post(place)) for place in places))

    assert asyncio.get_running_loop().time() - began > 1.2  # 5 a second


# With the outbox

TERMS = Terms(lease_s=30, first_retry_s=0.2)


async def owe(world, place, parts=1, *, in_thread=False):
    """Let a channel be owed a digest of so many parts."""
    series = f"d{place.id[-6:]}"
    channel = world.channel(place)
    subscription = make_subscription(id=f"s{series}", channel=channel, next_due_at=utc_now() - HOUR_AGO)
    await world.store.add_subscription(subscription)
    deliveries = [
        make_delivery(
            id=f"{series}.{part}",
            series=series,
            part=part,
            channel=channel,
            message=make_message(blocks=(paragraph(f"part {part}"),), in_thread=in_thread and part > 1),
            due_at=utc_now() - timedelta(seconds=1),
        )
        for part in range(1, parts + 1)
    ]
    digest = make_digest(
        id=series,
        channel=channel,
        occurrence=make_occurrence(subscription_id=subscription.id),
        story_ids=(),
        composed_at=utc_now(),
    )
    await world.store.publish(digest, deliveries, subscription, utc_now() + timedelta(days=1))


async def deliver(world, owner="one", patience_s=40):
    """Work until nothing is owed any more that can be posted."""
    outbox = Outbox(world.store, world.platform, utc_now, owner, TERMS)
    async with asyncio.timeout(patience_s):
        while any(one.state in ("planned", "sending") for one in await world.store.deliveries(None, 1000)):
            await outbox.drain()
            await asyncio.sleep(0.05)


@pytest.mark.parametrize("threaded", [False, True])
async def test_every_fault_loses_and_doubles_nothing(world, server, threaded):
    faults = [
        *UNCLEAR,
        "reset",
        "drop",
        "500",
        "html",
        "internal_error",
        "429 one",
        "429 zero",
        "accept, twice",
    ]
    places = [server.channel(world.team, f"news-{number}") for number in range(len(faults))]
    for place in places:
        await owe(world, place, parts=2, in_thread=threaded)
    server.faults.add(*faults, *faults)

    await deliver(world)

    for place in places:
        first, second = world.standing(place)
        assert (text_of(first), text_of(second)) == ("part 1", "part 2")
        assert second.thread_ts == (first.ts if threaded else None)
    assert server.violations == []


async def test_a_token_revoked_in_the_middle_of_a_digest_stops_it_and_a_new_one_ends_it(world, server):
    await owe(world, world.news, parts=3)
    server.when_accepted = lambda message: server.revoke_tokens(world.team)
    outbox = Outbox(world.store, world.platform, utc_now, "one", TERMS)
    await outbox.drain()

    assert [text_of(message).split()[-1] for message in world.standing()] == ["1"]
    subscription = await world.store.subscription(world.channel())
    assert "signed" in subscription.trouble


async def test_two_replicas_post_each_digest_once(world, server):
    places = [server.channel(world.team, f"news-{number}") for number in range(6)]
    for place in places:
        await owe(world, place, parts=2)
    server.faults.add("accept, 500", "accept, reset", "429 zero")

    await asyncio.gather(deliver(world, "one"), deliver(world, "two"))

    for place in places:
        assert [text_of(message)[-1] for message in world.standing(place)] == ["1", "2"]
