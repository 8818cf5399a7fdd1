"""Stories are edited silently before they are posted and corrected after that, on both databases."""

import pytest

from bot.model import PUBLIC, Remark, Source
from bot.phrases import phrase
from tests.factories import NOW
from tests.moderating.moderating import acts_on, buttons, by, filled, open_newsroom, post, story_of, text

MOD = "/ai-news-mod"


@pytest.fixture
async def engine(store):
    return await open_newsroom(store)


async def test_an_edit_before_posting_is_silent(engine, store):
    form = await engine.reply(f"{MOD} edit umbrellas", by())
    form = await engine.reply(buttons(form)["Edit"], by())
    values = filled(form, title="A library lends umbrellas and boots")

    message = await engine.submit(form.command, values, by())

    assert text(message).startswith("Saved.")
    story = await story_of(store, "library")
    assert story.tellings[0].title == "A library lends umbrellas and boots"
    assert story.remark is None
    assert await acts_on(store, "library") == [("seeds", "add"), ("mika", "edit")]
    assert "and boots" in text(await engine.reply("/ai-news boots", by(role="member")))


async def test_after_posting_an_edit_is_a_correction_with_a_reason(engine, store):
    form = await engine.reply(f"{MOD} edit library", by())
    await post(store, "library")

    asked = await engine.submit(form.command, filled(form, title="Better"), by())

    assert asked.command.startswith(f"{MOD} correct library")
    assert asked.problem == phrase("storyform.is_posted", "en")
    assert filled(asked)["title"] == "Better"
    again = await engine.submit(asked.command, filled(asked), by())
    assert again.problem == phrase("error.reason_missing", "en")
    done = await engine.submit(again.command, filled(again, reason="A wrong word."), by())
    assert text(done).startswith("Corrected.")
    story = await story_of(store, "library")
    assert story.remark == Remark(kind="corrected", at=NOW, reason="A wrong word.")
    (change,) = await store.changes([PUBLIC], 1)
    assert (change.action, change.actor, change.reason) == ("correct", "mika", "A wrong word.")
    assert sum((await store.count_edits(change.id)).values()) == 1


async def test_the_form_of_a_posted_story_asks_for_the_reason_at_once(engine, store):
    await post(store, "library")

    form = await engine.reply(f"{MOD} edit library", by())

    assert form.command == f"{MOD} correct library language:en revision:1"
    assert next(field for field in form.fields if field.name == "reason").required


async def test_each_telling_is_edited_for_itself(engine, store):
    assert (
        filled(await engine.reply(f"{MOD} edit arm", by(language="ja")))["summary"]
        == "新しい腕は安いという。"
    )
    form = await engine.reply(f"{MOD} edit arm language:en", by(language="ja"))
    await engine.submit(form.command, filled(form, summary="It is cheap."), by())

    japanese, english = (await story_of(store, "arm")).tellings
    assert (japanese.summary, english.summary) == ("新しい腕は安いという。", "It is cheap.")
    assert "language can be: ja" in text(await engine.reply(f"{MOD} edit lawsuit language:en", by()))


async def test_a_claim_is_not_lost_unseen(engine, store):
    form = await engine.reply(f"{MOD} edit arm language:en", by())
    body = filled(form)["body"].replace("$4.2 million", "$4.5 million")

    asked = await engine.submit(form.command, filled(form, body=body), by())

    assert "doubted by rival engineers" in asked.problem
    assert (await story_of(store, "arm")).revision == 1
    await engine.submit(asked.command, filled(asked, claims="reword"), by())
    (claim,) = (await story_of(store, "arm")).tellings[1].claims
    assert "$4.5 million" in claim.text
    assert claim.doubted_by == ("rival engineers",)


async def test_facts_are_changed_and_readers_told_where_they_saw_them(engine, store):
    await post(store, "library")
    form = await engine.reply(f"{MOD} facts library", by())

    topics = await engine.submit(form.command, filled(form, topics="クモ社"), by())
    form = await engine.reply(f"{MOD} facts library", by())
    asked = await engine.submit(form.command, filled(form, source="Town Post", url=""), by())

    assert text(topics).startswith("Saved.")
    assert asked.problem == phrase("error.reason_missing", "en")
    await engine.submit(asked.command, filled(asked, reason="Named wrongly."), by())
    story = await story_of(store, "library")
    assert (story.topics, story.source) == (("kumo",), Source(name="Town Post"))
    assert story.remark.reason == "Named wrongly."
    assert [act for _, act in await acts_on(store, "library")] == ["add", "edit", "correct"]


async def test_what_is_sent_back_unchanged_changes_nothing(engine, store):
    for word in ("edit", "facts"):
        form = await engine.reply(f"{MOD} {word} library", by())
        assert text(await engine.submit(form.command, filled(form), by())).startswith("Nothing was changed.")

    assert (await story_of(store, "library")).revision == 1


async def test_a_form_without_a_field_leaves_it_as_it_is(engine, store):
    await engine.submit(f"{MOD} edit library", {"summary": "Short."}, by())

    before, after = (revision.after for revision in await store.revisions("library"))
    assert after.tellings[0].body == before.tellings[0].body
    assert after.tellings[0].summary == "Short."
