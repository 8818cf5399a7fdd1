"""Moderators decide, edit, correct, retract, restore and merge from inside the chat, on both databases."""

import pytest

from bot.delivering.outbox import Outbox
from bot.form import Form
from bot.message import plain_text
from bot.model import LANGUAGES, PUBLIC, Remark, Source
from bot.phrases import phrase
from tests.factories import (
    NOW,
    make_change,
    make_story,
    make_subscription,
    make_telling,
)
from tests.fakes.platform import PretendPlatform
from tests.moderating.moderating import (
    AWAY,
    HOME,
    acts_on,
    buttons,
    by,
    commands,
    filled,
    open_newsroom,
    post,
    story_of,
    text,
    wait,
)

MOD = "/ai-news-mod"


@pytest.fixture
async def engine(store):
    return await open_newsroom(store)


# The queue


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_queue_lists_what_waits_with_who_brought_it(engine, store, language):
    await wait(store, "public", PUBLIC, "rin")
    await wait(store, "secret", AWAY)

    message = await engine.reply(f"{MOD} queue", by(language=language))

    assert phrase("queue.heading", language, count=2) in plain_text(message)
    assert "ken" in plain_text(message)
    assert commands(message) == {
        f"{MOD} {words}"
        for id_ in ("waiting", "public")
        for words in (
            f"approve {id_} revision:1",
            f"edit {id_} revision:1",
            f"reject {id_} revision:1",
            f"story {id_}",
        )
    }


async def test_a_queue_has_pages(engine, store):
    for number in range(9):
        await wait(store, f"w{number}")

    first = await engine.reply(f"{MOD} queue", by())
    third = await engine.reply(f"{MOD} queue page:3", by())
    beyond = await engine.reply(f"{MOD} queue page:4", by())

    assert buttons(first)["more"] == f"{MOD} queue page:2"
    assert "9. " in plain_text(third)
    assert "10. " in plain_text(third)
    assert "10 stories wait" in plain_text(beyond)


async def test_a_story_that_waits_is_told_to_nobody_until_it_is_approved(engine, store):
    member = by("nao", role="member")
    assert "Nothing found" in text(await engine.reply("/ai-news parcels", member))

    message = await engine.reply(f"{MOD} approve waiting revision:1", by())

    assert "Published: A warehouse robot learns to sort parcels" in plain_text(message)
    assert "No story waits" in plain_text(message)
    assert "A warehouse robot" in text(await engine.reply("/ai-news parcels", member))
    assert await acts_on(store, "waiting") == [("ken", "add"), ("mika", "approve")]


async def test_whoever_approves_reads_where_the_story_appears_and_when(engine, store):
    await store.add_subscription(make_subscription())

    message = await engine.reply(f"{MOD} approve waiting", by())

    assert "#news · Monday, March 2, 2026 00:00" in text(message)


async def test_who_approves_second_reads_who_was_first(engine, store):
    await engine.reply(f"{MOD} approve waiting revision:1", by("rin"))

    for word in ("approve", "reject"):
        message = await engine.reply(f'{MOD} {word} waiting reason:"too late" revision:1', by())
        assert "Published by rin" in text(message)

    assert len(await acts_on(store, "waiting")) == 2


async def test_a_story_is_rejected_with_a_reason_and_never_shown(engine, store):
    form = await engine.reply(f"{MOD} reject waiting revision:1", by())
    again = await engine.submit(form.command, filled(form, reason=" "), by())
    assert again.problem == phrase("error.reason_missing", "en")

    message = await engine.submit(form.command, filled(form, reason="A rumour."), by())

    assert "Rejected: A warehouse robot" in text(message)
    story = await story_of(store, "waiting")
    assert (story.status, story.remark) == ("retracted", None)
    (_, revision) = await store.revisions("waiting")
    assert (revision.action, revision.reason, revision.actor_id) == ("reject", "A rumour.", "mika")
    card = await engine.reply(f"{MOD} story waiting", by())
    assert "Rejected by mika" in text(card)
    assert "Reason: A rumour." in text(card)
    restored = await engine.reply(buttons(card)["Restore"], by())
    assert "Waits for approval" in text(restored) or "Put back" in text(restored)
    assert (await story_of(store, "waiting")).status == "waiting"


