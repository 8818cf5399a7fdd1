"""Cutting articles into stories: boundaries, frames, spans, and texts that are no articles."""

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.language import Names
from bot.model import Topic, TopicId
from bot.segment import Cut, cut

ROUNDUPS = Path(__file__).parents[1] / "data" / "roundups"
ARTICLES = sorted((Path(__file__).parents[3] / "shared" / "article").glob("*.txt"))
NO_NAMES = Names()


def marked(file: Path) -> tuple[str, list[tuple[int, int]]]:
    """Return the text of a round-up without its marks, and the span of each story between them."""
    pieces = file.read_text(encoding="utf-8").split("⟦")
    text, spans = pieces[0], []
    for piece in pieces[1:]:
        story, rest = piece.split("⟧")
        spans.append((len(text), len(text) + len(story)))
        text += story + rest
    return text, spans


def spans(found: Cut) -> list[tuple[int, int]]:
    return [(segment.span.start, segment.span.end) for segment in found.segments]


def f1(found: list[tuple[int, int]], gold: list[tuple[int, int]]) -> float:
    return 2 * len(set(found) & set(gold)) / (len(found) + len(gold))


# Round-ups


def test_round_ups_to_tune_on_are_cut_where_they_are_marked():
    quality = {file.stem: f1(spans(cut(text, NO_NAMES)), gold) for file, (text, gold) in read("tune").items()}

    assert len(quality) == 9
    assert min(quality.values()) >= 0.6, quality
    assert sum(quality.values()) / len(quality) >= 0.9, quality


def test_round_ups_that_nothing_was_tuned_on_are_cut_well():
    quality = [f1(spans(cut(text, NO_NAMES)), gold) for text, gold in read("held_out").values()]

    assert len(quality) == 7
    assert sum(quality) / len(quality) >= 0.8, quality


def read(part: str) -> dict[Path, tuple[str, list[tuple[int, int]]]]:
    return {file: marked(file) for file in sorted((ROUNDUPS / part).glob("*.txt"))}


@pytest.mark.parametrize("file", sorted(ROUNDUPS.glob("*/*-single.txt")), ids=lambda file: file.stem)
def test_article_of_one_story_stays_whole_under_its_own_headline(file):
    text, gold = marked(file)

    (story,) = cut(text, NO_NAMES).segments

    assert (story.span.start, story.span.end) == gold[0]
    assert story.title == text.partition("\n")[0]


@pytest.mark.parametrize("end", ["\r\n", "\r", "\u2028", "\n\n", " \n　"])
@pytest.mark.parametrize("name", ["ja-tech-cues", "en-business-newsletter"])
def test_line_ends_and_odd_blanks_move_no_boundary(name, end):
    text, gold = marked(ROUNDUPS / "tune" / f"{name}.txt")
    given_text = "\ufeff" + text.replace("\n", end)

    stories = [given_text[start:stop] for start, stop in spans(cut(given_text, NO_NAMES))]

    assert ["".join(story.split()) for story in stories] == ["".join(text[a:b].split()) for a, b in gold]


def test_text_in_one_line_is_cut_at_sentences():
    text, gold = marked(ROUNDUPS / "tune" / "ja-tech-cues.txt")
    one_line = text[gold[0][0] : gold[-1][1]].replace("\n", "")

    starts = [one_line[start : start + 3] for start, _ in spans(cut(one_line, NO_NAMES))]

    assert starts == ["まず、", "続いて", "一方で", "さらに", "最後に"]


@pytest.mark.skipif(not ARTICLES, reason="the shared folder beside the repository is absent")
def test_given_article_is_cut_at_its_eleven_stories_without_lead_and_outro():
    text = ARTICLES[0].read_text(encoding="utf-8")
    lines = [number for number, line in enumerate(text.split("\n"), 1) for _ in range(len(line) + 1)]

    found = cut(text, NO_NAMES)

    assert [lines[segment.span.start] for segment in found.segments] == [
        5,
        8,
        11,
        13,
        15,
        16,
        18,
        19,
        20,
        25,
        27,
    ]
    assert lines[found.segments[-1].span.end - 1] == 28


# What speaks for and against a boundary

FAR = (
    "水族館でペンギンのひなが三羽生まれた。飼育員が毎日イワシを与えている。",
    "市役所の庁舎に太陽光パネルが載った。電気代は三割減る見込みだ。",
    "将棋の女流棋戦で新しい王者が決まった。終盤の桂馬が勝負を決めた。",
)


@pytest.mark.parametrize("cue", ["他のニュースとして、", "また別の話題では、", "話題を変えて、"])
def test_phrase_that_announces_another_story_cuts_even_where_words_are_shared(cue):
    same = "東雲電機が新型の蓄電池を発売した。蓄電池の容量は従来の二倍になる。"
    other = "東雲電機の蓄電池工場で火災があった。東雲電機は蓄電池の出荷を止めた。"

    assert len(cut(f"{same}\n{other}", NO_NAMES).segments) == 1
    assert len(cut(f"{same}\n{cue}{other}", NO_NAMES).segments) == 2


def test_steps_of_one_procedure_are_one_story():
    text = (
        "まず、味噌だれの材料を鍋に入れます。鍋は弱火にかけ、味噌だれを焦がさないようにします。\n"
        "次に、味噌だれの鍋に刻んだ生姜を加えます。鍋の味噌だれがとろりとするまで煮詰めます。\n"
        "続いて、煮詰めた味噌だれを鍋から器に移します。味噌だれに生姜の香りが移っていれば上々です。\n"
        "最後に、味噌だれの器に胡麻を散らします。残った味噌だれは鍋のまま冷やします。\n"
    )

    assert len(cut(text, NO_NAMES).segments) == 1


