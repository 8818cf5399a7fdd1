"""Modals: forms filled in and sent, shortcuts, what is suggested meanwhile, and what is tampered with."""

import json

import pytest

from bot.errors import StoreError
from tests.fakes.slack.reading import labels_of, text_of
from tests.fakes.slack.state import View
from tests.slack.app import TRANSPORTS, slack_world
from tests.slack.modals import elements, form, subscription

ARTICLE = """First, the council of Kawabe voted to reopen the old tram line. Work on the line begins in May.
The council expects 4,000 passengers a day.

In other news, the bakery chain Komugi recalled its rye bread. The bread may hold pieces of metal.
Komugi says that nobody was hurt.
"""


@pytest.fixture(params=TRANSPORTS)
async def world(request, tmp_path):
    async with slack_world(tmp_path, request.param) as world:
        yield world


async def test_a_bare_digest_command_opens_a_modal_with_every_setting(world):
    owner = world.member(is_owner=True)

    view = await form(world, owner)

    kinds = {name: element["type"] for name, element in elements(view).items()}
    assert kinds["times.0"] == kinds["times.1"] == "timepicker"
    assert kinds["days.0"] == "multi_static_select"
    assert kinds["zone.0"] == "external_select"
    assert kinds["topics.0"] == kinds["without.0"] == "multi_external_select"
    assert kinds["style.0"] == "static_select"
    assert kinds["keywords.0"] == "plain_text_input"
    assert [name for name, _ in world.server.calls if name.startswith("views.")] == [
        "views.open",
        "views.update",
    ]


async def test_the_modal_opens_before_slack_is_asked_anything(world):
    owner = world.member(is_owner=True)

    await form(world, owner)

    names = [name for name, _ in world.server.calls]
    assert names.index("views.open") < names.index("users.info")


async def test_what_is_filled_in_is_what_the_channel_gets(world):
    owner = world.member(is_owner=True, time_zone="Asia/Tokyo")
    view = await form(world, owner)
    await owner.suggest(view, "field-topics", "kumo")
    await owner.suggest(view, "field-zone", "new york")

    await world.done(
        await owner.submit(
            view,
            {
                "times.0": "07:30",
                "times.1": "18:05",
                "days.0": ["mon", "fri"],
                "zone.0": "America/New_York",
                "topics.0": ["kumo"],
                "keywords.0": "open source, 半導体",
                "count.0": "5",
            },
        )
    )

    saved = await subscription(world)
    assert [f"{at:%H:%M}" for at in saved.times] == ["07:30", "18:05"]
    assert saved.weekdays == (0, 4)
    assert (saved.time_zone, saved.topics, saved.story_count) == ("America/New_York", ("kumo",), 5)
    assert saved.keywords == ("open source", "半導体")
    assert owner.modal is view
    assert "7:30" in text_of(view)


async def test_a_form_with_something_wrong_comes_back_with_all_that_was_typed(world):
    owner = world.member(is_owner=True)
    view = await form(world, owner)

    await world.done(await owner.submit(view, {"quiet.0": "at night", "keywords.0": "半導体"}))

    problem, *_ = view.content["blocks"]
    assert "at night" in problem["text"]["text"]
    assert elements(view)["keywords.0"]["initial_value"] == "半導体"
    assert elements(view)["quiet.0"]["initial_value"] == "at night"

    await world.done(await owner.submit(view, {"quiet.0": "22:00-07:00"}))

    assert (await subscription(world)).keywords == ("半導体",)


async def test_a_member_is_shown_what_is_so_in_the_place_of_the_form(world):
    mika = world.member()

    view = await form(world, mika)

    assert "submit" not in view.content
    assert text_of(view)


async def test_an_article_is_added_whatever_its_length(world):
    owner = world.member(is_owner=True)
    view = await form(world, owner, "/ai-news-mod", "add")
    assert [name for name in elements(view) if name.startswith("text")] == ["text.0", "text.1", "text.2"]
    first, _, second = ARTICLE.partition("\n\n")

    await world.done(await owner.submit(view, {"text.0": first, "text.1": second, "source.0": "Kawabe Post"}))
    assert "tram line" in text_of(view)
    await world.done(await owner.press(view, "Publish"))

    found = await world.done(await owner.command(world.channel, "/ai-news", "komugi"))
    assert "rye bread" in found.text