async def test_what_changed_since_a_button_was_made_is_shown_before_it_counts(engine, store):
    form = await engine.reply(f"{MOD} edit waiting", by("rin"))
    await engine.submit(form.command, filled(form, title="Another title"), by("rin"))

    message = await engine.reply(f"{MOD} approve waiting revision:1", by())

    assert (
        "rin changed this meanwhile. Title: “A warehouse robot learns to sort parcels” → “Another title”"
        in (text(message))
    )
    assert (await story_of(store, "waiting")).status == "waiting"
    await engine.reply(buttons(message)["Approve"], by())
    assert (await story_of(store, "waiting")).status == "published"


# Retracting and restoring


async def test_a_retraction_takes_a_story_out_at_once_and_restoring_brings_it_back(engine, store):
    await post(store, "library")
    before = await story_of(store, "library")
    form = await engine.reply(f"{MOD} retract library", by())
    assert isinstance(form, Form)

    done = await engine.submit(form.command, filled(form, reason="It was made up."), by())

    assert "Retracted: A library lends umbrellas" in text(done)
    assert "Nothing found" in text(await engine.reply("/ai-news umbrellas", by(role="member")))
    story = await story_of(store, "library")
    assert story.remark == Remark(kind="retracted", at=NOW, reason="It was made up.")
    restored = await engine.reply(buttons(done)["Restore"], by("rin"))
    assert "Restored: A library" in text(restored)
    after = await story_of(store, "library")
    assert (after.status, after.remark, after.tellings) == ("published", None, before.tellings)
    changes = await store.changes([PUBLIC], 2)
    assert [change.action for change in changes] == ["restore", "retract"]
    for change in changes:
        assert sum((await store.count_edits(change.id)).values()) == 1


async def test_a_correction_that_was_told_stays_told_after_a_restoration(engine, store):
    await post(store, "library")
    form = await engine.reply(f"{MOD} correct library", by())
    await engine.submit(form.command, filled(form, title="Better", reason="A word."), by())
    await engine.reply(f"{MOD} retract library reason:wrong", by())

    await engine.reply(f"{MOD} restore library", by())

    assert (await story_of(store, "library")).remark.kind == "corrected"


async def test_an_edit_of_what_was_retracted_meanwhile_keeps_what_was_typed(engine):
    form = await engine.reply(f"{MOD} edit library", by())
    await engine.reply(f'{MOD} retract library reason:"made up"', by("rin"))

    again = await engine.submit(form.command, filled(form, title="Mine"), by())

    assert "Retracted by rin" in again.problem
    assert filled(again)["title"] == "Mine"


# Merging


async def test_a_story_goes_into_another_with_its_sources(engine, store):
    other = make_story(id="other", source=Source(name="Second Post"), also=(Source(name="Third"),))
    await store.save_stories([make_change(other)])
    form = await engine.reply(f"{MOD} merge other", by())

    done = await engine.submit(form.command, filled(form, into="library"), by())

    assert "Merged into this story: A warehouse robot" in text(done)
    gone, into = await story_of(store, "other"), await story_of(store, "library")
    assert (gone.status, gone.remark.kind, gone.remark.into) == ("retracted", "merged", "library")
    assert into.also == (Source(name="Second Post"), Source(name="Third"))
    (change,) = await store.changes([PUBLIC], 1)
    assert {revision.story_id for revision in await store.revisions_of(change.id)} == {"other", "library"}
    assert f"undo {change.id}" in text(await engine.reply(f"{MOD} restore other", by()))


