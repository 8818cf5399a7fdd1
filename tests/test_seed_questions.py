"""Every fact of the seed stories is found by a question that a reader would ask, in both languages."""

from pathlib import Path

import pytest
import yaml

from bot.engine import Engine
from bot.index import PostingsIndex
from bot.model import Actor, WorkspaceId
from bot.names import Names
from bot.run import load_seeds
from bot.settings import PACKAGED_SEEDS
from bot.store import open_store
from tests.factories import NOW

QUESTIONS = yaml.safe_load((Path(__file__).parent / "data" / "questions.yaml").read_text("utf-8"))


def asked(language):
    return [
        pytest.param(story_id, question, words, id=f"{story_id}: {question}")
        for story_id, languages in QUESTIONS.items()
        for question, words in languages[language].items()
    ]


@pytest.fixture(scope="module")
async def engine(tmp_path_factory):
    store = await open_store(f"sqlite:///{tmp_path_factory.mktemp('seeds')}/ai-news.db")
    seeds = load_seeds(PACKAGED_SEEDS, NOW)
    engine = Engine(store, PostingsIndex(), Names(seeds.topics), lambda: NOW)
    await engine.save(seeds.stories, "seeds", "")
    yield engine
    await store.close()


async def look_up(engine, question, language):
    actor = Actor(name="reader", workspace=WorkspaceId("home"), language=language)
    return await engine.answer(question, actor, limit=3)


pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.mark.parametrize(("story_id", "question", "words"), asked("ja"))
async def test_a_japanese_question_finds_its_story(engine, story_id, question, words):
    answer = await look_up(engine, question, "ja")

    told = {found.story.id: f"{found.telling.title}\n{found.telling.summary}\n{found.telling.body}" for found in answer.found}
    assert words in told.get(story_id, ""), list(told)


@pytest.mark.parametrize(("story_id", "question", "words"), asked("en"))
async def test_an_english_question_finds_its_story(engine, story_id, question, words):
    answer = await look_up(engine, question, "en")

    told = {found.story.id: f"{found.telling.title}\n{found.telling.summary}\n{found.telling.body}" for found in answer.found}
    assert words in told.get(story_id, ""), list(told)
