"""What people do on Slack, over Socket Mode and over signed HTTP, and what they see of it."""

import json

import pytest

from adapters.slack.posting.platform import MODERATORS
from bot.message import Button
from bot.phrases import phrase
from tests.fakes.slack.reading import text_of
from tests.fakes.slack.responses import RESPONSES
from tests.fakes.slack.state import Message as Posted
from tests.slack.app import TRANSPORTS, slack_world


@pytest.fixture(params=TRANSPORTS)
async def world(request, tmp_path):
    async with slack_world(tmp_path, request.param) as world:
        yield world


COMMANDS = {
    ("/ai-news", "kumo"): "Kumo Robotics shows a cheap arm",
    ("/ai-news", ""): "Newest stories",
    ("/ai-news", "help"): "/ai-news-digest subscribe",
    ("/ai-news", "zzzz"): "Nothing found",
    ("/ai-news-digest", "preview"): "Kumo",
    ("/ai-news-digest", "show"): "no digest",
    ("/ai-news-digest", "subscribe times:07:30"): "7:30",
    ("/ai-news-digest", "nonsense"): "does not know that word",
    ("/ai-news-mod", "setup"): "Asia/Tokyo",
    ("/ai-news-mod", "nonsense"): "does not know that word",
}


async def test_every_command_is_answered_to_the_asker_alone(world):
    await world.change(time_zone="Asia/Tokyo")
    owner = world.member("Olga", is_owner=True, time_zone="Asia/Tokyo")

    for (command, text), expected in COMMANDS.items():
        asked = await world.done(await owner.command(world.channel, command, text))

        assert expected in asked.text, (command, text)
        assert {message.only_for for message in asked.answers} == {owner.id}
    assert world.server.posted() == []


async def test_a_question_in_slacks_escaping_is_read_as_it_was_typed(world):
    mika = world.member()

    asked = await world.done(await mika.command(world.channel, "/ai-news", "AT&amp;T &lt;b&gt; &amp;lt;"))

    assert "AT&T <b> &lt;" in asked.text


async def test_a_long_answer_comes_whole_in_several_messages(world):
    mika = world.member()
    for number in range(5):
        await world.tell_story(f"Zweig {number}", "とても長い文です。" * 400)

    asked = await world.done(await mika.command(world.channel, "/ai-news", "zweig depth:high"))

    assert asked.uses == len(asked.answers) > 1
    told = "".join(text_of(message) for message in asked.answers)
    assert told.count("とても長い文です。") == 2_000


async def test_a_shared_answer_is_told_to_the_asker_and_owed_to_the_channel(world):
    mika = world.member()

    asked = await world.done(await mika.command(world.channel, "/ai-news", "kumo visible:yes"))

    assert "shared" in asked.text.lower()
    [owed] = await world.engine.store.deliveries(None, 10)
    assert (owed.kind, owed.channel.id, owed.channel.workspace) == ("share", world.channel.id, world.team.id)


async def test_a_button_under_a_private_answer_puts_its_answer_in_that_place(world):
    mika = world.member()
    asked = await world.done(await mika.command(world.channel, "/ai-news", "kumo"))

    pressed = await world.done(await mika.press(asked.answers[0], "why"))

    assert "Why" in text_of(mika.sees[-1])
    assert len(mika.sees) == 1
    assert pressed.answers == [] or pressed.answers[-1].only_for == mika.id


async def test_sharing_by_the_same_button_twice_shares_once(world):
    mika = world.member()
    asked = await world.done(await mika.command(world.channel, "/ai-news", "kumo"))
    answer = asked.answers[0]
    blocks = answer.blocks

    await world.done(await mika.press(answer, "share"))
    answer.blocks = blocks  # as it stood when the second press left
    await world.done(await mika.press(answer, "share"))

    assert len(await world.engine.store.deliveries(None, 10)) == 1


async def test_a_button_under_a_public_post_answers_whoever_presses_it_alone(world):
    mika, ken = world.member(), world.member("Ken")
    post = await world.post(Button(label="More on this", command="/ai-news kumo"))

    pressed = await world.done(await ken.press(post, "More on this"))

    assert "Kumo Robotics" in pressed.text
    assert pressed.answers[0].only_for == ken.id
    assert text_of(post) == "A post"
    assert mika.sees == []


async def test_a_button_that_stands_for_no_command_is_answered_politely(world):
    mika = world.member()
    post = await world.post(Button(label="Old", command="/ai-news kumo"))
    post.blocks[-1]["elements"][0]["value"] = "no command"

    pressed = await world.done(await mika.press(post, "Old"))

    assert "no longer works" in pressed.text


async def test_a_button_whose_command_does_not_fit_does_nothing_else(world):
    mika = world.member()
    post = await world.post(Button(label="Much", command=f"/ai-news kumo {'robotics ' * 300}"))

    pressed = await world.done(await mika.press(post, "Much"))

    assert "no longer works" in pressed.text


async def test_a_mention_is_answered_in_its_thread_for_all_to_see(world):
    mika = world.member()

    asked = await world.done(await mika.mention(world.channel, "what about kumo?"))

    [answer] = world.server.posted(world.channel)
    assert "Kumo Robotics" in text_of(answer)
    assert answer.thread_ts == asked.payload["event"]["ts"]


async def test_a_direct_message_is_a_question(world):
    mika = world.member()
    direct = world.server.direct_channel(world.team, mika.id)

    await world.done(await mika.dm("kumo"))
    await world.done(await mika.dm("help"))

    answer, help_ = world.server.posted(direct)
    assert "Kumo Robotics" in text_of(answer)
    assert phrase("help.heading", "en") in text_of(help_)
    assert answer.thread_ts is None


