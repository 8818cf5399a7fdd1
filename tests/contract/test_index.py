"""What every Index promises (`bot.ports.Index`)."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from bot.index import PostingsIndex
from bot.model import PUBLIC, IndexEntry, StoryId, WorkspaceId
from bot.ports import Index
from tests.fakes.brute_index import BruteIndex

NOW = datetime(2026, 11, 23, tzinfo=UTC)
OURS = WorkspaceId("ours")
THEIRS = WorkspaceId("theirs")


@pytest.fixture(params=[PostingsIndex, BruteIndex])
def index(request: pytest.FixtureRequest) -> Index:
    new: Callable[[], Index] = request.param
    return new()


def entry(number: int, story_id: str, *tellings: str, workspace: WorkspaceId = PUBLIC) -> IndexEntry:
    return IndexEntry(
        number=number,
        story_id=StoryId(story_id),
        workspace=workspace,
        published_at=NOW - timedelta(days=1),
        tokens={
            language: tuple(telling.split())
            for language, telling in zip(("ja", "en"), tellings, strict=False)
        },
    )


def found(index: Index, *tokens: str, workspace: WorkspaceId = OURS, limit: int = 10) -> list[str]:
    return [hit.story_id for hit in index.search([{token: 1.0} for token in tokens], workspace, limit, NOW)]


def test_a_story_is_found_as_soon_as_it_is_applied(index: Index) -> None:
    index.apply([entry(1, "cost", "deepseek cost")])
    assert found(index, "cost") == ["cost"]


def test_an_empty_index_finds_nothing(index: Index) -> None:
    assert found(index, "cost") == []
    assert index.position == 0
    assert index.document_count() == 0
    assert index.frequency("cost") == 0
    assert index.tokens_from("", 10) == []


def test_tokens_with_a_line_break_in_between_stand_for_a_telling_that_has_them_all(index: Index) -> None:
    index.apply([entry(1, "both", "east power east"), entry(2, "one", "east"), entry(3, "other", "power")])

    assert found(index, "east\npower") == ["both"]
    assert index.frequency("east\npower") == 1
    assert index.frequency("east\nunknown") == 0
    assert found(index, "east\nunknown") == []


def test_what_no_story_holds_finds_nothing(index: Index) -> None:
    index.apply([entry(1, "cost", "deepseek cost")])
    assert found(index, "quantum", "knitting") == []
    assert index.search([], OURS, 10, NOW) == []
    assert index.search([{}], OURS, 10, NOW) == []


def test_the_story_that_holds_more_of_the_query_comes_first(index: Index) -> None:
    index.apply(
        [entry(1, "model", "deepseek model"), entry(2, "cost", "deepseek cost"), entry(3, "x", "other x")]
    )
    assert found(index, "deepseek", "cost") == ["cost", "model"]


def test_a_rare_token_weighs_more_than_a_common_one(index: Index) -> None:
    common = [entry(n, f"ai{n}", "ai news") for n in range(1, 9)]
    index.apply([*common, entry(9, "rare", "gemini news")])
    assert found(index, "ai", "gemini", limit=1) == ["rare"]


def test_spellings_of_one_concept_do_not_add_up(index: Index) -> None:
    index.apply([entry(1, "both", "cost コスト"), entry(2, "one", "cost cost"), entry(3, "none", "x y")])
    both = index.search([{"cost": 1.0, "コスト": 1.0}], OURS, 10, NOW)
    apart = index.search([{"cost": 1.0}, {"コスト": 1.0}], OURS, 10, NOW)
    scores = {hit.story_id: hit.score for hit in both}
    assert {hit.story_id: hit.score for hit in apart}["both"] > scores["both"]


def test_a_story_in_two_languages_is_one_hit(index: Index) -> None:
    index.apply([entry(1, "cost", "deepseek コスト", "deepseek cost")])
    assert found(index, "deepseek") == ["cost"]
    assert index.document_count() == 2


def test_at_most_limit_stories_are_returned(index: Index) -> None:
    index.apply([entry(n, f"s{n}", "ai", "ai") for n in range(1, 30)])
    assert len(found(index, "ai", limit=7)) == 7


def test_a_new_entry_replaces_what_was_known_of_the_story(index: Index) -> None:
    index.apply([entry(1, "cost", "before both", "before")])
    index.apply([entry(2, "cost", "after both")])
    assert found(index, "before") == []
    assert found(index, "after") == ["cost"]
    assert found(index, "both") == ["cost"]
    assert index.document_count() == 1


def test_an_entry_without_tokens_takes_the_story_away_and_another_brings_it_back(index: Index) -> None:
    index.apply([entry(1, "cost", "deepseek cost"), entry(2, "cost")])
    assert found(index, "cost") == []
    assert index.document_count() == 0
    index.apply([entry(3, "cost", "deepseek cost")])
    assert found(index, "cost") == ["cost"]


def test_applying_entries_again_changes_nothing(index: Index) -> None:
    entries = [entry(1, "cost", "deepseek cost"), entry(2, "model", "deepseek model")]
    index.apply(entries)
    before = index.search([{"deepseek": 1.0}], OURS, 10, NOW)
    index.apply(entries)
    assert index.search([{"deepseek": 1.0}], OURS, 10, NOW) == before
    assert index.document_count() == 2


def test_position_is_the_number_of_the_last_entry(index: Index) -> None:
    index.apply([entry(3, "cost", "a"), entry(8, "model", "b"), entry(9, "gone")])
    assert index.position == 9


def test_a_workspace_finds_public_stories_and_its_own_only(index: Index) -> None:
    index.apply(
        [
            entry(1, "public", "secret"),
            entry(2, "ours", "secret", workspace=OURS),
            entry(3, "theirs", "secret", workspace=THEIRS),
        ]
    )
    assert set(found(index, "secret", workspace=OURS)) == {"public", "ours"}
    assert set(found(index, "secret", workspace=THEIRS)) == {"public", "theirs"}
    assert set(found(index, "secret", workspace=WorkspaceId("new"))) == {"public"}
    assert set(found(index, "secret", workspace=PUBLIC)) == {"public"}


def test_other_workspaces_stories_take_no_place_in_the_results(index: Index) -> None:
    theirs = [entry(n, f"t{n}", "secret", workspace=THEIRS) for n in range(1, 40)]
    index.apply([*theirs, entry(40, "ours", "secret and many other words", workspace=OURS)])
    assert found(index, "secret", limit=1) == ["ours"]


def test_tokens_are_listed_by_prefix_in_code_point_order(index: Index) -> None:
    index.apply([entry(1, "a", "stargate star アルトマン ~st\tstar"), entry(2, "b", "startup stop star 星")])
    assert index.tokens_from("star", 10) == ["star", "stargate", "startup"]
    assert index.tokens_from("star", 2) == ["star", "stargate"]
    assert index.tokens_from("アル", 10) == ["アルトマン"]
    assert index.tokens_from("zzz", 10) == []


def test_frequency_counts_tellings(index: Index) -> None:
    index.apply([entry(1, "a", "ai ai", "ai"), entry(2, "b", "ai x")])
    assert index.frequency("ai") == 3
    assert index.frequency("x") == 1
