"""The index against BM25 by the book, over updates, workspaces and snapshots, whole and broken."""

import logging
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from math import log
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.index import PostingsIndex, snapshot
from bot.index.bm25 import BUDGET, HALF_AGE_DAYS, K1, B
from bot.index.postings import MAX_COUNT
from bot.model import LANGUAGES, PUBLIC, IndexEntry, Language, StoryId, WorkspaceId

NOW = datetime(2026, 11, 23, tzinfo=UTC)
OURS = WorkspaceId("ours")
THEIRS = WorkspaceId("theirs")
WORKSPACES = [PUBLIC, OURS, THEIRS]
WORDS = ["a", "b", "c", "開発", "コスト", "@deepseek", "~TPSK\tDeepSeek", "~TPSK\tディープシーク", "\ud800"]

Query = Sequence[Mapping[str, float]]


def entry(
    number: int,
    story_id: str,
    tokens: Mapping[Language, tuple[str, ...]],
    workspace: WorkspaceId = PUBLIC,
    age_days: float = 0,
) -> IndexEntry:
    return IndexEntry(
        number=number,
        story_id=StoryId(story_id),
        workspace=workspace,
        published_at=NOW - timedelta(days=age_days),
        tokens=tokens,
    )


def count(token: str, counts: Counter[str]) -> int:
    """Return how often all of the tokens stand there that a line break parts."""
    return min(counts[part] for part in token.split("\n"))


def by_the_book(
    entries: Mapping[StoryId, IndexEntry], query: Query, workspace: WorkspaceId
) -> dict[StoryId, float]:
    """Return every story's BM25 score as if what `workspace` sees were all there is, best first.

    Equal scores: the newer story first, then the one changed last.
    """
    tellings = [
        (entry.story_id, Counter(tokens))
        for entry in entries.values()
        for tokens in entry.tokens.values()
        if tokens and entry.workspace in (PUBLIC, workspace)
    ]
    lengths = [sum(n for token, n in counts.items() if token[0] != "~") for _, counts in tellings]
    mean = max(sum(lengths), 1) / max(len(lengths), 1)
    scores: dict[StoryId, float] = {}
    for (story_id, counts), length in zip(tellings, lengths, strict=True):
        score = 0.0
        for concept in query:
            frequency = max((sum(count(t, c) > 0 for _, c in tellings) for t in concept), default=0)
            rarity = log(1 + (len(tellings) - frequency + 0.5) / (frequency + 0.5))
            damping = K1 * (1 - B + B * length / mean)
            gains = [
                w * rarity * (K1 + 1) * count(t, counts) / (count(t, counts) + damping)
                for t, w in concept.items()
            ]
            score += max(gains, default=0.0)
        scores[story_id] = max(score, scores.get(story_id, 0.0))
    ranked = sorted(
        scores, key=lambda s: (scores[s], entries[s].published_at, entries[s].number), reverse=True
    )
    return {story_id: scores[story_id] for story_id in ranked if scores[story_id] > 0}


Step = tuple[str, WorkspaceId, int, dict[Language, tuple[str, ...]]] | str
tellings = st.dictionaries(
    st.sampled_from(LANGUAGES), st.lists(st.sampled_from(WORDS), max_size=12).map(tuple), max_size=2
)
changes = st.tuples(
    st.sampled_from(["s0", "s1", "s2", "s10", "物語", "\udfff"]),
    st.sampled_from(WORKSPACES),
    st.integers(-2, 3),
    tellings,
)
steps = st.lists(st.one_of(changes, changes, changes, st.sampled_from(["save", "restart"])), max_size=25)
TOGETHER = [f"{one}\n{other}" for one in WORDS[:3] for other in WORDS[1:4]]
concepts = st.dictionaries(
    st.sampled_from([*WORDS, *TOGETHER, "unknown"]), st.sampled_from([1.0, 0.5, 0.1]), max_size=3
)
queries = st.lists(concepts, max_size=4)