@pytest.mark.parametrize(
    ("second", "stories"),
    [
        ("Meanwhile, the chemist Ada Quill won the Orme Prize for a glue made of algae.", 4),
        ("Meanwhile, Halden will close its plant in Bergen.", 3),
        ("Meanwhile, the company will close a plant in Bergen.", 3),
    ],
)
def test_weak_phrase_in_a_round_up_announces_only_a_new_subject(second, stories):
    text = (
        "Chip maker Halden opened a test line in Tromsø. Halden paid a billion euros for it.\n\n"
        f"{second}\n\n"
        "In other news, a ferry ran aground off Skye. Nobody was hurt.\n\n"
        "Elsewhere, the opera in Graz cancelled its spring season.\n"
    )

    assert len(cut(text, NO_NAMES).segments) == stories


@pytest.mark.parametrize(
    ("second", "stories"),
    [
        ("一方、水族館ではペンギンのひなが三羽生まれました。", 4),
        ("一方、東雲電機は四国の工場を閉じます。", 3),
        ("一方、同社は四国の工場を閉じます。", 3),
    ],
)
def test_weak_japanese_phrase_in_a_round_up_announces_only_a_new_subject(second, stories):
    text = (
        "まず、東雲電機が新型の蓄電池を発売しました。\n"
        f"{second}\n"
        "他のニュースとして、将棋の女流棋戦で新しい王者が決まりました。\n"
        "最後に、市役所の庁舎に太陽光パネルが載りました。\n"
    )

    assert len(cut(text, NO_NAMES).segments) == stories


def test_headings_of_one_kind_open_a_story_each():
    text = "".join(f"## 話 {number}\n\n{story}\n\n" for number, story in enumerate(FAR, 1))

    found = cut(text, NO_NAMES)

    assert [segment.title for segment in found.segments] == ["話 1", "話 2", "話 3"]
    assert [text[a:b].startswith("## 話") for a, b in spans(found)] == [True, True, True]


def test_short_items_of_a_list_stay_with_the_paragraph_above_them():
    text = FAR[0] + "\n\n- イワシ\n- アジ\n- サバ\n"

    assert len(cut(text, NO_NAMES).segments) == 1


def test_page_furniture_and_yaml_head_are_in_no_story():
    body = "\n\n".join(FAR)
    text = f"---\ntitle: 週報\n---\n\n# 週報\n\n1,234 文字\nシェア ツイート\n\n{body}\n\n#水族館 #将棋\n"

    found = spans(cut(text, NO_NAMES))

    assert text[found[0][0] :].startswith(FAR[0])
    assert text[: found[-1][1]].endswith(FAR[2])


def test_topics_are_those_named_most_often_first():
    topics = [
        Topic(id=TopicId("penguin"), names={"ja": "ペンギン", "en": "Penguin"}),
        Topic(id=TopicId("sardine"), names={"ja": "イワシ", "en": "Sardine"}),
    ]
    text = "ペンギンはイワシを食べる。イワシは群れで泳ぐ。"

    (story,) = cut(text, Names(topics)).segments

    assert story.topics == ("sardine", "penguin")


# What is no article


@pytest.mark.parametrize("text", ["", " \n\t\r\n　", "\ufeff", "***\n---\n", "\0" * 1000, "「」。、"])
def test_text_without_a_letter_has_no_story(text):
    assert cut(text, NO_NAMES).segments == ()


@pytest.mark.parametrize(
    "text",
    [
        "a" * 1_000_000,
        "漢字" * 500_000,
        "e" + "\u0301" * 100_000,
        "\u202eabc\u202c\ud800。" * 2_000,
        "[a](" * 30_000,
        "<a" * 50_000,
        "「" * 100_000 + "あ",
        "a,b;" * 50_000,
        "# a " * 30_000,
        "<div><p>Hello <b>world</b>.</p></div>\n" * 2_000,
        "By A\n" * 5_000,
        "まず、あ。\n次に、い。\n" * 1_000,
    ],
    ids=lambda text: repr(text[:12]),
)
def test_hostile_text_is_cut_in_bounded_time(text):
    begun = time.process_time()

    found = cut(text, NO_NAMES)

    assert time.process_time() - begun < 20
    assert found.segments
    assert all(len(segment.title) <= 200 and len(segment.summary) <= 3_000 for segment in found.segments)


def test_heading_alone_is_a_story():
    (story,) = cut("Penguins hatch", NO_NAMES).segments

    assert (story.title, story.span.start, story.span.end) == ("Penguins hatch", 0, 14)


CUES = ["まず、", "他のニュースとして、", "しかし、", "以上、", "Meanwhile, ", "He ", "否定した", "denied "]
MARKS = [
    "# ",
    "■",
    "- ",
    "1. ",
    "> ",
    "---",
    "「",
    "」",
    "**",
    "#tag",
    "[a](b)",
    "\ufeff",
    "\u0301",
    "\u202e",
]
BLANKS = ["。", "? ", ". ", "\n", "\r\n", "\n\n", "　"]
PIECES = st.sampled_from([*CUES, *MARKS, *BLANKS])


@settings(max_examples=150, deadline=None)
@given(st.lists(st.one_of(PIECES, st.text(max_size=8)), max_size=60).map("".join))
def test_stories_are_in_order_apart_inside_and_not_blank(text):
    last = 0
    for segment in cut(text, NO_NAMES).segments:
        assert last <= segment.span.start < segment.span.end <= len(text)
        body = text[segment.span.start : segment.span.end]
        assert body == body.strip()
        assert segment.title
        last = segment.span.end