async def test_a_message_becomes_a_story_by_its_shortcut(world):
    owner = world.member("Olga", is_owner=True)
    message = world.member("Ken").say(world.channel, ARTICLE.replace("Kawabe", "AT&amp;T"))

    await world.done(await owner.message_shortcut("add_message", message))

    filled = elements(owner.modal)
    assert "council of AT&T" in filled["text.0"]["initial_value"]
    assert filled["source.0"]["initial_value"] == "Ken"
    assert world.channel.id in filled["url.0"]["initial_value"]
    await world.done(await owner.submit(owner.modal, {}))
    assert "tram line" in text_of(owner.modal)


async def test_a_long_message_is_filled_in_whole(world):
    owner = world.member(is_owner=True)
    long = "\n".join(f"{number} とても長い記事の文です。" for number in range(1_500))
    message = owner.say(world.channel, long)

    await world.done(await owner.message_shortcut("add_message", message))

    pieces = [
        element["initial_value"]
        for name, element in elements(owner.modal).items()
        if name.startswith("text") and "initial_value" in element
    ]
    assert len(pieces) > 5
    assert "\n".join(pieces) == long


async def test_members_may_not_add_messages(world):
    mika = world.member()
    message = mika.say(world.channel, ARTICLE)

    await world.done(await mika.message_shortcut("add_message", message))

    assert "Only moderators" in text_of(mika.modal)


async def test_the_global_shortcut_asks_and_answers_in_one_modal(world):
    mika = world.member()
    await world.done(await mika.shortcut("ask"))
    view = mika.modal

    await world.done(await mika.submit(view, {"query.0": "kumo"}))

    assert "Kumo Robotics" in text_of(view)
    assert "why" in labels_of(view)

    await world.done(await mika.press(view, "why"))

    assert text_of(view).startswith("Why") or "Why" in text_of(view)


async def test_an_answer_that_no_modal_holds_goes_on_in_messages(world):
    for number in range(5):
        await world.tell_story(f"Zweig {number}", "とても長い文です。" * 1_500)
    mika = world.member()
    await world.done(await mika.shortcut("ask"))

    await world.done(await mika.submit(mika.modal, {"query.0": "zweig depth:high"}))

    rest = world.server.posted(world.server.direct_channel(world.team, mika.id))
    told = text_of(mika.modal) + "".join(text_of(message) for message in rest)
    assert rest
    assert told.count("とても長い文です。") == 7_500


async def test_an_answer_to_a_modal_that_was_closed_goes_by_message(world):
    mika = world.member()
    await world.done(await mika.shortcut("ask"))
    view = mika.modal
    asked = await mika.submit(view, {"query.0": "kumo"})

    await mika.close(view)
    await world.done(asked)

    [answer] = world.server.posted(world.server.direct_channel(world.team, mika.id))
    assert "Kumo Robotics" in text_of(answer)


async def test_names_are_suggested_in_every_script(world):
    owner = world.member(is_owner=True)
    view = await form(world, owner)

    for typed, expected in {"kumo": "kumo", "クモ": "kumo", "ハーバー": "harbor", "": "harbor"}.items():
        values = [option["value"] for option in await owner.suggest(view, "field-topics", typed)]

        assert expected in values, typed
        assert "off" not in values
    zones = [option["value"] for option in await owner.suggest(view, "field-zone", "東京")]
    assert zones == ["Asia/Tokyo"]


def foreign(metadata, world):
    command, channel, signature = json.loads(metadata)
    return [
        json.dumps([command, "C0000000099", signature]),
        json.dumps(["/ai-news-mod add", channel, signature]),
        json.dumps([command, channel, "0" * 64]),
        json.dumps([command, channel]),
        json.dumps({"command": command}),
        "[" * 2_900,
        "no json",
        "",
    ]