@settings(max_examples=150, deadline=None)
@given(steps=steps, query=queries, limit=st.integers(1, 8))
def test_results_are_those_of_bm25_by_the_book(steps: list[Step], query: Query, limit: int) -> None:
    index = PostingsIndex()
    entries: dict[StoryId, IndexEntry] = {}
    with TemporaryDirectory() as folder:
        path = Path(folder) / "index"
        for number, step in enumerate(steps, start=1):
            if isinstance(step, str):
                index.save(path)
                index = PostingsIndex.load(path) if step == "restart" else index
                continue
            story_id, workspace, age_days, tokens = step
            changed = entry(number, story_id, tokens, workspace, age_days)
            index.apply([changed])
            entries[changed.story_id] = changed
    for workspace in WORKSPACES:
        seen = [e for e in entries.values() if e.workspace in (PUBLIC, workspace)]
        texts = [set(tokens) for e in seen for tokens in e.tokens.values() if tokens]
        assert index.document_count(workspace) == len(texts)
        assert {w: index.frequency(w, workspace) for w in WORDS} == {
            w: sum(w in t for t in texts) for w in WORDS
        }
        assert index.tokens_from("", 99, workspace) == sorted(set().union(*texts))
        expected = by_the_book(entries, query, workspace)
        hits = index.search(query, workspace, limit, NOW)
        assert [hit.score for hit in hits] == pytest.approx(list(expected.values())[:limit])
        assert {hit.story_id: hit.score for hit in hits} == pytest.approx(
            {hit.story_id: expected[hit.story_id] for hit in hits}
        )
        for concept in query:
            assert_same_order(index, entries, concept, workspace, limit)


def assert_same_order(
    index: PostingsIndex,
    entries: Mapping[StoryId, IndexEntry],
    concept: Mapping[str, float],
    workspace: WorkspaceId,
    limit: int,
) -> None:
    """One concept's scores are no sums, so they are equal to the last bit, and so is the order of ties."""
    expected = list(by_the_book(entries, [concept], workspace).items())[:limit]
    hits = index.search([concept], workspace, limit, NOW)
    assert [(hit.story_id, hit.score) for hit in hits] == expected


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), length=st.integers(1, 8), limit=st.integers(1, 20))
def test_passing_documents_over_loses_none_of_the_best(seed: int, length: int, limit: int) -> None:
    random = np.random.default_rng(seed)
    words = [f"w{rank}" for rank in range(60)]
    chances = 1 / np.arange(1, 61)
    entries = {}
    for number in range(1, 400):
        texts: dict[Language, tuple[str, ...]] = {
            language: tuple(random.choice(words, random.integers(1, 40), p=chances / chances.sum()).tolist())
            for language in LANGUAGES
        }
        story_id = StoryId(f"s{number}")
        entries[story_id] = entry(number, story_id, texts, WORKSPACES[number % 3], number % 7)
    index = PostingsIndex()
    index.apply(entries.values())
    query = [{word: 1.0} for word in random.choice(words, length, replace=False).tolist()]
    expected = by_the_book(entries, query, OURS)
    hits = index.search(query, OURS, limit, NOW)
    assert [hit.score for hit in hits] == pytest.approx(list(expected.values())[:limit])


def test_a_story_with_none_of_the_weightiest_concept_can_be_the_best() -> None:
    index = PostingsIndex()
    heavy = [entry(n, f"heavy{n}", {"en": ("rare",) * 9}) for n in range(1, 5)]
    light = [entry(n, f"light{n}", {"en": ("some", "x") if n % 2 else ("other", "x")}) for n in range(5, 17)]
    index.apply([*heavy, *light, entry(17, "both", {"en": ("some", "other") * 9})])
    hits = index.search([{"rare": 1.0}, {"some": 1.0}, {"other": 1.0}], PUBLIC, 1, NOW)
    assert [hit.story_id for hit in hits] == ["both"]


def test_two_tellings_of_one_story_take_no_place_from_others() -> None:
    index = PostingsIndex()
    twice = [entry(n, f"s{n}", {"ja": ("a", "a", "x"), "en": ("a", "a", "y")}) for n in range(1, 4)]
    index.apply([*twice, entry(4, "once", {"en": ("a", "many", "other", "words")})])
    hits = index.search([{"a": 1.0}], PUBLIC, 4, NOW)
    assert [hit.story_id for hit in hits] == ["s3", "s2", "s1", "once"]


def test_an_entry_that_was_overtaken_is_passed_over() -> None:
    index = PostingsIndex()
    index.apply([entry(2, "a", {"en": ("new",)}), entry(1, "a", {"en": ("old",)})])
    assert index.tokens_from("", 9) == ["new"]
    assert index.position == 2


