"""Workspaces take the bot in and put it out, are told what to do next, and set what is theirs."""

import asyncio
import re
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.commands import parse
from bot.engine import Engine
from bot.errors import UserError
from bot.index import PostingsIndex
from bot.language import Names
from bot.message import Buttons, Paragraph, plain_text
from bot.model import LANGUAGES, Posted, WorkspaceId
from bot.moderating.commands import SETTINGS, SetUp
from bot.phrases import phrase, phrase_error
from bot.setup import MAX_MODERATORS, with_settings
from bot.workspaces import role_of
from tests.factories import (
    NOW,
    make_actor,
    make_change,
    make_channel,
    make_interaction,
    make_story,
    make_subscription,
    make_workspace,
)

HOME = WorkspaceId("home")
HALL = make_channel(id="hall")


class Clock:
    def __init__(self):
        self.now = NOW

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def engine(store, clock):
    return Engine(store, PostingsIndex(), Names([]), clock)


async def told(engine):
    """Return what the workspace is owed, in the order it is posted in."""
    deliveries = await engine.store.deliveries(HOME, 100)
    return [plain_text(delivery.message) for delivery in reversed(deliveries)]


# The first day and the last


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_new_workspace_is_told_what_to_do_next_in_its_language(engine, language):
    assert await engine.workspaces.joined(make_workspace(language=language), HALL)

    (delivery,) = await engine.store.claim_deliveries("local", NOW, 60, "one", 10, 10)
    text = plain_text(delivery.message)
    assert (delivery.kind, delivery.channel, delivery.message.language) == ("notice", HALL, language)
    assert phrase("welcome.heading_new", language) in text
    for command in ("/ai-news-digest subscribe", "/ai-news deepseek", "/ai-news help", "/ai-news-mod setup"):
        assert command in text
    (buttons,) = [block for block in delivery.message.blocks if isinstance(block, Buttons)]
    assert [parse(button.command) for button in buttons.buttons]


async def test_a_joining_that_is_told_of_again_and_again_is_welcomed_once(engine, clock):
    await asyncio.gather(*(engine.workspaces.joined(make_workspace(), HALL) for _ in range(4)))
    clock.now += timedelta(hours=1)

    assert not await engine.workspaces.joined(make_workspace(joined_at=clock.now), HALL)

    assert len(await told(engine)) == 1


async def test_where_there_is_no_place_for_a_welcome_none_is_owed(engine):
    assert await engine.workspaces.joined(make_workspace(), None)

    assert await told(engine) == []


async def test_one_that_comes_back_finds_all_as_it_was_and_is_told_how_to_resume(engine, clock):
    await engine.workspaces.joined(make_workspace(), HALL)
    await engine.reply("/ai-news-mod setup language:ja desk:7", manager())
    await engine.store.add_subscription(make_subscription())
    assert await engine.workspaces.left("local", HOME)
    assert not await engine.workspaces.left("local", HOME)
    stopped = await engine.store.subscription(make_channel())
    assert (stopped.state, stopped.trouble) == ("paused", "the workspace has signed the bot out")

    clock.now += timedelta(days=1)
    assert await engine.workspaces.joined(make_workspace(joined_at=clock.now), HALL)

    back = await engine.workspaces.known("local", HOME)
    assert (back.language, back.desk, back.left_at) == ("ja", "7", None)
    welcome = (await told(engine))[-1]
    assert phrase("welcome.heading_back", "ja") in welcome
    assert "/ai-news-digest resume" in welcome
    resumed = await engine.reply("/ai-news-digest resume", manager())
    assert "goes on" in plain_text(resumed)


async def test_a_name_that_no_database_takes_is_kept_as_far_as_it_can_be_shown(engine):
    await engine.workspaces.joined(make_workspace(name="A\0b\ud800"), HALL)

    assert (await engine.workspaces.known("local", HOME)).name == "Ab\ufffd"


async def test_what_left_long_ago_is_purged_and_nothing_else(engine, clock):
    for number in range(3):
        workspace = make_workspace(id=WorkspaceId(f"w{number}"))
        await engine.workspaces.joined(workspace, None)
        await engine.store.save_stories([make_change(make_story(id=f"s{number}", workspace=workspace.id))])
    await engine.workspaces.left("local", WorkspaceId("w0"))
    clock.now += timedelta(days=20)
    await engine.workspaces.left("local", WorkspaceId("w1"))
    clock.now += timedelta(days=11)

    assert await engine.workspaces.purge(timedelta(days=30)) == 1
    assert await engine.workspaces.purge(timedelta(days=30)) == 0

    assert await engine.workspaces.known("local", WorkspaceId("w0")) is None
    assert list(await engine.store.stored_stories(["s0", "s1", "s2"])) == ["s1", "s2"]