async def test_a_modal_with_metadata_that_is_not_ours_is_refused(world):
    owner = world.member(is_owner=True)
    view = await form(world, owner)
    for metadata in foreign(view.content["private_metadata"], world):
        fresh = tampered(world, owner, view, metadata)

        await world.done(await owner.submit(fresh, {"count.0": "5"}))

        assert "opened for something else" in text_of(fresh)
    assert await subscription(world) is None


async def test_a_modal_of_somebody_else_is_refused(world):
    owner, other = world.member(is_owner=True), world.member("Ken", is_owner=True)
    view = await form(world, owner)
    fresh = tampered(world, other, view, view.content["private_metadata"])

    await world.done(await other.submit(fresh, {"count.0": "5"}))

    assert "opened for something else" in text_of(fresh)
    assert await subscription(world) is None


async def test_a_form_is_refused_to_somebody_who_is_no_moderator_any_more(world):
    nao = world.member("Nao")
    await world.change(moderators=(nao.id,))
    view = await form(world, nao)
    await world.change(moderators=())

    await world.done(await nao.submit(view, {"count.0": "5"}))

    assert "Only moderators" in text_of(view)
    assert await subscription(world) is None


def tampered(world, member, view, metadata):
    """Return an open modal with the content of another, but for its metadata."""
    number = len(world.server.views)
    content = view.content | {"private_metadata": metadata}
    fresh = View(id=f"V{number:05d}", user=member.user, content=content, hash=f"{number}.tampered")
    world.server.views[fresh.id] = fresh
    return fresh


async def test_a_command_that_came_too_late_for_a_modal_says_so(world):
    owner = world.member(is_owner=True)
    world.server.trigger_life_s = 0.0

    asked = await world.done(await owner.command(world.channel, "/ai-news-digest"))

    assert "three seconds" in asked.text
    assert owner.modal is None


async def test_the_modal_of_a_japanese_member_is_japanese(world):
    await world.change(language="ja")
    mika = world.member(locale="ja-JP")
    await world.done(await mika.command(world.channel, "/ai-news", "help"))

    await world.done(await mika.shortcut("ask"))

    assert mika.modal.content["title"]["text"] == "AIニュース"
    assert mika.modal.content["submit"]["text"] == "検索"


async def test_a_question_that_comes_too_late_for_its_window_is_told_so(world):
    mika = world.member()
    world.server.faults.add("expired_trigger_id", method="views.open")

    await world.done(await mika.shortcut("ask"))

    direct = world.server.direct_channel(world.team, mika.id)
    assert ["three seconds" in text_of(message) for message in world.server.posted(direct)] == [True]


async def away(*_):
    raise StoreError("the database is away")


async def test_what_was_typed_is_given_back_where_it_could_not_be_taken(world, monkeypatch):
    owner = world.member(is_owner=True)
    await world.done(await owner.command(world.channel, "/ai-news-mod", "add"))
    submit = world.engine.submit
    monkeypatch.setattr(world.engine, "submit", away)
    await world.done(await owner.submit(owner.modal, {"text.0": ARTICLE}))
    assert "did not work" in text_of(owner.modal)
    assert "Komugi recalled its rye bread" in json.dumps(owner.modal.content)

    monkeypatch.setattr(world.engine, "submit", submit)
    await world.done(await owner.submit(owner.modal))

    assert "2 stories, 2 to be added" in text_of(owner.modal)


async def test_every_setting_is_given_back_where_they_could_not_be_taken(world, monkeypatch):
    owner = world.member(is_owner=True)
    view = await form(world, owner)
    await owner.suggest(view, "field-topics", "kumo")
    monkeypatch.setattr(world.engine, "submit", away)
    wishes = {"field-topics": ["kumo"], "Language": "ja", "times.0": "07:15"}

    await world.done(await owner.submit(view, wishes))

    shown = elements(owner.modal)
    assert [option["value"] for option in shown["topics.0"]["initial_options"]] == ["kumo"]
    assert shown["times.0"]["initial_time"] == "07:15"