def test_other_workspaces_documents_change_no_score() -> None:
    ours = [
        entry(1, "a", {"ja": ("開発", "費")}),
        entry(2, "b", {"ja": ("開発",), "en": ("cost",)}, OURS),
        entry(3, "c", {"ja": ("費", "費")}),
    ]
    theirs = [entry(n, f"t{n}", {"ja": ("開発", "秘密") * n}, THEIRS) for n in range(4, 40)]
    alone, shared = PostingsIndex(), PostingsIndex()
    alone.apply(ours)
    shared.apply([*ours, *theirs])
    query = [{"開発": 1.0}, {"費": 1.0}, {"秘密": 1.0}]
    assert shared.search(query, OURS, 10, NOW) == alone.search(query, OURS, 10, NOW)


def test_a_count_beyond_the_highest_is_the_highest() -> None:
    index = PostingsIndex()
    index.apply([entry(1, "many", {"en": ("a",) * 10_000}), entry(2, "b", {"en": ("b",)})])
    (hit,) = index.search([{"a": 1.0}], PUBLIC, 10, NOW)
    damping = K1 * (1 - B + B * 10_000 / (10_001 / 2))
    assert hit.score == pytest.approx(log(2) * (K1 + 1) * MAX_COUNT / (MAX_COUNT + damping))