async def test_more_than_one_batch_is_purged_at_once(engine, clock):
    for number in range(60):
        await engine.workspaces.joined(make_workspace(id=WorkspaceId(f"w{number}")), None)
        await engine.workspaces.left("local", WorkspaceId(f"w{number}"))
    clock.now += timedelta(days=1)

    done = await asyncio.gather(*(engine.workspaces.purge(timedelta(hours=1)) for _ in range(2)))

    assert sum(done) == 60


# Roles


@pytest.mark.parametrize(
    ("ids", "manages", "role"),
    [
        (["7"], True, "manager"),
        (["7", "42"], False, "moderator"),
        (["U1"], False, "moderator"),
        (["7"], False, "member"),
        ([], False, "member"),
    ],
)
def test_who_is_named_moderates_and_who_manages_does_too(ids, manages, role):
    assert role_of(make_workspace(moderators=("42", "U1")), iter(ids), manages=manages) == role


def test_in_a_workspace_that_is_not_known_only_managers_have_a_say():
    assert role_of(None, ["7"], manages=False) == "member"
    assert role_of(None, ["7"], manages=True) == "manager"


# Settings


def manager(role="manager", language="en", **over):
    return make_interaction(actor=make_actor(role=role, language=language), time_zone="Asia/Tokyo", **over)


async def set_up(engine, words="", role="manager", language="en"):
    return plain_text(await engine.reply(f"/ai-news-mod setup {words}", manager(role, language)))


def settings_from(words):
    return with_settings(make_workspace(), parse(f"/ai-news-mod setup {words}").wishes)


@pytest.mark.parametrize(
    ("words", "field", "value"),
    [
        ("moderators:<@&1>", "moderators", ("1",)),
        ("moderators:<@1>,<@!2> <@&3>、<!subteam^S4>", "moderators", ("1", "2", "3", "S4")),
        ("moderators: <@U1|mika>, <!subteam^S1|@editors>", "moderators", ("U1", "S1")),
        ("moderators:U1,U1,42", "moderators", ("U1", "42")),
        ("moderators:off", "moderators", ()),
        ("desk:<#7>", "desk", "7"),
        ("desk:<#C1|news desk>", "desk", "C1"),
        ("desk:C1", "desk", "C1"),
        ("desk:#news-ja", "desk", "news-ja"),
        ("desk:OFF", "desk", ""),
        ("language:ja", "language", "ja"),
        ("language:英語", "language", "en"),
        ("zone:new york", "time_zone", "America/New_York"),
        ("zone:ａｓｉａ/tokyo desk:7", "time_zone", "Asia/Tokyo"),
        ("publishers:managers", "publishers", "managers"),
        ("publishers:なし", "publishers", "nobody"),
        ("suggestions:YES", "suggestions", True),
        ("suggestions:yes suggestions:いいえ", "suggestions", False),
        ("replies:はい", "replies", True),
    ],
)
def test_settings_are_read_as_platforms_write_them(words, field, value):
    assert getattr(settings_from(words), field) == value


@pytest.mark.parametrize(
    ("words", "key"),
    [
        ("moderators:<#7>", "moderators_unreadable"),
        ("moderators:@everyone", "moderators_unreadable"),
        ("moderators:<@1><@2>", "moderators_unreadable"),
        ("moderators:<!channel>", "moderators_unreadable"),
        ("moderators:管理者", "moderators_unreadable"),
        ("moderators:" + ",".join(map(str, range(MAX_MODERATORS + 1))), "list_too_long"),
        ("desk:<@7>", "desk_unreadable"),
        ("desk:1,2", "desk_unreadable"),
        ("desk:" + "7" * 65, "desk_unreadable"),
        ("language:both", "bad_option"),
        ("zone:Atlantis", "zone_unknown"),
        ("publishers:members", "bad_option"),
        ("suggestions:perhaps", "bad_option"),
        ("replies:", "bad_option"),
        ("times:09:00", "unknown_wish"),
        ("language", "unknown_wish"),
        ("language:" + "a" * 2_000, "wishes_too_long"),
    ],
)
def test_settings_that_cannot_be_read_say_what_to_type(words, key):
    with pytest.raises(UserError) as caught:
        settings_from(words)

    assert caught.value.key == key
    for language in LANGUAGES:
        assert phrase_error(caught.value, language)


def test_as_many_moderators_as_may_be_are_taken():
    ids = tuple(map(str, range(MAX_MODERATORS)))

    assert settings_from("moderators:" + ",".join(ids)).moderators == ids


@pytest.mark.parametrize(("name", "value"), SETTINGS.items())
def test_every_setting_has_an_example_that_works(name, value):
    assert settings_from(f"{name}:{value}") != make_workspace()


