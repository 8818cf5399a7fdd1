"""What may be meant by what is typed: across scripts, within what platforms hold, and nothing of others'."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.commands import WISHES, Ask, parse
from bot.engine import Engine
from bot.index import PostingsIndex
from bot.language import Names
from bot.model import LANGUAGES, StoryId, Topic, TopicId, WorkspaceId
from bot.store import open_store
from bot.subscriptions.wishes import fulfil
from tests.factories import NOW, make_actor, make_story, make_subscription, make_telling

NAMES = Names(
    [
        Topic(
            id=TopicId("deepseek"),
            names={"ja": "DeepSeek", "en": "DeepSeek"},
            aliases=("ディープシーク", "深度求索"),
        ),
        Topic(id=TopicId("openai"), names={"ja": "OpenAI", "en": "OpenAI"}, aliases=("オープンAI",)),
        Topic(
            id=TopicId("sam-altman"),
            names={"ja": "サム・アルトマン", "en": "Sam Altman"},
            aliases=("Altman",),
        ),
    ]
)
HOME, AWAY = WorkspaceId("home"), WorkspaceId("away")
SECRET = "Zanzibar merger"
FIELDS = ["query", *WISHES, "no-such-field"]


def story(id_, title, age_days=1, **over):
    telling = make_telling(title=title, summary=f"{title}.", body=f"{title}. It is so.")
    published_at = NOW - timedelta(days=age_days)
    return make_story(id=StoryId(id_), tellings=(telling,), published_at=published_at, **over)


STORIES = [
    story("parcels", "A warehouse robot sorts parcels", topics=(TopicId("deepseek"),)),
    story("own", "The home team wins", age_days=2, workspace=HOME, topics=(TopicId("unknown-topic"),)),
    story("secret", f"Alpha plans the {SECRET}", age_days=0, workspace=AWAY, topics=(TopicId("openai"),)),
    story("trap", "Robots rest visible:yes page:3", age_days=3),
    story("long", "Warehouses " + "and parcels " * 30, age_days=4),
    replace(story("waiting", "Robots wait for approval"), status="waiting"),
]


@pytest.fixture
async def engine(sqlite_url):
    store = await open_store(sqlite_url)
    engine = Engine(store, PostingsIndex(), NAMES, lambda: NOW)
    await engine.save(STORIES, "seeds", "")
    yield engine
    await store.close()


async def values(engine, field, typed, language="en", limit=25):
    actor = make_actor(language=language)
    return [choice.value for choice in await engine.suggest(field, typed, actor, limit)]


async def labels(engine, field, typed, language="en"):
    return [choice.label for choice in await engine.suggest(field, typed, make_actor(language=language))]


# Questions


@pytest.mark.parametrize(
    "typed", ["deep", "DEEPS", "ｄｅｅｐ", "ディープ", "でぃーぷ", "ﾃﾞｨｰﾌﾟｼ", "深度", "seek"]
)
async def test_a_name_is_found_in_every_script(engine, typed):
    assert (await values(engine, "query", typed))[0] == "DeepSeek"


@pytest.mark.parametrize(("language", "name"), [("ja", "サム・アルトマン"), ("en", "Sam Altman")])
async def test_a_name_is_shown_in_the_askers_language(engine, language, name):
    assert await labels(engine, "query", "altm", language) == [name]


async def test_names_that_begin_with_what_is_typed_come_before_those_that_hold_it(engine):
    assert (await values(engine, "topics", "s"))[0] == "sam-altman"
    assert (await values(engine, "topics", "see")) == ["deepseek"]


@pytest.mark.parametrize("typed", ["robot", "warehouse rob", "sorting parcels", "parc"])
async def test_titles_are_found_by_what_is_typed(engine, typed):
    assert "A warehouse robot sorts parcels" in await values(engine, "query", typed)


async def test_with_nothing_typed_the_newest_are_offered(engine):
    assert (await values(engine, "query", " "))[:3] == [
        "DeepSeek",
        "A warehouse robot sorts parcels",
        "The home team wins",
    ]
    assert len(await values(engine, "query", "", limit=2)) == 2


async def test_a_title_is_looked_up_and_never_shared_whatever_it_says(engine):
    (trap,) = [value for value in await values(engine, "query", "") if value.startswith("Robots")]

    assert parse(f"/ai-news {trap}") == Ask(query="Robots rest")


@pytest.mark.parametrize(
    "typed", ["", "Zanzibar", "zan", "merger", "alpha plans", "Alpha plans the Zanzibar"]
)
async def test_nothing_of_another_workspace_is_offered(engine, typed):
    offered = " ".join(await labels(engine, "query", typed))

    assert "Zanzibar" not in offered
    assert "approval" not in offered
    away = make_actor(workspace=AWAY)
    assert any(SECRET in choice.label for choice in await engine.suggest("query", typed, away))


# Lists of topics


@pytest.mark.parametrize("field", ["topics", "without", "mention-topics"])
async def test_the_last_entry_of_a_list_is_completed(engine, field):
    found = await engine.suggest(field, "ディープシーク, ope", make_actor(language="ja"))

    assert [(choice.value, choice.label) for choice in found] == [("deepseek,openai", "DeepSeek, OpenAI")]


async def test_a_topic_that_is_listed_is_not_offered_again(engine):
    assert await values(engine, "topics", "openai,") == ["openai,deepseek", "openai,sam-altman"]
    assert await values(engine, "topics", "openai、深度") == ["openai,deepseek"]


async def test_with_nothing_typed_every_topic_is_offered_and_none(engine):
    assert await values(engine, "topics", "") == ["off", "deepseek", "openai", "sam-altman"]


async def test_what_is_offered_for_a_list_can_be_wished_for(engine):
    for typed in ("", "op", "openai,", "openai,deepseek,s"):
        for value in await values(engine, "topics", typed):
            fulfil({"topics": value}, make_subscription(), NAMES)


# Zones and examples


@pytest.mark.parametrize(
    ("typed", "zone"),
    [
        ("", "Asia/Tokyo"),
        ("tok", "Asia/Tokyo"),
        ("東京", "Asia/Tokyo"),
        ("ロンドン", "Europe/London"),
        ("new york", "America/New_York"),
        ("america/new", "America/New_York"),
        ("kathm", "Asia/Kathmandu"),
        ("utc", "UTC"),
    ],
)
async def test_a_zone_is_found_by_its_city_or_its_name(engine, typed, zone):
    assert (await values(engine, "zone", typed))[0] == zone


async def test_a_zone_is_called_as_its_city_is_in_the_askers_language(engine):
    assert (await labels(engine, "zone", "tokyo", "ja"))[0] == "Asia/Tokyo (東京)"
    assert (await labels(engine, "zone", "tokyo", "en"))[0] == "Asia/Tokyo"


@pytest.mark.parametrize(
    ("field", "typed", "first"),
    [
        ("times", "", "09:00"),
        ("times", "7:15", "07:15"),
        ("times", "18", "18:00"),
        ("days", "we", "weekdays"),
        ("days", "月水", "mon,wed"),
        ("quiet", "23", "23:00-08:00"),
        ("quiet", "22から7", "22:00-07:00"),
        ("count", "1", "1"),
        ("count", "7", "7"),
        ("style", "thr", "thread"),
        ("language", "日本", "ja"),
        ("empty", "", "skip"),
        ("publish", "y", "yes"),
    ],
)
async def test_examples_are_offered_and_what_is_typed_where_it_will_do(engine, field, typed, first):
    assert (await values(engine, field, typed, "ja"))[0] == first


@pytest.mark.parametrize(
    "field", ["times", "days", "quiet", "count", "style", "language", "empty", "publish"]
)
async def test_what_is_offered_can_be_wished_for(engine, field):
    offered = await values(engine, field, "")

    assert offered
    for value in offered:
        fulfil({field: value}, make_subscription(), NAMES)


async def test_nothing_is_offered_for_what_is_not_known(engine):
    assert await values(engine, "no-such-field", "x") == []
    assert await values(engine, "times", "never") == []


# Whatever is typed

TEXT = st.one_of(
    st.text(max_size=300),
    st.lists(
        st.sampled_from(
            ["deep", "ディープ", ",", "、", "zan", "merger", " ", "\0", "\ud800", "robot", "9:00"]
        )
    ).map("".join),
)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(data=st.data())
async def test_whatever_is_typed_offers_what_platforms_hold_and_nothing_of_others(engine, data):
    field, typed = data.draw(st.sampled_from(FIELDS)), data.draw(TEXT)
    limit, language = data.draw(st.integers(1, 30)), data.draw(st.sampled_from(LANGUAGES))

    found = await engine.suggest(field, typed, make_actor(language=language), limit)

    assert len(found) <= limit
    assert len({choice.value for choice in found}) == len(found)
    for choice in found:
        for text in (choice.value, choice.label):
            assert 0 < len(text.strip()) <= len(text) <= 100
            assert len(text.encode("utf-16-le")) <= 200
            assert "Zanzibar" not in text
