"""Where the bot is not nothing is promised, and who is of elsewhere sees nothing that is not theirs."""

import pytest

from adapters.slack.answering.people import read_person
from adapters.slack.scopes import SCOPES
from bot.model import StoryId, WorkspaceId
from tests.factories import make_story, make_telling
from tests.fakes.slack.reading import text_of
from tests.slack.app import TRANSPORTS, slack_world


@pytest.fixture(params=TRANSPORTS)
async def world(request, tmp_path):
    async with slack_world(tmp_path, request.param) as world:
        yield world


async def subscriptions(world):
    return await world.engine.store.subscriptions(None, 10)


@pytest.mark.parametrize("text", ["subscribe times:09:00", ""])
async def test_nothing_is_promised_to_a_channel_that_the_bot_cannot_see(world, text):
    owner = world.member(is_owner=True)
    place = world.server.channel(world.team, "board", private=True, bot=False)

    asked = await world.done(await owner.command(place, "/ai-news-digest", text))

    told = text_of(owner.modal) if owner.modal else asked.text
    assert "/invite" in told
    assert await subscriptions(world) == []

    world.server.invite_bot(place)
    await world.done(await owner.command(place, "/ai-news-digest", "subscribe"))
    assert len(await subscriptions(world)) == 1


async def test_nothing_is_promised_to_people_among_whom_the_bot_is_not(world):
    """With the scopes of the manifest; without `mpim:read` Slack would not tell."""
    world.server.tokens[world.team.bot_token].scopes = tuple(SCOPES)
    owner = world.member(is_owner=True)
    place = world.server.group_message(world.team, owner.user)
    place.members.discard(world.team.bot.id)

    asked = await world.done(await owner.command(place, "/ai-news-digest", "subscribe"))

    assert "/invite" in asked.text
    assert await subscriptions(world) == []


async def test_an_answer_is_not_called_shared_where_it_cannot_be(world):
    mika = world.member()
    place = world.server.channel(world.team, "board", private=True, bot=False)
    asked = await world.done(await mika.command(place, "/ai-news", "kumo"))

    asked = await world.done(await mika.press(asked.answers[0], "share"))

    assert "/invite" in asked.text


async def test_an_answer_in_a_window_is_not_called_shared_with_a_channel(world):
    mika = world.member()
    await world.done(await mika.shortcut("ask"))
    await world.done(await mika.submit(mika.modal, {"field-query": "kumo"}))

    await world.done(await mika.press(mika.modal, "share"))

    assert "belongs to no channel" in text_of(mika.modal)
    assert world.server.messages == []


async def test_somebody_of_another_workspace_sees_no_story_of_this_one(world):
    """They are in a channel that is shared with theirs (Slack Connect)."""
    telling = make_telling(title="Kumo plans in secret", summary="A secret.", body="A secret plan.")
    secret = make_story(id=StoryId("secret"), workspace=WorkspaceId(world.team.id), tellings=(telling,))
    await world.engine.save([secret], "tests", "")
    stranger = world.server.member(world.server.team("Other"), "Stranger")
    world.channel.members.add(stranger.id)

    for user in (stranger, world.member("Mika")):
        said = user.say(world.channel, f"<@{world.team.bot.id}> kumo")
        event = {
            "type": "app_mention", "user": user.id, "text": said.text, "ts": said.ts,
            "channel": world.channel.id, "team": user.user.team.id, "user_team": user.user.team.id,
        }  # fmt: skip
        asked = world.server.emit(world.team, event, "app_mention", user=user.user, channel=world.channel)
        await asked.settled.wait()
        await world.idle()

    to_stranger, to_member = (text_of(message) for message in world.server.posted(world.channel))
    assert "cheap arm" in to_stranger
    assert "in secret" not in to_stranger
    assert "in secret" in to_member


@pytest.mark.parametrize(
    ("of", "is_foreign"),
    [
        ({}, False),
        ({"team_id": "T1"}, False),
        ({"team_id": "T2"}, True),
        ({"team_id": "T2", "enterprise_user": {"teams": ["T2", "T1"]}}, False),
        ({"team_id": "T2", "enterprise_user": {"teams": ["T2", "T3"]}}, True),
        ({"team_id": "T2", "enterprise_user": None}, True),
    ],
)
def test_who_is_of_the_same_organisation_is_no_stranger(of, is_foreign):
    assert read_person(of, "T1").is_foreign == is_foreign