@given(st.text(max_size=200), st.sampled_from(list(SETTINGS)))
def test_any_text_is_settings_or_says_what_is_wrong(text, name):
    for words in (text, f"{name}:{text}", f'{name}:"{text}"'):
        said = None
        try:
            changed = settings_from(words)
        except UserError as error:
            said = phrase_error(error, "ja")
            changed = make_workspace()
        assert said is None or said
        assert len(changed.moderators) <= MAX_MODERATORS
        assert re.fullmatch(r"[\w.:-]{0,64}", changed.desk, re.ASCII)


async def test_without_options_the_settings_are_shown(engine):
    await engine.workspaces.joined(make_workspace(moderators=("42", "U1"), desk="7", language="ja"), None)

    message = await engine.reply("/ai-news-mod setup", manager("moderator"))

    for sentence in (
        "Moderators, beside those who manage this workspace: 42, U1.",
        "What moderators should know is told in #7.",
        "Notices are in Japanese.",
        "New subscriptions are in the time zone UTC.",
        "What moderators add goes in at once.",
        "Members may not suggest articles.",
        "only moderators are told.",
    ):
        assert sentence in plain_text(message)
    runs = [run for block in message.blocks if isinstance(block, Paragraph) for run in block.runs]
    assert [run.channel for run in runs if run.channel] == ["7"]
    assert "日本語" in await set_up(engine, language="ja")


async def test_what_is_named_changes_and_the_rest_stays(engine):
    await engine.workspaces.joined(make_workspace(moderators=("42",), desk="7"), None)

    said = await set_up(engine, "language:ja zone:tokyo")

    assert said.startswith("Changed.")
    workspace = await engine.workspaces.known("local", HOME)
    assert workspace == make_workspace(moderators=("42",), desk="7", language="ja", time_zone="Asia/Tokyo")
    await set_up(engine, "moderators:off desk:off", role="operator")
    workspace = await engine.workspaces.known("local", HOME)
    assert (workspace.moderators, workspace.desk, workspace.language) == ((), "", "ja")


async def test_moderators_see_the_settings_and_only_managers_change_them(engine):
    await engine.workspaces.joined(make_workspace(), None)

    assert "Notices are in English." in await set_up(engine, role="moderator")
    assert await set_up(engine, "language:ja", role="moderator") == phrase("error.managers_only", "en")
    for words in ("", "language:ja"):
        assert await set_up(engine, words, role="member") == phrase("error.moderators_only", "en")
    assert (await engine.workspaces.known("local", HOME)).language == "en"


async def test_a_workspace_that_never_told_of_itself_can_be_set_up_too(engine):
    assert "New subscriptions are in the time zone Asia/Tokyo." in await set_up(engine)
    assert await engine.workspaces.known("local", HOME) is None

    await set_up(engine, "desk:7")

    known = await engine.workspaces.known("local", HOME)
    assert (known.desk, known.time_zone, known.language) == ("7", "Asia/Tokyo", "en")


async def test_nothing_that_is_wrong_is_half_done(engine):
    await engine.workspaces.joined(make_workspace(), None)

    assert "no time zone" in await set_up(engine, "language:ja zone:Atlantis")

    assert await engine.workspaces.known("local", HOME) == make_workspace()


async def test_of_settings_made_at_once_none_is_lost_silently(engine):
    await engine.workspaces.joined(make_workspace(), None)
    wishes = [f"desk:{number}" for number in range(6)]

    said = await asyncio.gather(*(set_up(engine, words) for words in wishes))

    refused = phrase("error.settings_changed_meanwhile", "en")
    done = [number for number, text in enumerate(said) if text.startswith("Changed.")]
    assert done
    assert {text for number, text in enumerate(said) if number not in done} <= {refused}
    assert (await engine.workspaces.known("local", HOME)).desk in map(str, done)


async def test_one_that_has_left_is_not_set_up(engine):
    await engine.workspaces.joined(make_workspace(), None)
    await engine.workspaces.left("local", HOME)

    assert await set_up(engine, "language:ja") == phrase("error.settings_changed_meanwhile", "en")


async def test_a_welcome_is_posted_as_any_delivery_is(engine):
    await engine.workspaces.joined(make_workspace(), HALL)
    (delivery,) = await engine.store.claim_deliveries("local", NOW, 60, "one", 10, 10)

    assert len(delivery.key) <= 25
    assert await engine.store.settle(delivery, Posted(message_id="m"), NOW)


def test_setup_is_a_command_of_moderation():
    assert parse("/ai-news-mod SETUP") == SetUp()
    assert parse("／ai-news-mod setup desk:<#C1|a b> language:ja") == SetUp(
        wishes={"desk": "<#C1|a b>", "language": "ja"}
    )
