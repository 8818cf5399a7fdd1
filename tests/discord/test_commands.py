import json
import re
import tomllib

import jsonschema
import pytest

from adapters.discord.answering.options import chosen_roles, focused, typed
from adapters.discord.showing.buttons import about, command_of, keep_command, pressed
from adapters.discord.showing.command_options import GROUP, SUBCOMMAND
from adapters.discord.showing.commands import CHAT_INPUT, MESSAGE, fingerprint, payload
from adapters.discord.showing.render import custom_id
from bot.commands import WISHES as KNOWN_WISHES
from bot.commands import (
    Ask,
    ChangeSubscription,
    Help,
    Newest,
    PauseSubscription,
    PostNow,
    PreviewDigest,
    RemoveSubscription,
    ResumeSubscription,
    ShowSubscription,
    Subscribe,
    parse,
)
from bot.message import Button, Buttons, Message, paragraph
from bot.model import LANGUAGES, WorkspaceId
from bot.moderating.commands import SETTINGS as KNOWN_SETTINGS
from bot.moderating.commands import AddStories, SetUp
from tests.command import REPOSITORY
from tests.messages import SHARED

STRING, INTEGER, BOOLEAN, CHANNEL, ROLE = 3, 4, 5, 7, 8
NAME = re.compile(r"[-_\w]{1,32}")


def everything(node):
    if isinstance(node, dict):
        yield node
        for value in node.values():
            yield from everything(value)
    elif isinstance(node, list):
        for value in node:
            yield from everything(value)


def named(nodes, name):
    return next(node for node in nodes if node["name"] == name)


def subcommands(name):
    return named(payload(), name)["options"]


NAMED = re.compile(r"/(ai-news[a-z-]*)((?: [a-z]+)*)")


def names_no_command(text):
    """Return the commands of moderators that a text names and Discord has not."""
    missing = []
    for name, words in NAMED.findall(text):
        known = subcommands(name) if name != "ai-news" else []
        for word in words.split():
            if not any(option["type"] in {SUBCOMMAND, GROUP} for option in known):
                break
            if word not in {option["name"] for option in known}:
                missing.append(f"/{name}{words}")
                break
            known = named(known, word).get("options", [])
    return missing


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_command_that_a_phrase_names_is_there(language):
    sections = tomllib.loads((REPOSITORY / f"bot/locales/{language}.toml").read_text("utf-8"))
    phrases = [str(phrase) for section in sections.values() for phrase in section.values()]

    assert any("/ai-news-mod topics alias" in text for text in phrases)
    assert [missing for text in phrases for missing in names_no_command(text)] == []


def chosen(name, *options, subcommand=None):
    """Return the data of an interaction in which these options were chosen."""
    given = [{"name": word, "type": kind, "value": value} for word, kind, value in options]
    if subcommand is not None:
        given = [{"name": subcommand, "type": SUBCOMMAND, "options": given}]
    return {"id": "1", "name": name, "type": CHAT_INPUT, "options": given}


def digest(subcommand, *options):
    return typed(chosen("ai-news-digest", *options, subcommand=subcommand))


# What Discord is told of.


def test_discord_takes_every_name_and_every_description_in_every_language():
    for node in everything(payload()):
        for language, name in node.get("name_localizations", {}).items():
            assert language in ("ja", "en-US", "en-GB")
            if "value" not in node and node.get("type") != MESSAGE:
                assert NAME.fullmatch(name), name
                assert name == name.lower()
        for text in node.get("description_localizations", {}).values():
            assert 1 <= len(text) <= 100, text
        assert 1 <= len(node.get("description", ".")) <= 100


def test_names_stand_once_on_every_level_in_every_language():
    for node in everything(payload()):
        options = node.get("options", [])
        assert len(options) <= 25
        for language in ("en-US", "ja"):
            names = [option.get("name_localizations", {}).get(language, option["name"]) for option in options]
            assert len(names) == len(set(names)), names


def test_the_whole_of_a_command_is_within_8000_characters():
    for command in payload():
        length = 0
        for node in everything(command):
            for word in ("name", "description"):
                texts = [node.get(word), *node.get(f"{word}_localizations", {}).values()]
                length += max(len(text) for text in texts if isinstance(text, str)) if word in node else 0
            length += len(node["value"]) if isinstance(node.get("value"), str) else 0
        assert length <= 8000, command["name"]