async def test_words_for_the_other_story_come_back_as_a_choice(engine, store):
    form = await engine.reply(f"{MOD} merge arm", by())

    asked = await engine.submit(form.command, filled(form, into="umbrellas", reason="The same."), by())

    (field, reason) = asked.fields
    assert [choice.value for choice in field.choices] == ["library"]
    assert reason.value == "The same."
    await engine.submit(asked.command, filled(asked, into="library"), by())
    assert (await story_of(store, "arm")).remark.into == "library"
    typed = await engine.reply(f"{MOD} merge lawsuit into:umbrellas", by())
    assert buttons(typed) == {"Merge": f"{MOD} merge lawsuit into:library"}


@pytest.mark.parametrize(
    ("words", "key"),
    [
        ("merge library into:library", "merge_itself"),
        ("merge waiting into:library", "merge_elsewhere"),
        ("merge own into:waiting", "merge_untold"),
    ],
)
async def test_what_cannot_be_merged_is_refused(engine, store, words, key):
    await store.save_stories([make_change(make_story(id="own", workspace=HOME))])

    assert text(await engine.reply(f"{MOD} {words}", by())) == phrase(f"error.{key}", "en")


# Looking


async def test_words_find_what_waits_and_what_is_told(engine, store):
    waiting = make_telling(title="Umbrellas for robots", summary="Robots need umbrellas.")
    await wait(store, "robots", tellings=(waiting,))

    found = await engine.reply(f"{MOD} story umbrellas", by())

    assert "1. Umbrellas for robots" in text(found)
    assert "2. A library lends umbrellas" in text(found)
    chosen = await engine.reply(f"{MOD} retract umbrellas reason:wrong", by())
    assert f"{MOD} retract library reason:wrong revision:1" in commands(chosen)
    assert (await story_of(store, "library")).status == "published"


async def test_the_only_story_that_words_find_is_shown_at_once(engine, store):
    whale = make_telling(title="A whale sings in Nagisa", summary="It sings at night.", body="It sings.")
    await wait(store, "whale", tellings=(whale,))

    message = await engine.reply(f"{MOD} story singing whale Nagisa", by())

    assert f"{MOD} approve whale revision:1" in commands(message)
    assert f"{MOD} story whale part:history" in commands(message)


@pytest.mark.parametrize("word", ["pin", "hide"])
async def test_words_find_what_is_pinned_or_hidden_too(engine, word):
    found = await engine.reply(f"{MOD} {word} umbrellas", by(role="manager", workspace=AWAY))

    assert commands(found) == {f"{MOD} {word} library revision:1"}


async def test_a_card_tells_of_copies_and_history(engine, store):
    await post(store, "library")

    card = await engine.reply(f"{MOD} story library", by())

    assert "one yet to be posted" in text(card)
    assert {"Correct", "Retract", "Merge", "Pin", "Hide here"} <= buttons(card).keys()
    assert "#news to be posted from" in text(await engine.reply(buttons(card)["Posted copies"], by()))
    assert "added by seeds" in text(await engine.reply(buttons(card)["History"], by()))


async def test_a_copy_that_stands_is_a_link_to_itself(engine, store):
    class Linking(PretendPlatform):
        async def address(self, channel, message_id):
            return f"https://chat.example/{channel.id}/{message_id}"

    await post(store, "library")
    platform = Linking()
    engine.platforms[platform.name] = platform

    owed = await engine.reply(f"{MOD} story library part:copies", by())
    await Outbox(store, platform, lambda: NOW, "bot").drain()
    posted = await engine.reply(f"{MOD} story library part:copies", by())

    assert "https://" not in text(owed)
    assert "Open the message (https://chat.example/news/message-1)" in text(posted)


async def test_moderators_elsewhere_may_hide_a_public_story_and_nothing_else(engine, store):
    away = by("aoi", role="manager", workspace=AWAY)

    card = await engine.reply(f"{MOD} story library", away)

    assert set(buttons(card)) == {"Pin", "Hide here", "History", "Posted copies"}
    for words in ("edit library", "retract library reason:x", "restore library", "merge library into:arm"):
        refused = text(await engine.reply(f"{MOD} {words}", away))
        assert refused == phrase("error.public_story", "en", story_id="library")
    assert (await story_of(store, "library")).revision == 1
