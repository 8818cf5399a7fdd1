"""The pretend Discord's rules for commands and for the answers to interactions."""

import asyncio

import pytest

from tests.fakes.discord.caller import calling, text, v2
from tests.fakes.discord.permissions import Permission


@pytest.fixture
async def call():
    """Return what asks a server with one guild and a channel."""
    async with calling() as caller:
        yield caller


COMMAND = {"name": "ai-news", "description": "Look up"}


def option(**over):
    return {"type": 3, "name": "query", "description": "What"} | over


BAD_COMMANDS = {
    "upper case": COMMAND | {"name": "AI-News"},
    "a space": COMMAND | {"name": "ai news"},
    "33 characters": COMMAND | {"name": "x" * 33},
    "no description": COMMAND | {"description": ""},
    "101 of description": COMMAND | {"description": "x" * 101},
    "26 options": COMMAND | {"options": [option(name=f"o{number}") for number in range(26)]},
    "26 choices": COMMAND
    | {"options": [option(choices=[{"name": str(n), "value": str(n)} for n in range(26)])]},
    "required after optional": COMMAND | {"options": [option(), option(name="b", required=True)]},
    "an option twice": COMMAND | {"options": [option(), option()]},
    "choices that complete": COMMAND
    | {"options": [option(autocomplete=True, choices=[{"name": "a", "value": "a"}])]},
    "an unknown locale": COMMAND | {"name_localizations": {"jp": "ニュース"}},
    "a localised name with a space": COMMAND | {"name_localizations": {"ja": "AI ニュース"}},
    "a described context menu": {"type": 3, "name": "Add", "description": "x"},
    "subcommands beside options": COMMAND | {"options": [option(), option(type=1, name="add")]},
}


@pytest.mark.parametrize("command", BAD_COMMANDS.values(), ids=BAD_COMMANDS.keys())
async def test_a_command_beyond_the_rules_is_refused(call, command):
    status, error = await call("PUT", f"/applications/{call.server.bot.id}/commands", [command])

    assert (status, error["code"]) == (400, 50035)
    assert call.server.commands.syncs == 0


async def test_commands_are_created_once_and_two_hundred_times_a_day(call):
    path = f"/applications/{call.server.bot.id}/commands"
    japanese = COMMAND | {"name_localizations": {"ja": "aiニュース"}, "default_member_permissions": "32"}

    first = await call("PUT", path, [japanese, {"type": 3, "name": "Add to AI news"}])
    second = await call("PUT", path, [japanese])
    twice = await call("PUT", path, [COMMAND, COMMAND])
    call.server.commands.creates = 200
    too_many = await call("POST", path, COMMAND | {"name": "other"})

    assert first[0] == second[0] == 200
    assert first[1][0]["id"] == second[1][0]["id"]
    assert twice[1]["code"] == 50035
    assert (too_many[0], too_many[1]["code"]) == (400, 30034)
    assert call.server.commands.syncs == 2
    assert not call.guild.member("alice").sees(call.channel, "ai-news")
    assert call.guild.member("bob", permissions=Permission.MANAGE_GUILD).sees(call.channel, "aiニュース")


async def test_an_interaction_is_answered_once_and_in_time(call):
    first, late = await call.begun(), await call.begun()
    answer = {"type": 4, "data": {"content": "here"}}

    once = await call("POST", f"/interactions/{first.id}/{first.token}/callback", answer)
    twice = await call("POST", f"/interactions/{first.id}/{first.token}/callback", answer)
    forged = await call("POST", f"/interactions/{first.id}/other/callback", answer)
    update = await call("POST", f"/interactions/{late.id}/{late.token}/callback", {"type": 7, "data": {}})
    call.server.advance(call.server.interactions.to_answer_s + 0.1)
    too_late = await call("POST", f"/interactions/{late.id}/{late.token}/callback", answer)

    assert once[0] == 204
    assert [error[1]["code"] for error in (twice, forged, update, too_late)] == [40060, 10062, 50035, 10062]
    assert call.channel.texts == ["here"]