def test_every_command_and_option_is_told_in_japanese_too():
    described = [node for node in everything(payload()) if "description" in node]

    assert len(described) > 50
    for node in described:
        texts = node["description_localizations"]
        assert texts["ja"] != texts["en-US"] == texts["en-GB"] == node["description"]


def test_only_who_manages_the_server_is_offered_the_moderators_commands_and_only_in_servers():
    permissions = {one["name"]: one.get("default_member_permissions") for one in payload()}

    assert permissions == {
        "ai-news": None,
        "ai-news-digest": 32,
        "ai-news-mod": 32,
        "Add to AI news": 32,
    }
    assert all(one["contexts"] == [0] and one["integration_types"] == [0] for one in payload())


def test_the_message_command_has_a_japanese_name():
    command = named(payload(), "Add to AI news")

    assert command["type"] == MESSAGE
    assert command["name_localizations"]["ja"] == "AIニュースに追加"


def test_every_wish_and_every_setting_can_be_chosen():
    wishes = {option["name"] for option in named(subcommands("ai-news-digest"), "subscribe")["options"]}
    settings = {option["name"] for option in named(subcommands("ai-news-mod"), "setup")["options"]}

    assert KNOWN_WISHES.keys() <= wishes
    assert KNOWN_SETTINGS.keys() <= settings


def test_every_subcommand_of_the_digest_takes_a_channel_where_digests_can_go():
    for subcommand in subcommands("ai-news-digest"):
        channel = named(subcommand["options"], "channel")
        assert channel["channel_types"] == [0, 2, 5, 10, 11, 12, 13, 15]


def test_the_fingerprint_differs_where_any_description_does():
    changed = payload()
    changed[0]["description"] += "."

    assert fingerprint(payload()) == fingerprint(payload()) != fingerprint(changed)


def test_discords_own_description_takes_the_commands():
    file = SHARED / "specs/discord-openapi.json"
    if not file.exists():
        pytest.skip("Discord's OpenAPI description is not in a shared folder beside the repository")
    document = json.loads(file.read_text("utf-8"))
    operation = document["paths"]["/applications/{application_id}/commands"]["put"]
    schema = operation["requestBody"]["content"]["application/json"]["schema"]
    validator = jsonschema.Draft202012Validator(schema | {"components": document["components"]})

    assert [error.message for error in validator.iter_errors(payload())] == []


# What was chosen, as text.


@pytest.mark.parametrize(
    ("data", "command"),
    [
        (chosen("ai-news"), Newest()),
        (chosen("ai-news", ("query", STRING, "deepseek")), Ask(query="deepseek")),
        (chosen("ai-news", ("query", STRING, "help")), Help()),
        (
            chosen("ai-news", ("query", STRING, "deepseek r1"), ("depth", STRING, "high")),
            Ask(query="deepseek r1", depth="high"),
        ),
        (
            chosen("ai-news", ("query", STRING, "deepseek"), ("visible", BOOLEAN, True)),
            Ask(query="deepseek", visible=True),
        ),
        (
            chosen("ai-news", ("query", STRING, "deepseek"), ("visible", BOOLEAN, False)),
            Ask(query="deepseek"),
        ),
        (chosen("ai-news", ("depth", STRING, "high"), ("visible", BOOLEAN, True)), Newest()),
        (chosen("ai-news-digest", subcommand="subscribe"), Subscribe()),
        (chosen("ai-news-digest", subcommand="show"), ShowSubscription()),
        (chosen("ai-news-digest", subcommand="preview"), PreviewDigest()),
        (chosen("ai-news-digest", subcommand="pause"), PauseSubscription()),
        (chosen("ai-news-digest", subcommand="resume"), ResumeSubscription()),
        (chosen("ai-news-digest", subcommand="remove"), RemoveSubscription()),
        (chosen("ai-news-digest", subcommand="now"), PostNow()),
        (chosen("ai-news-mod", subcommand="add"), AddStories()),
        (chosen("ai-news-mod", subcommand="setup"), SetUp()),
    ],
)
def test_what_is_chosen_is_the_command_that_could_be_typed(data, command):
    assert parse(typed(data).text) == command


