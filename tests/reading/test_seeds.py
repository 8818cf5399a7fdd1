"""The format of seeds, and the seed stories themselves: complete, attributed, and in our own words."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import InvalidSeed
from bot.language import Names
from bot.model import LANGUAGES, Claim, Language, Source, Story, Telling
from bot.reading.seeds import FILE_LIMIT, read_seeds, read_story, read_topics

ROOT = Path(__file__).parents[2]
SEEDS_FOLDER = ROOT / "seeds"
ARTICLES = sorted((ROOT.parent / "shared" / "article").glob("*.txt"))
QUESTIONS: dict[str, dict[Language, dict[str, object]]] = yaml.safe_load(
    (ROOT / "tests" / "data" / "questions.yaml").read_text("utf-8")
)
NOW = datetime(2026, 3, 2, tzinfo=UTC)

FILES = {
    path.relative_to(SEEDS_FOLDER).as_posix(): path.read_text("utf-8")
    for path in [SEEDS_FOLDER / "topics.yaml", *SEEDS_FOLDER.glob("stories/*.md")]
}
SEEDS = read_seeds(FILES, NOW)
STORIES = {story.id: story for story in SEEDS.stories}

STORY = """\
---
date: 2025-02-01
source: The Daily Crate
topics: [robots]
---

# en: A robot sorts parcels

Kumo showed a robot that sorts parcels.

Kumo's robot sorted
900 parcels an hour.
- said by: Kumo
- doubted by: workers
- doubted by: a rival
- denied by: the union

Kumo's robot comes from Osaka.

# ja: ロボットが荷物を仕分け

Kumoがロボットを公開した。

Kumoのロボットは
荷物を仕分けた。
- 主張： Kumo
"""
TOPICS = """\
robots:
  ja: ロボット
  en: Robot
  aliases: [automaton]
