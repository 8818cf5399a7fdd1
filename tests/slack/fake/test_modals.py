"""Modals in the pretend Slack, opened by Slack's own libraries: filled in, refused, piled up and closed."""

import pytest

from tests.fakes.slack.reading import text_of
from tests.slack.doors import DOORS, SECTION, at_http, connected, refused

MODAL = {
    "type": "modal",
    "callback_id": "settings",
    "title": {"type": "plain_text", "text": "Settings"},
    "submit": {"type": "plain_text", "text": "Save"},
    "private_metadata": "C1",
    "blocks": [
        {
            "type": "input",
            "block_id": "name",
            "label": {"type": "plain_text", "text": "Name"},
            "element": {"type": "plain_text_input", "action_id": "value"},
        },
        {
            "type": "input",
            "block_id": "topics",
            "optional": True,
            "label": {"type": "plain_text", "text": "Topics"},
            "element": {"type": "multi_external_select", "action_id": "topics", "min_query_length": 1},
        },
    ],
}
LANGUAGES = [
    {"text": {"type": "plain_text", "text": name}, "value": value}
    for name, value in (("English", "en"), ("日本語", "ja"))
]
CHOICE = {
    "type": "section",
    "block_id": "language",
    "text": {"type": "plain_text", "text": "Language"},
    "accessory": {"type": "static_select", "action_id": "language", "options": LANGUAGES},
}


def titled(title, **facts):
    return {**MODAL, "title": {"type": "plain_text", "text": title}, **facts}


@DOORS
async def test_a_modal_is_opened_filled_in_and_refused_or_taken(server, app, team, channel, door):
    saved = []

    @app.command("/ai-news-digest")
    async def open_modal(ack, client, command):
        await ack()
        await client.views_open(trigger_id=command["trigger_id"], view=MODAL)

    @app.options("topics")
    async def suggest(ack, payload):
        names = [name for name in ("DeepSeek", "Debian") if name.lower().startswith(payload["value"])]
        await ack(
            options=[{"text": {"type": "plain_text", "text": name}, "value": name.lower()} for name in names]
        )

    @app.view("settings")
    async def save(ack, view):
        values = view["state"]["values"]
        if values["name"]["value"]["value"] == "bad":
            await ack(response_action="errors", errors={"name": "not this"})
            return
        saved.append([option["value"] for option in values["topics"]["topics"]["selected_options"]])
        await ack()

    mika = server.member(team, "Mika")
    async with door(server, app):
        asked = await mika.command(channel, "/ai-news-digest")
        view = await server.until(lambda: mika.modal)
        assert asked.views == [view]
        with pytest.raises(AssertionError, match="must be filled in"):
            await mika.submit(view)
        options = await mika.suggest(view, "Topics", "de")
        assert [option["value"] for option in options] == ["deepseek", "debian"]
        with pytest.raises(AssertionError, match="not among"):
            await mika.submit(view, {"Name": "good", "Topics": ["OpenAI"]})
        refusal = await mika.submit(view, {"Name": "bad", "Topics": ["DeepSeek"]})
        assert refusal.errors == {"name": "not this"}
        assert mika.modal is view
        await mika.submit(view, {"Name": "good"})

    assert saved == [["deepseek"]]
    assert mika.modal is None
    assert server.violations == []


async def test_a_trigger_opens_one_modal_within_three_seconds(server, app, client, team, channel):
    @app.command("/ai-news-digest")
    async def answer(ack):
        await ack()

    mika = server.member(team, "Mika")
    async with at_http(server, app):
        first = await mika.command(channel, "/ai-news-digest")
        late = await mika.command(channel, "/ai-news-digest")
    opened = await client.views_open(trigger_id=first.trigger_id, view=MODAL)
    view_id, seen = opened["view"]["id"], opened["view"]["hash"]

    again = await refused(client.views_open(trigger_id=first.trigger_id, view=MODAL))
    assert again["error"] == "exchanged_trigger_id"
    server.trigger_life_s = 0
    assert (await refused(client.views_open(trigger_id=late.trigger_id, view=MODAL)))["error"] == (
        "expired_trigger_id"
    )
    unknown = await refused(client.views_open(trigger_id="1.2.three", view=MODAL))
    assert unknown["error"] == "invalid_trigger_id"
    await client.views_update(view_id=view_id, hash=seen, view=MODAL)
    conflict = await refused(client.views_update(view_id=view_id, hash=seen, view=MODAL))
    assert conflict["error"] == "hash_conflict"
    assert (await refused(client.views_update(view_id="V1", view=MODAL)))["error"] == "not_found"


