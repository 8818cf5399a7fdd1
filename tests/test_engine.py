"""The use cases over a real store, on both databases."""

import asyncio
from dataclasses import replace

import pytest

from bot.adding.add_form import MAX_ARTICLE_CHARACTERS
from bot.engine import CANDIDATES, Engine
from bot.errors import InvalidInput
from bot.index import PostingsIndex
from bot.language import Names
from bot.message import plain_text
from bot.model import PUBLIC, Actor, Remark, Source, StoryId, Topic, TopicId, WorkspaceId
from bot.store import open_store
from tests.factories import (
    NOW,
    make_act,
    make_change,
    make_channel,
    make_interaction,
    make_story,
    make_submission,
    make_telling,
)

DEEPSEEK = Topic(
    id=TopicId("deepseek"),
    names={"ja": "ディープシーク", "en": "DeepSeek"},
    aliases=("DeepSeek", "ディープシーク"),
)
MIKA = Actor(name="mika", workspace=WorkspaceId("home"), language="en")

ARTICLE = """First, the council of Kawabe voted to reopen the old tram line. Work on the line begins in May.
The council expects 4,000 passengers a day.

In other news, the bakery chain Komugi recalled its rye bread. The bread may hold pieces of metal.
Komugi says that nobody was hurt.
"""


@pytest.fixture
def engine(store):
    return Engine(store, PostingsIndex(), Names([DEEPSEEK]), lambda: NOW)


def story_about(title, body, **over):
    return make_story(tellings=(make_telling(title=title, summary=body, body=body),), **over)


async def titles(engine, query, actor=MIKA):
    return [found.telling.title for found in (await engine.answer(query, actor)).found]


async def test_a_saved_story_is_found_at_once(engine):
    saved = await engine.save([story_about("Robot chess", "A robot won at chess.")], "seeds", "")

    assert (saved.added, saved.changed, saved.unchanged) == (1, 0, 0)
    assert await titles(engine, "chess") == ["Robot chess"]


async def test_saving_again_changes_nothing(engine, store):
    story = story_about("Robot chess", "A robot won at chess.")
    await engine.save([story], "seeds", "")

    saved = await engine.save([story], "seeds", "")

    assert (saved.added, saved.changed, saved.unchanged) == (0, 0, 1)
    assert len(await store.revisions(story.id)) == 1


async def test_an_edited_seed_is_an_edit_with_a_revision(engine, store):
    await engine.save([story_about("Robot chess", "A robot won at chess.")], "seeds", "")

    saved = await engine.save(
        [story_about("Robot shogi", "A robot won at shogi.")], "seeds", "seed file changed"
    )

    first, second = await store.revisions("story")
    assert saved.changed == 1
    assert (first.action, second.action, second.reason) == ("add", "edit", "seed file changed")
    assert second.before == first.after
    assert await titles(engine, "chess") == []
    assert await titles(engine, "shogi") == ["Robot shogi"]


async def test_loading_seeds_again_does_not_undo_what_a_moderator_changed(engine, store):
    seed = story_about("Robot chess", "A robot won at chess.")
    await engine.save([seed], "seeds", "")
    await engine.save([story_about("Robot chess, corrected", "A robot drew at chess.")], "mika", "")

    saved = await engine.save([seed], "seeds", "")

    assert saved.unchanged == 1
    assert await titles(engine, "chess") == ["Robot chess, corrected"]


async def test_an_edited_seed_leaves_what_moderators_decided_about_its_story(engine, store):
    await engine.save([story_about("Robot chess", "A robot won at chess.")], "seeds", "")
    (story,) = await store.newest_stories(PUBLIC, 1)
    remark = Remark(kind="merged", at=NOW, reason="the same", into=StoryId("another"))
    merged = replace(
        story,
        status="retracted",
        remark=remark,
        also=(Source(name="Kawabe Post"),),
        updates="former",
        revision=2,
    )
    await store.save_stories([make_change(merged, action="merge")])

    await engine.save([story_about("Robot shogi", "A robot won at shogi.")], "seeds", "seed file changed")

    (now,) = (await store.stored_stories([story.id])).values()
    assert now.tellings[0].title == "Robot shogi"
    assert (now.status, now.remark, now.also, now.updates) == (
        "retracted",
        remark,
        merged.also,
        "former",
    )


async def test_a_moderator_who_is_called_like_the_seeds_is_not_overwritten(engine, store):
    seed = story_about("Robot chess", "A robot won at chess.")
    await engine.save([seed], "seeds", "")
    corrected = replace(story_about("Robot chess, corrected", "A robot drew at chess."), revision=2)
    await store.save_stories([make_change(corrected, actor="seeds", actor_id="u1", action="correct")])

    assert (await engine.save([seed], "seeds", "")).unchanged == 1


async def test_what_a_workspace_hides_takes_no_other_story_s_place_in_a_lookup(engine, store):
    hidden = [story_about("Robot chess", "A robot won at chess.", id=f"s{n}") for n in range(CANDIDATES + 9)]
    rest = story_about("Robots", f"{'News of the day. ' * 60}A robot won at chess.", id="rest")
    await engine.save([*hidden, rest], "seeds", "")
    assert "Robots" not in await titles(engine, "chess")
    before = await store.curation(MIKA.workspace)
    change = make_act(workspace=MIKA.workspace, action="hide")
    await store.save_curation(change, before, replace(before, hidden=tuple(story.id for story in hidden)))

    assert await titles(engine, "chess") == ["Robots"]