async def test_a_token_serves_fifteen_minutes(call):
    interaction = await call.begun()
    hook = f"/webhooks/{call.server.bot.id}/{interaction.token}"
    early = await call("PATCH", f"{hook}/messages/@original", {"content": "x"})
    await call("POST", f"/interactions/{interaction.id}/{interaction.token}/callback", {"type": 5})

    loading = await call("GET", f"{hook}/messages/@original")
    filled = await call("PATCH", f"{hook}/messages/@original", v2(text("here")))
    followed = await call("POST", hook, {"content": "more", "flags": 64})
    call.server.advance(901)
    late = await call("PATCH", f"{hook}/messages/@original", {"components": [text("x")]})

    assert early[1]["code"] == 10015
    assert loading[1]["flags"] & 1 << 7
    assert filled[0] == followed[0] == 200
    assert (late[0], late[1]["code"]) == (401, 50027)
    assert interaction.text == "here"
    assert call.channel.texts == ["here"]
    assert [message.text for message in interaction.followups] == ["more"]


async def test_a_modal_beyond_its_limits_is_refused(call):
    interaction = await call.begun()
    path = f"/interactions/{interaction.id}/{interaction.token}/callback"
    field = {"type": 18, "label": "Title", "component": {"type": 4, "custom_id": "title", "style": 1}}

    def modal(*fields, title="A story"):
        return {"type": 9, "data": {"custom_id": "m", "title": title, "components": list(fields)}}

    six = [{**field, "component": {**field["component"], "custom_id": str(number)}} for number in range(6)]
    bad = [modal(*six), modal(field, title="x" * 46), modal(field | {"label": "x" * 46}), modal(field, field)]

    assert [(await call("POST", path, one))[1]["code"] for one in bad] == [50035] * 4
    assert (await call("POST", path, modal(field)))[0] == 204
    assert interaction.modal["title"] == "A story"


async def test_a_choice_that_completes_is_short_and_one_of_25(call):
    path = f"/applications/{call.server.bot.id}/commands"
    completed = option(autocomplete=True)
    await call("PUT", path, [COMMAND | {"options": [completed]}])
    alice = call.guild.member("alice")
    typing = asyncio.create_task(alice.autocomplete(call.channel, "ai-news", "query", "dee"))
    await asyncio.sleep(0)
    begun = call.server.interactions.all[-1]
    answer_path = f"/interactions/{begun.id}/{begun.token}/callback"

    def choices(*names):
        return {"type": 8, "data": {"choices": [{"name": name, "value": name} for name in names]}}

    refused = [
        choices(*map(str, range(26))),
        choices("x" * 101),
        choices(""),
        {"type": 4, "data": {"content": "x"}},
    ]
    codes = [(await call("POST", answer_path, one))[1]["code"] for one in refused]
    taken = await call("POST", answer_path, choices(*map(str, range(25))))

    assert codes == [50035] * 4
    assert taken[0] == 204
    assert await typing == [(str(number), str(number)) for number in range(25)]


async def test_what_an_option_names_is_told_with_what_may_be_done_there(call):
    kinds = {"place": 7, "role": 8, "who": 6}
    options = [option(name=name, type=kind) for name, kind in kinds.items()]
    await call("PUT", f"/applications/{call.server.bot.id}/commands", [COMMAND | {"options": options}])
    desk, role, alice = call.guild.text("desk"), call.guild.role("moderators"), call.guild.member("alice")
    desk.allow(call.guild.bot.roles[0], deny=Permission.SEND_MESSAGES)

    begun = alice.begin_command(call.channel, "ai-news", place=desk, role=role, who=alice).payload()

    resolved = begun["data"]["resolved"]
    told = resolved["channels"][str(desk.id)]
    assert int(told["permissions"]) & Permission.SEND_MESSAGES
    assert not int(told["app_permissions"]) & Permission.SEND_MESSAGES
    assert int(begun["app_permissions"]) & Permission.SEND_MESSAGES
    assert resolved["roles"][str(role.id)]["name"] == "moderators"
    assert resolved["users"].keys() == resolved["members"].keys() == {str(alice.user.id)}
    assert (begun["locale"], begun["guild_locale"], begun["context"]) == ("en-US", "en-US", 0)