def test_every_kind_of_wish_becomes_what_it_says():
    command = digest(
        "change",
        ("times", STRING, "09:00, 18:00"),
        ("count", INTEGER, 8),
        ("publish", BOOLEAN, True),
        ("mention", ROLE, "77"),
        ("cron", STRING, "0 9 * * 1"),
    )

    assert parse(command.text) == ChangeSubscription(
        wishes={
            "times": "09:00, 18:00",
            "count": "8",
            "publish": "yes",
            "mention": "<@&77>",
            "cron": "0 9 * * 1",
        }
    )


def test_nobody_is_called_any_more_where_that_is_chosen():
    command = digest("change", ("no-mention", BOOLEAN, True))

    assert parse(command.text) == ChangeSubscription(wishes={"mention": "off"})


def test_a_no_that_is_not_meant_says_nothing():
    command = digest("change", ("no-mention", BOOLEAN, False), ("count", INTEGER, 3))

    assert parse(command.text) == ChangeSubscription(wishes={"count": "3"})


def test_settings_of_the_server_name_roles_people_and_a_channel():
    who = "<@&77> <@5>"
    data = chosen("ai-news-mod", ("moderators", STRING, who), ("desk", CHANNEL, "99"), subcommand="setup")

    assert parse(typed(data).text) == SetUp(wishes={"moderators": who, "desk": "<#99>"})
    assert typed(data).channel is None
    assert chosen_roles(data) == ["77"]


def test_the_channel_is_told_apart_from_the_wishes():
    command = digest("subscribe", ("channel", CHANNEL, "99"), ("count", INTEGER, 3))

    assert command.channel == "99"
    assert parse(command.text) == Subscribe(wishes={"count": "3"})


@pytest.mark.parametrize(
    "value",
    [
        'x" publish:"yes',
        "x” publish:“yes",
        "x」 publish:「yes",
        "x＂ publish:＂yes",
        "x｣ publish:｢yes",
        "x publish:yes",
        "x\npublish:yes",
        "x\u2028publish:yes",
        'x"" publish:yes',
    ],
)
def test_no_value_of_a_wish_can_be_read_as_another_wish(value):
    command = parse(digest("change", ("keywords", STRING, value)).text)

    assert isinstance(command, ChangeSubscription)
    assert command.wishes.keys() == {"keywords"}


@pytest.mark.parametrize(
    "query",
    ["deepseek visible:yes", "deepseek view:why depth:high", "visible:yes", "page:9", "a\u3000visible:yes"],
)
def test_no_query_can_be_read_as_an_option(query):
    command = parse(typed(chosen("ai-news", ("query", STRING, query))).text)

    assert isinstance(command, Ask)
    assert (command.depth, command.view, command.visible, command.page) == ("medium", "answer", False, 1)


def test_the_option_that_is_being_typed_is_found_in_a_subcommand():
    data = chosen("ai-news-digest", ("count", INTEGER, 3), ("zone", STRING, "tok"), subcommand="change")
    data["options"][0]["options"][1]["focused"] = True

    assert focused(data) == ("zone", "tok")


# Buttons.


def test_a_button_says_which_other_channel_it_is_about():
    buttons = Buttons((Button("Pause", "/ai-news-digest pause"), Button("Other", "/ai-news", channel="7")))
    message = about(Message((paragraph("Hello"), buttons), "en"), "99")

    ids = [custom_id(button) for button in message.blocks[1].buttons]
    assert [pressed(id_) for id_ in ids] == [("/ai-news-digest pause", "99"), ("/ai-news", "7")]


async def test_the_command_of_a_long_button_is_found_after_a_restart(store):
    command = "/ai-news " + "long question " * 30
    button = Button("More", command, channel="99")
    await keep_command(store, button, WorkspaceId("1"))

    assert len(custom_id(button)) <= 100
    assert await command_of(store, custom_id(button), WorkspaceId("1")) == (command, "99")


async def test_a_short_button_needs_no_store_and_a_forgotten_one_is_nothing(store):
    await keep_command(store, Button("Help", "/ai-news help"), WorkspaceId("1"))

    assert await store.shelf("buttons") == {}
    assert await command_of(store, "/ai-news help", WorkspaceId("1")) == ("/ai-news help", None)
    assert await command_of(store, "/ai-news lo…#" + "0" * 32, WorkspaceId("1")) is None
