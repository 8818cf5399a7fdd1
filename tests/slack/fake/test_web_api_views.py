"""Slack's own client against the pretend Slack's views, and what its own description says of answers."""

import pytest

from tests.fakes.slack.payloads import command_asked
from tests.fakes.slack.spec import PATH, answer_problems, description
from tests.slack.doors import SECTION, many, plain, refused

DESCRIBED = pytest.mark.skipif(
    not description(), reason=f"Slack's description of its Web API is not at {PATH}"
)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        pytest.param({"title": plain(25)}, "invalid_arguments", id="title of 25"),
        pytest.param({"title": plain(24)}, None, id="title of 24"),
        pytest.param({"submit": plain(25)}, "invalid_arguments", id="submit of 25"),
        pytest.param({"private_metadata": "x" * 3001}, "invalid_arguments", id="metadata of 3001"),
        pytest.param({"callback_id": "x" * 256}, "invalid_arguments", id="callback of 256"),
        pytest.param({"blocks": many(100)}, None, id="100 blocks"),
        pytest.param({"blocks": many(101)}, "invalid_arguments", id="101 blocks"),
        pytest.param(
            {"blocks": many(90, {"type": "section", "text": plain(2900)})}, "view_too_large", id="big"
        ),
        pytest.param({"type": "home"}, "invalid_arguments", id="another type"),
        pytest.param({"surprise": 1}, "invalid_arguments", id="unknown field"),
    ],
)
async def test_views_are_held_to_their_limits(server, client, team, channel, change, error):
    mika = server.member(team, "Mika")
    asked = server.tell(command_asked(server, mika.user, channel, "/ai-news", ""))
    view = {"type": "modal", "title": plain(5), "submit": plain(4), "blocks": [SECTION], **change}
    call = client.views_open(trigger_id=asked.trigger_id, view=view)

    if error is None:
        await call
        assert mika.modal is asked.views[0]
        assert server.violations == []
    else:
        assert (await refused(call))["error"] == error
        assert mika.modal is None
        assert server.violations


@DESCRIBED
async def test_answers_are_those_of_slacks_own_description(server, client, team, channel):
    mika = server.member(team, "Mika")
    group = server.usergroup(team, "editors", mika.user)
    channel.members.add(mika.id)
    post = {"channel": channel.id, "text": "one", "blocks": [SECTION]}
    metadata = {"event_type": "ai_news", "event_payload": {}}
    posted = await client.chat_postMessage(**post, metadata=metadata)
    ts = posted["ts"]

    answers = {
        "chat.postMessage": posted,
        "chat.postEphemeral": await client.chat_postEphemeral(**post, user=mika.id),
        "chat.getPermalink": await client.chat_getPermalink(channel=channel.id, message_ts=ts),
        "conversations.info": await client.conversations_info(channel=channel.id),
        "conversations.list": await client.conversations_list(),
        "conversations.history": await client.conversations_history(channel=channel.id),
        "conversations.replies": await client.conversations_replies(channel=channel.id, ts=ts),
        "conversations.join": await client.conversations_join(channel=channel.id),
        "conversations.open": await client.conversations_open(users=mika.id),
        "conversations.members": await client.conversations_members(channel=channel.id),
        "users.info": await client.users_info(user=mika.id, include_locale=True),
        "users.list": await client.users_list(),
        "usergroups.list": await client.usergroups_list(include_users=True),
        "usergroups.users.list": await client.usergroups_users_list(usergroup=group.id),
        "team.info": await client.team_info(),
        "views.publish": await client.views_publish(
            user_id=mika.id, view={"type": "home", "blocks": [SECTION]}
        ),
        "chat.update": await client.chat_update(channel=channel.id, text="two", ts=ts),
        "chat.delete": await client.chat_delete(channel=channel.id, ts=ts),
        "auth.test": await client.auth_test(),
        "auth.revoke": await client.auth_revoke(test=True),
    }

    assert [
        problem for name, answer in answers.items() for problem in answer_problems(name, answer.data)
    ] == []
    assert server.violations == []


@DESCRIBED
async def test_what_no_correct_client_sends_is_written_down(server, client, channel):
    await client.api_call("chat.postMessage", json={"channel": channel.id, "text": "hi", "colour": "red"})
    await refused(client.api_call("conversations.info", json={"channel": channel.id}))
    await refused(client.api_call("chat.shout", json={"channel": channel.id}))

    written = " ".join(server.violations)
    assert "there is no argument colour" in written
    assert "conversations.info: reads no JSON body" in written
    assert "chat.shout" in written


async def test_slack_can_be_down_for_as_long_as_a_test_likes(server, client, channel):
    server.faults.always = "503"
    for _ in range(3):
        assert (await refused(client.chat_postMessage(channel=channel.id, text="one"))).status_code == 503

    server.faults.always = ""
    await client.chat_postMessage(channel=channel.id, text="two")
    assert [message.text for message in server.posted()] == ["two"]