"""


def texts(telling: Telling) -> str:
    return "\n".join((telling.title, telling.summary, telling.body))


# The format.


def test_a_story_is_read_with_its_claims() -> None:
    story = read_story("stories/robot.md", STORY, NOW)

    english, japanese = story.tellings
    assert (story.id, story.source, story.topics) == ("robot", Source(name="The Daily Crate"), ("robots",))
    assert (story.published_at, story.added_at) == (datetime(2025, 2, 1, tzinfo=UTC), NOW)
    assert english.title == "A robot sorts parcels"
    assert english.summary == "Kumo showed a robot that sorts parcels."
    assert english.body == "Kumo's robot sorted 900 parcels an hour.\nKumo's robot comes from Osaka."
    assert english.claims == (
        Claim(
            text="Kumo's robot sorted 900 parcels an hour.",
            said_by="Kumo",
            doubted_by=("workers", "a rival"),
            denied_by=("the union",),
        ),
    )
    assert japanese.language == "ja"
    assert japanese.claims == (Claim(text="Kumoのロボットは荷物を仕分けた。", said_by="Kumo"),)


def test_a_byte_order_mark_and_windows_line_ends_change_nothing() -> None:
    assert read_story("robot.md", "\ufeff" + STORY.replace("\n", "\r\n"), NOW) == read_story(
        "robot.md", STORY, NOW
    )


def test_topics_are_read_in_order() -> None:
    (topic,) = read_topics("topics.yaml", TOPICS)

    assert topic.id == "robots"
    assert topic.names == {"ja": "ロボット", "en": "Robot"}
    assert topic.aliases == ("automaton",)


def test_the_examples_of_the_readme_are_seeds() -> None:
    readme = (SEEDS_FOLDER / "README.md").read_text("utf-8")
    story, topics = (
        re.findall(rf"```{kind}\n(.*?)```", readme, re.DOTALL)[0] for kind in ("markdown", "yaml")
    )

    seeds = read_seeds({"topics.yaml": topics, "stories/robot-parcels.md": story}, NOW)

    assert [len(telling.claims) for telling in seeds.stories[0].tellings] == [1, 1]
    assert seeds.stories[0].source.url == "https://crate.example/robot"


BROKEN_STORIES = {
    "empty": (STORY, "", 1, "no front matter"),
    "no front matter": ("---\ndate", "date", 1, "begin with date, source and topics"),
    "open front matter": ("]\n---", "]", 1, "write a second `---` line"),
    "no date": ("date: 2025-02-01\n", "", 1, "add a line `date: …`"),
    "a date in words": ("2025-02-01", "last week", 2, "write it as 2025-02-01"),
    "a date far off": ("2025-02-01", "0001-01-01", 2, "the year 1 cannot be right"),
    "an unknown field": ("source:", "sauce:", 3, "`sauce` is not known; use date, source, topics, url"),
    "a field twice": ("topics:", "date: 2025-02-02\ntopics:", 4, "`date` stands twice"),
    "no source": ("The Daily Crate", "", 3, "a text is missing"),
    "a long source": ("The Daily Crate", "x" * 101, 3, "shorten it to 100"),
    "a source that is a list": ("The Daily Crate", "[The Daily Crate]", 3, "a text is missing"),
    "no web address": ("topics:", "url: javascript:alert(1)\ntopics:", 4, "begin it with https://"),
    "topics without brackets": ("[robots]", "robots", 4, "write it in brackets"),
    "no topics": ("[robots]", "[]", 4, "name at least one"),
    "a topic twice": ("[robots]", "[robots, robots]", 4, "`robots` stands twice"),
    "an open bracket": ("[robots]", "[robots", 4, "not YAML"),
    "a tag": ("The Daily Crate", "!!python/object:os.system x", 3, "put it in quotes"),
    "an alias": ("The Daily Crate", "&a x\nurl: *a", 3, "put it in quotes"),
    "deep lists": ("[robots]", "[" * 9000, 4, "write them flat"),
    "an escape out of range": ("The Daily Crate", r'"\UFFFFFFFF"', 1, "not YAML"),
    "a control character in an escape": ("The Daily Crate", r'"a\u202eb"', 3, "U+202E; delete it"),
    "no heading": ("# en: A robot sorts parcels", "A robot", 7, "`# ja: title`"),
    "no story": (STORY[STORY.index("\n# en") :], "", 5, "`# ja: title`"),
    "another language": ("# en:", "# fr:", 7, "`# ja: title` or `# en: title`"),
    "a heading without a title": (
        "# en: A robot sorts parcels",
        "# en:",
        7,
        "`# ja: title` or `# en: title`",
    ),
    "a language twice": ("# ja:", "# en:", 20, "a second `# en:`"),
    "a long title": ("A robot sorts parcels", "x" * 81, 7, "has 81 characters; shorten it to 80"),
    "a long Japanese title": ("ロボットが荷物を仕分け", "荷" * 33, 20, "has 33 characters; shorten it to 32"),
    "a long summary": ("Kumoがロボットを公開した。", "荷" * 111, 22, "has 111 characters; shorten it to 110"),
    "no body": ("Kumoがロボットを公開した。\n", "", 20, "write a paragraph that sums up"),
    "an unknown party": ("- denied by:", "- refuted by:", 16, "`- denied by: name`"),
    "a party without a name": ("- denied by: the union", "- denied by:", 16, "`- denied by: name`"),
    "text below parties": ("- denied by: the union", "and more", 16, "or an empty line above"),
    "parties without a text": ("hour.\n- said", "hour.\n\n- said", 14, "right below its paragraph"),
    "a doubt without a claim": ("- said by: Kumo\n", "", 11, "0 who say it"),
    "a line of spaces": ("- denied by:", "- " + " " * 50_000 + "x", 16, "`- denied by: name`"),
    "two who say it": ("- doubted by: a rival", "- said by: a rival", 11, "2 who say it"),
    "a change of direction": ("Osaka", "\u202eOsaka", 18, "U+202E; delete it"),
    "a null character": ("Osaka", "Osa\0ka", 18, "U+0000; delete it"),
    "half a character": ("Osaka", "\ud800", 18, "U+D800; delete it"),
    "a huge file": ("Osaka", "x" * FILE_LIMIT, 1, "100000 is the limit"),
}


@pytest.mark.parametrize(("old", "new", "line", "advice"), BROKEN_STORIES.values(), ids=BROKEN_STORIES)
def test_a_broken_story_is_refused_with_file_line_and_advice(
    old: str, new: str, line: int, advice: str
) -> None:
    assert old in STORY

    with pytest.raises(InvalidSeed) as refused:
        read_story("stories/robot.md", STORY.replace(old, new, 1), NOW)

    assert str(refused.value).startswith(f"stories/robot.md:{line}: ")
    assert advice in refused.value.problem


BROKEN_TOPICS = {
    "empty": (TOPICS, "", 1, "write `name: value` lines"),
    "a list": (TOPICS, "[robots]", 1, "write `name: value` lines"),
    "a name that cannot be seen": ("  en:", '  "a\\u202eb":', 3, "U+202E; delete it"),
    "a huge name": ("  en:", "  " + "e" * 900 + ":", 3, "shorten it to 100"),
    "an id with a space": ("robots:", "Big Robots:", 1, "use a-z, 0-9 and single hyphens"),
    "a list for an id": ("robots:", "[robots]:", 1, "a text is missing"),
    "no fields": ("robots:", "machines: x\nrobots:", 1, "write `name: value` lines"),
    "no English name": ("  en: Robot\n", "", 1, "add a line `en: …`"),
    "an unknown field": ("aliases", "alias", 4, "use ja, en, aliases"),
    "a name of two topics": (
        TOPICS,
        TOPICS + TOPICS.replace("robots", "bots").replace("ロ", "ボ"),
        7,
        "`robots`",
    ),
    "a wide alias of two topics": (
        TOPICS,
        TOPICS + "x:\n  ja: x\n  en: x\n  aliases: [ＲＯＢＯＴ]",
        8,
        "`ＲＯＢＯＴ` names the topic `robots` already",
    ),
    "two documents": ("  en: Robot\n", "---\n", 3, "not YAML"),
    "a bomb of aliases": (TOPICS, "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]", 1, "put it in quotes"),
    "a character no YAML has": ("automaton", "\ufffe", 4, "U+FFFE; delete it"),
    "a number out of range": (TOPICS, "%YAML " + "9" * 5000 + ".1\n---\na: b", 1, "not YAML"),
}


@pytest.mark.parametrize(("old", "new", "line", "advice"), BROKEN_TOPICS.values(), ids=BROKEN_TOPICS)
def test_broken_topics_are_refused_with_file_line_and_advice(
    old: str, new: str, line: int, advice: str
) -> None:
    assert old in TOPICS

    with pytest.raises(InvalidSeed) as refused:
        read_topics("topics.yaml", TOPICS.replace(old, new, 1))

    assert str(refused.value).startswith(f"topics.yaml:{line}: ")
    assert advice in refused.value.problem


@pytest.mark.parametrize(
    ("files", "message"),
    [
        pytest.param({"a.md": STORY}, "topics.yaml:1: the topics file is missing", id="no topics"),
        pytest.param(
            {"a.md": STORY.replace("[robots]", "[robots,\n  cars]"), "topics.yaml": TOPICS},
            "a.md:5: the topic `cars` is not in topics.yaml",
            id="unknown topic",
        ),
        pytest.param(
            {"a.md": STORY, "b/a.md": STORY, "topics.yaml": TOPICS}, "b/a.md:1: another file", id="same id"
        ),
        pytest.param(
            {"A b.md": STORY, "topics.yaml": TOPICS}, "A b.md:1: `A b` cannot be an id", id="bad id"
        ),
    ],
)
def test_problems_between_files_are_refused(files: Mapping[str, str], message: str) -> None:
    with pytest.raises(InvalidSeed, match="^" + re.escape(message)):
        read_seeds(files, NOW)


@st.composite
def damaged(draw: st.DrawFn, text: str) -> str:
    """Return a text with a stretch of it replaced by another."""
    start = draw(st.integers(0, len(text)))
    end = draw(st.integers(start, min(start + 40, len(text))))
    scrap = draw(st.text(max_size=20) | st.text("#-:：[]{}&*!%|>?'\"\\ \n\tja", max_size=20))
    return text[:start] + scrap + text[end:]


def refusal(read: Callable[[], object]) -> InvalidSeed | None:
    try:
        read()
    except InvalidSeed as refused:
        return refused
    return None


@given(st.text() | damaged(STORY))
def test_any_text_is_a_story_or_refused_at_one_of_its_lines(text: str) -> None:
    refused = refusal(lambda: read_story("robot.md", text, NOW))

    assert refused is None or 1 <= refused.line <= text.count("\n") + 1


@given(st.text() | damaged(TOPICS))
def test_any_text_is_topics_or_refused_at_one_of_its_lines(text: str) -> None:
    refused = refusal(lambda: read_topics("topics.yaml", text))

    assert refused is None or 1 <= refused.line <= text.count("\n") + 1


# The seed stories.


TELLINGS = [
    pytest.param(story, telling, id=f"{story.id}-{telling.language}")
    for story in SEEDS.stories
    for telling in story.tellings
]


@pytest.mark.parametrize("story", SEEDS.stories, ids=STORIES)
def test_each_seed_is_told_alike_in_japanese_and_english(story: Story) -> None:
    japanese, english = story.tellings

    assert (japanese.language, english.language) == LANGUAGES
    assert japanese.body.count("\n") == english.body.count("\n")
    assert [(len(claim.doubted_by), len(claim.denied_by)) for claim in japanese.claims] == [
        (len(claim.doubted_by), len(claim.denied_by)) for claim in english.claims
    ]


@pytest.mark.parametrize(("story", "telling"), TELLINGS)
def test_each_telling_names_the_topics_of_its_story(story: Story, telling: Telling) -> None:
    named = {match.topic_id for match in Names(SEEDS.topics).find(texts(telling))}

    assert named.issuperset(story.topics)


def test_every_topic_has_a_story() -> None:
    used = {topic for story in SEEDS.stories for topic in story.topics}

    assert used >= {topic.id for topic in SEEDS.topics}


def test_one_story_is_first_of_all_about_deepseek() -> None:
    assert [story.id for story in SEEDS.stories if story.topics[0] == "deepseek"] == ["deepseek-cost"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_lawsuit_is_never_told_without_its_denial(language: Language) -> None:
    telling = STORIES["sister-lawsuit"].telling(language)
    denial = {"ja": "否定", "en": r"den(y|ies|ied)"}[language]

    for paragraph in (telling.title, telling.summary, *telling.body.split("\n")):
        assert re.search(denial, paragraph), paragraph
    assert all(claim.denied_by for claim in telling.claims)
    assert telling.claims


@pytest.mark.parametrize(("story", "telling"), TELLINGS)
def test_readers_questions_have_their_answers_in_the_seeds(story: Story, telling: Telling) -> None:
    questions = QUESTIONS[story.id][telling.language]

    missing = {
        question: answer for question, answer in questions.items() if str(answer) not in texts(telling)
    }

    assert len(questions) >= 5
    assert missing == {}


def test_every_question_is_about_a_seed() -> None:
    assert set(QUESTIONS) == set(STORIES)
    for language in LANGUAGES:
        assert sum(len(told[language]) for told in QUESTIONS.values()) >= 100


# The article they retell.

needs_article = pytest.mark.skipif(
    not ARTICLES, reason="the shared folder beside the repository has no article"
)
MULTIPLES = {
    "万": 10**4, "億": 10**8, "兆": 10**12,
    "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12,
}  # fmt: skip


def amounts(text: str) -> set[float]:
    """Return the figures of a text, whichever language they are written in."""
    figures = re.findall(rf"(\d[\d,]*(?:\.\d+)?) ?({'|'.join(MULTIPLES)})?", text)
    return {round(float(digits.replace(",", "")) * MULTIPLES.get(unit, 1), 2) for digits, unit in figures}


def stretches(text: str, length: int) -> set[str]:
    return {
        stretch
        for line in re.sub(r"[A-Za-z0-9.,%\-]+(?: [A-Za-z0-9.,%\-]+)*", "·", text).split("\n")
        for stretch in (line[start : start + length] for start in range(len(line) - length + 1))
    }


@needs_article
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_figure_of_the_article_is_in_a_seed(language: Language) -> None:
    article = "\n".join(path.read_text("utf-8") for path in ARTICLES)
    length_of_article = re.compile(r"^[\d,]+ 文字$", re.MULTILINE)

    told = amounts("\n".join(texts(story.telling(language)) for story in SEEDS.stories))

    assert len(told) > 20
    assert amounts(length_of_article.sub("", article)) - told == set()


@needs_article
@pytest.mark.parametrize("story", SEEDS.stories, ids=STORIES)
def test_no_stretch_of_the_article_is_copied(story: Story) -> None:
    article = set[str]().union(*(stretches(path.read_text("utf-8"), 14) for path in ARTICLES))

    assert article & stretches(texts(story.telling("ja")), 14) == set()
