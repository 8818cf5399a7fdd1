"""Every fact of the seed stories is found by a question that a reader would ask, in both languages."""

from pathlib import Path

import pytest
import pytest_asyncio
import yaml

from bot.engine import Engine
from bot.index import PostingsIndex
from bot.language import Names
from bot.model import Actor, WorkspaceId
from bot.run import load_seeds
from bot.settings import PACKAGED_SEEDS
from bot.store import open_store
from tests.factories import NOW

QUESTIONS = yaml.safe_load((Path(__file__).parents[1] / "data" / "questions.yaml").read_text("utf-8"))


def asked(language):
    return [
        pytest.param(story_id, question, words, id=f"{story_id}: {question}")
        for story_id, languages in QUESTIONS.items()
        for question, words in languages[language].items()
    ]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def engine(tmp_path_factory):
    store = await open_store(f"sqlite:///{tmp_path_factory.mktemp('seeds')}/ai-news.db")
    seeds = load_seeds(PACKAGED_SEEDS, NOW)
    engine = Engine(store, PostingsIndex(), Names(seeds.topics), lambda: NOW)
    await engine.save(seeds.stories, "seeds", "")
    yield engine
    await store.close()


pytestmark = pytest.mark.asyncio(loop_scope="module")


async def told(engine, question, language):
    """Return the best three stories for a question, each as all that is told of it."""
    actor = Actor(name="reader", workspace=WorkspaceId("home"), language=language)
    answer = await engine.answer(question, actor, limit=3)
    tellings = {found.story.id: found.telling for found in answer.found}
    return {story_id: "\n".join([t.title, t.summary, t.body]) for story_id, t in tellings.items()}


@pytest.mark.parametrize(("story_id", "question", "words"), asked("ja"))
async def test_a_japanese_question_finds_its_story(engine, story_id, question, words):
    assert words in (await told(engine, question, "ja")).get(story_id, "")


@pytest.mark.parametrize(("story_id", "question", "words"), asked("en"))
async def test_an_english_question_finds_its_story(engine, story_id, question, words):
    assert words in (await told(engine, question, "en")).get(story_id, "")