async def test_two_processes_that_load_the_same_seeds_at_once_both_succeed(database_url):
    seeds = [story_about(f"Chess {n}", "A robot won at chess.", id=f"s{n}") for n in range(20)]
    stores = [await open_store(database_url) for _ in range(3)]
    engines = [Engine(store, PostingsIndex(), Names([]), lambda: NOW) for store in stores]

    saved = await asyncio.gather(*(engine.save(seeds, "seeds", "") for engine in engines))

    assert sorted((each.added, each.unchanged) for each in saved) == [(0, 20), (0, 20), (20, 0)]
    for store in stores:
        await store.close()


async def test_a_story_of_another_workspace_is_neither_found_nor_overwritten(engine):
    other = WorkspaceId("elsewhere")
    await engine.save([story_about("Secret chess", "Their chess plans.", workspace=other)], "import", "")

    with pytest.raises(InvalidInput) as caught:
        await engine.save([story_about("Mine", "My chess.")], "import", "")

    assert caught.value.key == "other_workspace"
    assert await titles(engine, "chess") == []
    assert await titles(engine, "chess", replace(MIKA, workspace=other)) == ["Secret chess"]


async def added(engine, text):
    return (await engine.add(make_submission(text, for_everyone=True), MIKA)).published.stories


async def test_an_article_becomes_its_stories_with_verbatim_spans(engine):
    stories = await added(engine, ARTICLE)

    assert len(stories) == 2
    assert all(ARTICLE[s.span.start : s.span.end] == s.tellings[0].body for s in stories)
    assert (await engine.answer("Where does the tram line reopen?", MIKA)).found[0].story.id == stories[0].id


async def test_the_same_article_again_gives_the_same_stories(engine, store):
    first = await added(engine, ARTICLE)

    again = await added(engine, ARTICLE)

    assert again == first
    assert await store.count_stories(PUBLIC) == len(first)


async def test_near_copies_keep_an_article_out_while_nobody_says_what_becomes_of_them(engine, store):
    known = await added(engine, ARTICLE)
    post = Source(name="Kawabe Post")
    like = make_submission(f"From our reporters. {ARTICLE}", source=post, for_everyone=True)

    asked = await engine.add(like, MIKA, near_copies=None)
    out = await store.count_stories(PUBLIC)
    merged = await engine.add(like, MIKA, near_copies="merge")

    assert ([copy.like for copy in asked.near_copies], asked.published.stories) == (known, ())
    assert out == await store.count_stories(PUBLIC) == len(known)
    assert [(story.id, story.also) for story in merged.published.merged] == [
        (story.id, (post,)) for story in known
    ]


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("", "article_empty"),
        (" \n\t", "article_empty"),
        ("あ" * (MAX_ARTICLE_CHARACTERS + 1), "article_too_long"),
    ],
    ids=["empty", "blank", "too long"],
)
async def test_an_article_that_cannot_be_used_is_refused_with_the_reason(engine, text, key):
    with pytest.raises(InvalidInput) as caught:
        await added(engine, text)

    assert caught.value.key == key


async def reply(engine, text, language="en"):
    message = await engine.reply(text, make_interaction(actor=replace(MIKA, language=language)))
    return plain_text(message)


async def test_an_answer_tells_the_story_its_source_and_its_age(engine):
    old = story_about("Robot chess", "A robot won at chess.", published_at=NOW.replace(year=2024))
    await engine.save([old], "seeds", "")

    text = await reply(engine, "/ai-news chess")

    assert "1. Robot chess" in text
    assert "The Daily Crate" in text
    assert "The newest match is 24 months old." in text


async def test_why_names_the_form_that_matched(engine):
    await engine.save([story_about("DeepSeek grows", "DeepSeek hired people.")], "seeds", "")

    text = await reply(engine, "/ai-news ディープ・シーク view:why")

    assert "「ディープ・シーク」は「DeepSeek」と同じ名前です" in text


@pytest.mark.parametrize(
    ("language", "sentence"),
    [("en", "Nothing found for “quantum knitting”."), ("ja", "見つかりませんでした")],
)
async def test_absence_is_said_in_the_asker_s_language(engine, language, sentence):
    await engine.save([story_about("DeepSeek grows", "DeepSeek hired people.")], "seeds", "")

    assert sentence in await reply(engine, "/ai-news quantum knitting", language)


async def test_an_answer_is_in_the_language_of_the_question(engine):
    await engine.save([story_about("DeepSeek grows", "DeepSeek hired people.")], "seeds", "")

    assert "検索結果" in await reply(engine, "/ai-news DeepSeekの社員は？", "en")
    assert "Found for" in await reply(engine, "/ai-news whom did DeepSeek hire?", "ja")
    assert "検索結果" in await reply(engine, "/ai-news DeepSeek", "ja")


async def test_a_mistyped_command_is_answered_with_what_to_type(engine):
    assert "/ai-news help" in await reply(engine, "/ai-newz")


async def test_pages_follow_one_another_and_end(engine):
    stories = [story_about(f"Chess {n}", "A robot won at chess.", id=f"s{n}") for n in range(7)]
    await engine.save(stories, "seeds", "")

    first, second, third = [await reply(engine, f"/ai-news chess page:{page}") for page in (1, 2, 3)]

    assert "5. Chess" in first
    assert "6. Chess" not in first
    assert "7. Chess" in second
    assert "no more stories" in third


async def test_a_preview_shows_the_digest_and_posts_nothing(engine, store):
    await engine.save([story_about("Robot chess", "A robot won at chess.")], "seeds", "")

    text = await reply(engine, "/ai-news-digest preview")

    assert "1. Robot chess" in text
    assert "Only you see it." in text
    assert await store.posts(make_channel(), 10) == []