async def test_a_choice_is_told_at_once_and_the_modal_changes_under_it(server, app, team):
    @app.shortcut("settings")
    async def open_modal(ack, shortcut, client):
        await ack()
        await client.views_open(trigger_id=shortcut["trigger_id"], view=titled("One", blocks=[CHOICE]))

    @app.action("language")
    async def chosen(ack, action, body, client):
        await ack()
        view = titled(action["selected_option"]["value"], blocks=[CHOICE])
        await client.views_update(view_id=body["view"]["id"], hash=body["view"]["hash"], view=view)

    mika = server.member(team, "Mika")
    async with connected(server, app):
        await mika.shortcut("settings")
        view = await server.until(lambda: mika.modal)
        await mika.choose(view, "language", "日本語")
        await server.until(lambda: view.versions == 2)

    assert text_of(view).splitlines()[0] == "ja"
    assert view.values["language"]["language"]["selected_option"]["value"] == "ja"
    assert server.violations == []


async def test_modals_pile_up_to_three_and_close(server, app, team):
    closed = []

    @app.shortcut("settings")
    async def open_modal(ack, shortcut, client):
        await ack()
        await client.views_open(
            trigger_id=shortcut["trigger_id"], view=titled("1", blocks=[SECTION], notify_on_close=True)
        )

    @app.view("settings")
    async def pile(ack, view):
        title = int(view["title"]["text"])
        if title == 3:
            await ack(response_action="clear")
        else:
            await ack(
                response_action="push", view=titled(str(title + 1), blocks=[SECTION], notify_on_close=True)
            )

    @app.view_closed("settings")
    async def end(ack, view):
        closed.append(view["title"]["text"])
        await ack()

    mika = server.member(team, "Mika")
    async with at_http(server, app):
        await mika.shortcut("settings")
        first = await server.until(lambda: mika.modal)
        await mika.submit(first)
        await mika.close(mika.modal)
        assert (closed, mika.modal) == (["2"], first)
        for _ in range(2):
            await mika.submit(mika.modal)
        titles = [text_of(view).splitlines()[0] for view in server.modals(mika.user)]
        assert titles == ["1", "2", "3"]
        assert mika.modal.root_id == first.id
        await mika.submit(mika.modal)

    assert mika.modal is None
    assert server.violations == []


async def test_a_fourth_modal_is_not_laid_on_three(server, app, client, team):
    @app.shortcut("settings")
    async def nothing(ack):
        await ack()

    mika = server.member(team, "Mika")
    async with at_http(server, app):
        triggers = [(await mika.shortcut("settings")).trigger_id for _ in range(4)]
    await client.views_open(trigger_id=triggers[0], view=MODAL)
    for trigger in triggers[1:3]:
        await client.views_push(trigger_id=trigger, view=MODAL)

    fourth = await refused(client.views_push(trigger_id=triggers[3], view=MODAL))
    assert fourth["error"] == "push_limit_reached"


async def test_a_home_is_published_for_one_person_and_not_over_a_newer_one(server, client, team):
    mika = server.member(team, "Mika")
    home = {"type": "home", "blocks": [SECTION]}

    seen = (await client.views_publish(user_id=mika.id, view=home))["view"]["hash"]
    await client.views_publish(user_id=mika.id, view=home, hash=seen)
    late = await refused(client.views_publish(user_id=mika.id, view=home, hash=seen))

    assert late["error"] == "hash_conflict"
    assert mika.home.versions == 2
    assert server.member(team, "Other").home is None