@pytest.fixture(scope="module", params=["in memory", "from a snapshot", "half and half"])
def crowd(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> PostingsIndex:
    """More stories about one thing than a search looks at, the newest added first, every third private."""
    path = tmp_path_factory.mktemp("crowd") / "index"
    index = PostingsIndex()
    total = 2 * BUDGET
    for number in range(1, total + 1):
        workspace = THEIRS if number % 3 == 0 else PUBLIC
        rare = ("rare",) if number == total else ()
        tokens: dict[Language, tuple[str, ...]] = {"en": ("ai", "news", *rare)}
        index.apply([entry(number, f"s{number}", tokens, workspace, age_days=number)])
        if request.param == "half and half" and number == BUDGET:
            index.save(path)
    if request.param == "from a snapshot":
        index.save(path)
    return index


def test_a_word_too_common_finds_the_newest_stories_that_are_seen(crowd: PostingsIndex) -> None:
    hits = crowd.search([{"ai": 1.0}], OURS, 4, NOW)
    assert [hit.story_id for hit in hits] == ["s1", "s2", "s4", "s5"]
    assert hits[0].score / hits[3].score == pytest.approx((HALF_AGE_DAYS + 5) / (HALF_AGE_DAYS + 1))
    assert [hit.story_id for hit in crowd.search([{"ai": 1.0}], THEIRS, 3, NOW)] == ["s1", "s2", "s3"]


def test_a_rare_word_beside_a_common_one_finds_the_oldest_story(crowd: PostingsIndex) -> None:
    hits = crowd.search([{"ai": 1.0}, {"rare": 1.0}], OURS, 3, NOW)
    assert hits[0].story_id == f"s{2 * BUDGET}"


def test_tokens_are_listed_over_snapshot_and_memory(tmp_path: Path) -> None:
    index = PostingsIndex()
    index.apply([entry(1, "a", {"en": ("star", "stargate", "s")})])
    index.save(tmp_path / "index")
    index.apply([entry(2, "b", {"en": ("star", "starfish", "x")})])
    assert index.tokens_from("sta", 10) == ["star", "starfish", "stargate"]
    index.apply([entry(3, "c", {"en": ("stage",)})])
    assert index.tokens_from("sta", 2) == ["stage", "star"]
    assert index.frequency("star") == 2


def test_a_snapshot_forgets_what_was_taken_away(tmp_path: Path) -> None:
    index = PostingsIndex()
    index.apply([entry(1, "a", {"en": ("secret", "x")}), entry(2, "b", {"en": ("x",)}), entry(3, "a", {})])
    index.save(tmp_path / "index")
    assert index.frequency("secret") == 0
    assert index.tokens_from("", 10) == ["x"]
    assert b"secret" not in (tmp_path / "index").read_bytes()


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("saved") / "index"
    index = PostingsIndex()
    for number in range(1, 60):
        index.apply(
            [entry(number, f"s{number}", {"ja": ("a", "b")[: number % 3], "en": (f"w{number}",)}, OURS)]
        )
    index.save(path)
    return path.read_bytes()


def use(index: PostingsIndex) -> None:
    """Do everything with an index; nothing may raise."""
    index.search([{"a": 1.0}, {"w7": 1.0}], OURS, 10, NOW)
    index.apply([entry(10_000, "new", {"ja": ("a", "new")}), entry(10_001, "s3", {})])
    for workspace in WORKSPACES:
        index.search([{"a": 1.0}, {"w7": 1.0, "b": 0.5}, {"new": 1.0}], workspace, 10, NOW)
    index.tokens_from("w", 10)
    assert index.search([{"new": 1.0}], PUBLIC, 1, NOW)[0].story_id == "new"


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_a_damaged_snapshot_never_raises(data: st.DataObject, saved: bytes) -> None:
    damaged = bytearray(saved)
    for place in data.draw(st.lists(st.integers(0, len(saved) - 1), min_size=1, max_size=5)):
        damaged[place] ^= data.draw(st.integers(1, 255))
    with TemporaryDirectory() as folder:
        path = Path(folder) / "index"
        path.write_bytes(damaged[: data.draw(st.sampled_from([len(saved), len(saved), len(saved) // 2]))])
        use(PostingsIndex.load(path))
        index = PostingsIndex.load(path)
        index.save(path)
        use(index)


def test_postings_that_point_nowhere_never_raise(saved: bytes, tmp_path: Path) -> None:
    path = tmp_path / "index"
    path.write_bytes(saved)
    whole = snapshot.read(path, frozenset())
    assert whole is not None
    postings = whole.array("postings", np.uint32).tobytes()
    path.write_bytes(saved.replace(postings, b"\xff" * len(postings)))
    index = PostingsIndex.load(path)
    assert index.position > 0
    use(index)
    index.save(path)
    use(PostingsIndex.load(path))


@settings(max_examples=50, deadline=None)
@given(content=st.binary(max_size=200), cut=st.integers(1, 5_000))
def test_what_is_no_whole_snapshot_is_an_empty_index(content: bytes, cut: int, saved: bytes) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "index"
        for broken in (content, saved[:-cut], saved[cut:], saved + content[:1] + b"x"):
            path.write_bytes(broken)
            assert PostingsIndex.load(path).position == 0


def test_a_damaged_snapshot_is_logged(saved: bytes, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "index"
    path.write_bytes(saved.replace(b"story_ends", b"story_endz"))
    with caplog.at_level(logging.WARNING):
        assert PostingsIndex.load(path).document_count() == 0
    assert "footer is damaged" in caplog.text


def test_a_snapshot_of_another_format_is_logged_and_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    index = PostingsIndex()
    index.apply([entry(1, "a", {"en": ("a",)})])
    with monkeypatch.context() as other_version:
        other_version.setattr(snapshot, "FORMAT", "0 of old")
        index.save(tmp_path / "index")
    with caplog.at_level(logging.WARNING):
        assert PostingsIndex.load(tmp_path / "index").position == 0
    assert "0 of old" in caplog.text


def test_a_missing_snapshot_is_an_empty_index_without_a_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert PostingsIndex.load(tmp_path / "index").position == 0
    assert caplog.text == ""


def test_a_snapshot_that_cannot_be_written_leaves_the_old_one_and_no_rubbish(tmp_path: Path) -> None:
    index = PostingsIndex()
    index.apply([entry(1, "a", {"en": ("a",)})])
    path = tmp_path / "index"
    index.save(path)

    def full_disk() -> Iterator[tuple[str, snapshot.Section]]:
        yield "owners", np.zeros(100_000, np.int32)
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space left"):
        snapshot.write(path, 2, [], full_disk())
    assert [file.name for file in tmp_path.iterdir()] == ["index"]
    assert PostingsIndex.load(path).position == 1


def test_saving_into_a_missing_folder_raises_and_the_index_works_on(tmp_path: Path) -> None:
    index = PostingsIndex()
    index.apply([entry(1, "a", {"en": ("a",)})])
    with pytest.raises(FileNotFoundError):
        index.save(tmp_path / "nowhere" / "index")
    assert index.search([{"a": 1.0}], PUBLIC, 1, NOW)[0].story_id == "a"


def test_two_indexes_may_hold_one_file_while_a_third_replaces_it(tmp_path: Path) -> None:
    path = tmp_path / "index"
    writer = PostingsIndex()
    writer.apply([entry(1, "a", {"en": ("a",)})])
    writer.save(path)
    reader = PostingsIndex.load(path)
    writer.apply([entry(2, "a", {}), entry(3, "b", {"en": ("a",)})])
    writer.save(path)
    assert reader.search([{"a": 1.0}], PUBLIC, 9, NOW)[0].story_id == "a"
    assert PostingsIndex.load(path).search([{"a": 1.0}], PUBLIC, 9, NOW)[0].story_id == "b"