async def test_a_button_in_a_direct_message_leaves_the_answer_and_adds_another(world):
    mika = world.member()
    direct = world.server.direct_channel(world.team, mika.id)
    await world.done(await mika.dm("kumo"))

    await world.done(await mika.press(world.server.posted(direct)[0], "why"))

    answer, why = world.server.posted(direct)
    assert "Kumo Robotics" in text_of(answer)
    assert text_of(why).startswith("Why")


async def test_the_bot_is_silent_where_nobody_speaks_to_it(world):
    mika = world.member()
    direct = world.server.direct_channel(world.team, mika.id)
    mika.say(world.channel, "kumo")
    for subtype in ("message_changed", "channel_join", "bot_message"):
        message = Posted(channel=direct, ts="1.000001", user=mika.id, text="kumo")
        event = world.server.message_event(message) | {"subtype": subtype}
        await world.server.emit(world.team, event, "message.im").settled.wait()
    await mika.mention(world.channel, "")

    await world.idle()

    assert world.server.posted() == []
    assert mika.sees == []


async def test_what_the_bot_says_itself_is_no_question(world):
    mika = world.member()
    await world.done(await mika.dm("kumo"))
    await world.server.until(lambda: all(asked.settled.is_set() for asked in world.server.asked.values()))

    await world.idle()

    assert len(world.server.posted()) == 1
    assert len(world.server.asked) == 2


async def test_everybody_is_answered_in_their_language(world):
    await world.change(language="ja")
    people = {
        "en-GB": "/ai-news help",
        "ja-JP": "できること",
        "": "できること",
    }
    for locale, expected in people.items():
        member = world.member(locale=locale)

        asked = await world.done(await member.command(world.channel, "/ai-news", "help"))

        assert expected in asked.text, locale


async def test_people_are_asked_about_once_an_hour(world):
    mika = world.member()
    for _ in range(3):
        await world.done(await mika.command(world.channel, "/ai-news", "kumo"))

    assert [name for name, _ in world.server.calls].count("users.info") == 1

    world.clock.advance(hours=1)
    await world.done(await mika.command(world.channel, "/ai-news", "kumo"))

    assert [name for name, _ in world.server.calls].count("users.info") == 2


async def test_members_are_refused_what_moderators_may(world):
    group = world.server.usergroup(world.team, "editors", world.server.user(world.team, "Eri"))
    named = world.member("Nao")
    await world.change(moderators=(named.id, group.id))
    editor = world.member("Emi")
    group.users = (*group.users, editor.id)
    people = {
        world.member("Mika"): False,
        named: True,
        editor: True,
        world.member("Ada", is_admin=True): True,
        world.member("Olga", is_owner=True): True,
    }

    for member, may in people.items():
        asked = await world.done(await member.command(world.channel, "/ai-news-digest", "subscribe"))

        assert ("Only moderators" not in asked.text) is may, member.user.name


async def test_somebody_of_whom_slack_tells_nothing_is_a_member(world):
    admin = world.member(is_admin=True)
    world.server.scopes = ()
    next(token for token in world.server.tokens.values() if token.team is world.team).scopes = ("chat:write",)

    asked = await world.done(await admin.command(world.channel, "/ai-news-digest", "subscribe"))

    assert "Only moderators" in asked.text


async def test_a_private_answer_in_a_channel_without_the_bot_comes_by_the_response_url(world):
    mika = world.member()
    elsewhere = world.server.channel(world.team, "elsewhere", bot=False)

    asked = await world.done(await mika.command(elsewhere, "/ai-news", "kumo"))

    assert "Kumo Robotics" in asked.text
    assert asked.answers[0].channel is elsewhere


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_an_answer_whose_response_url_is_used_up_comes_directly(tmp_path, transport):
    async with slack_world(tmp_path, transport, "response_url: expired_url") as world:
        mika = world.member()
        elsewhere = world.server.channel(world.team, "elsewhere", bot=False)
        world.server.response_life_s = 0.0

        await world.done(await mika.command(elsewhere, "/ai-news", "kumo"))

        [answer] = world.server.posted(world.server.direct_channel(world.team, mika.id))
        assert "Kumo Robotics" in text_of(answer)


async def test_nobody_sees_a_stack_trace(world, caplog):
    mika = world.member()
    await world.break_store()

    asked = await mika.command(world.channel, "/ai-news", "kumo")
    await world.idle()

    assert "wait a moment" in asked.text
    assert "Traceback" not in json.dumps([message.blocks for message in world.server.messages])
    assert "could not be answered" in caplog.text


@pytest.mark.parametrize("fault", ["accept, reset", "accept, drop", "accept, 500", "accept, truncated"])
async def test_nothing_is_said_beside_an_answer_that_slack_may_have_taken(world, fault):
    mika = world.member()
    world.server.faults.add(fault, method=RESPONSES)

    asked = await world.done(await mika.command(world.channel, "/ai-news", "kumo"))

    assert [("Kumo Robotics" in text_of(one)) for one in mika.sees] == [True]
    assert asked.uses == 1


async def test_who_set_something_last_is_remembered_to_be_told_of_trouble(world):
    owner, mika = world.member(is_owner=True), world.member("Mika")
    await world.done(await owner.command(world.channel, "/ai-news-digest", "subscribe"))
    await world.done(await mika.command(world.channel, "/ai-news-digest", "show"))

    assert await world.engine.store.kept(MODERATORS, world.team.id) == owner.id
