"""A small world of stories, and an index over it that is easy to believe: what lookup is tested on."""

from collections.abc import Sequence
from datetime import timedelta

from bot.language import Names, tokens
from bot.lookup import Answer, answer, read_query
from bot.model import PUBLIC, Claim, IndexEntry, Story, StoryId, TopicId
from tests.factories import NOW, make_story, make_telling, make_topic
from tests.fakes.brute_index import BruteIndex

KUMO = TopicId("kumo")
HARBOR = TopicId("harbor")
TOPICS = (
    make_topic(
        id=KUMO, names={"ja": "クモ・ロボティクス", "en": "Kumo Robotics"}, aliases=("クモ社", "Kumo")
    ),
    make_topic(id=HARBOR, names={"ja": "ハーバー銀行", "en": "Harbor Bank"}, aliases=("Harbor",)),
)

CLAIM = Claim(
    text="Kumo Robotics says that it built the arm for $4.2 million.",
    said_by="Kumo Robotics",
    doubted_by=("rival engineers",),
)
CLAIM_JA = Claim(
    text="クモ・ロボティクスは、腕の開発費は420万ドルだったと主張する。",
    said_by="クモ・ロボティクス",
    doubted_by=("競合の技術者",),
)
ARM = make_story(
    id=StoryId("arm"),
    topics=(KUMO,),
    tellings=(
        make_telling(
            language="ja",
            title="クモ・ロボティクス、安い腕を発表",
            summary="新しい腕は安いという。",
            body="クモ・ロボティクスは月曜日に新しい腕を見せた。\n"
            "クモ・ロボティクスは、腕の開発費は420万ドルだったと主張する。競合の技術者はこの金額を疑っている。\n"
            "腕は卵を割らずに運ぶ。",
            claims=(CLAIM_JA,),
        ),
        make_telling(
            language="en",
            title="Kumo Robotics shows a cheap arm",
            summary="The new arm is cheap, it says.",
            body="Kumo Robotics showed a new arm on Monday.\n"
            "Kumo Robotics says that it built the arm for $4.2 million. Rival engineers doubt this figure.\n"
            "The arm carries eggs without breaking them.",
            claims=(CLAIM,),
        ),
    ),
)
LAWSUIT = make_story(
    id=StoryId("lawsuit"),
    topics=(HARBOR, KUMO),
    published_at=NOW - timedelta(days=40),
    tellings=(
        make_telling(
            language="ja",
            title="ハーバー銀行が元役員を提訴、元役員は否定",
            summary="ハーバー銀行は元役員の横領を訴え、元役員は否定した。",
            body="ハーバー銀行は、元役員が2019年に資金を横領したとして訴訟を起こした。元役員は横領を否定している。\n"
            "銀行はクモ社の株も持つ。",
            claims=(
                Claim(text="元役員が2019年に資金を横領した。", said_by="ハーバー銀行", denied_by=("元役員",)),
            ),
        ),
    ),
)
LIBRARY = make_story(
    id=StoryId("library"),
    published_at=NOW - timedelta(days=3),
    tellings=(
        make_telling(
            title="A library lends umbrellas",
            summary="A town library now lends umbrellas.",
            body="The town library lends umbrellas to anyone who is caught in the rain. "
            "It bought 300 umbrellas in March. Voltaic sells them.",
        ),
    ),
)
WORLD = (ARM, LAWSUIT, LIBRARY)
NAMES = Names(TOPICS)


def index_of(stories: Sequence[Story]) -> BruteIndex:
    return BruteIndex(
        IndexEntry(
            number=number,
            story_id=story.id,
            workspace=story.workspace,
            published_at=story.published_at,
            tokens={
                telling.language: (
                    *tokens(f"{telling.title}\n{telling.body}", NAMES),
                    *(f"@{topic}" for topic in story.topics),
                )
                for telling in story.tellings
            },
        )
        for number, story in enumerate(stories, start=1)
    )


INDEX = index_of(WORLD)


def ask(text: str, language: str = "en", stories: Sequence[Story] = WORLD, limit: int = 5) -> Answer:
    index = INDEX if stories is WORLD else index_of(stories)
    query = read_query(text, NAMES, index)
    hits = index.search([concept.tokens for concept in query.concepts], PUBLIC, 50, NOW)
    known = {story.id: story for story in stories}
    return answer(query, hits, known, NAMES, index, language, NOW, limit)


def ids(found: Answer) -> list[str]:
    return [f.story.id for f in found.found]
