"""Dates as pages write them."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.reading.dates import JST, read_date
from tests.local.samples import JAPANESE, NOW, article_of

MORNING = datetime(2026, 11, 20, 0, 30, tzinfo=UTC)
MIDNIGHT = datetime(2026, 11, 19, 15, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-20T09:30:00+09:00", "2026-11-20T09:30+0900", "2026-11-20T00:30:00Z",
        "2026-11-20T00:30:00.123Z",
        "2026-11-20 09:30", "2026-11-20 09:30:00 JST", "2026-11-20 00:30:00 UTC", "2026/11/20 9:30",
        "2026.11.20 9:30 JST", "Fri, 20 Nov 2026 09:30:00 +0900", "Fri, 20 Nov 2026 00:30:00 GMT",
        "Fri, 20 Nov 2026 09:30:00 JST", "2026年11月20日 9時30分", "2026年11月20日(金) 09:30",
        "２０２６年１１月２０日（金）午前９時３０分", "令和8年11月20日 9時30分",
        "公開日：2026年11月20日 9:30 更新日：2026年11月21日 0:00",
        "November 20, 2026 9:30 JST", "Nov. 20, 2026 at 9:30 AM (JST)", "20 November 2026, 9:30",
        "Nov 19, 2026, 7:30 p.m. EST",
        "2026-11-19T19:30:00-05:00", "平成38年11月20日 9時30分",
    ],
)  # fmt: skip
def test_a_date_is_an_instant_whatever_zone_it_is_told_in(text: str) -> None:
    assert read_date(text, JST, NOW) == MORNING


@pytest.mark.parametrize(
    "text", ["2026-11-20", "20261120", "2026年11月20日", "2026/11/20", "November 20th, 2026"]
)
def test_a_day_begins_at_midnight_where_it_was_written(text: str) -> None:
    assert read_date(text, JST, NOW) == MIDNIGHT
    assert read_date(text, UTC, NOW) == MIDNIGHT + timedelta(hours=9)


def test_the_first_year_of_an_era_has_its_own_word() -> None:
    assert read_date("令和元年5月1日", UTC, NOW) == datetime(2019, 5, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "", "yesterday", "3時間前", "11/20(金) 18:00", "1970-01-01T00:00:00Z", "0001-01-01",
        "9999-12-31T23:59:59-12:00",
        "2026-13-45", "2026年2月31日", "2026-11-23", "2031-01-01", "25:99", "2026-11-20 25:30",
    ],
)  # fmt: skip
def test_what_cannot_be_true_is_no_date(text: str) -> None:
    assert read_date(text, UTC, NOW) is None


@settings(deadline=None)
@given(st.text(max_size=100), st.sampled_from([UTC, JST, timezone(timedelta(hours=-12))]))
def test_any_text_is_a_plausible_date_or_none(text: str, zone: timezone) -> None:
    at = read_date(text, zone, NOW)

    assert at is None or datetime(1995, 1, 1, tzinfo=UTC) <= at <= NOW + timedelta(days=1)


@settings(deadline=None)
@given(st.datetimes(datetime(1995, 1, 2), datetime(2026, 11, 20)))  # noqa: DTZ001
def test_what_is_written_is_read(at: datetime) -> None:
    minute = at.replace(second=0, microsecond=0)

    for written in (f"{at:%Y年%m月%d日%H時%M分}", f"{at:%Y/%m/%d %H:%M}", f"{at:%Y-%m-%dT%H:%M}"):
        assert read_date(written, UTC, NOW) == minute.replace(tzinfo=UTC)


DATA = '{"@type": "NewsArticle", "datePublished": "2026-11-20T09:30:00+09:00"}'


@pytest.mark.parametrize(
    "said",
    [
        '<meta property="article:published_time" content="2026-11-20T09:30:00+09:00">',
        '<meta content="2026-11-20 09:30" name=pubdate>',
        '<meta itemprop="datePublished" content="2026年11月20日 9時30分">',
        '<META NAME="DC.date.issued" CONTENT="Fri, 20 Nov 2026 09:30:00 JST">',
        '<time datetime="2026-11-20T09:30:00+09:00">20日</time>',
        '<meta name="date" content="2050-01-01"><time datetime="2026-11-20T09:30:00+09:00">20日</time>',
        '<script type=\'application/ld+json\'>[{"a": [1,\n"datePublished" : "2026-11-20T09:30"</script>',
    ],
)
def test_a_page_says_its_date_in_many_ways(said: str) -> None:
    assert DATA in JAPANESE

    assert article_of(JAPANESE.replace(DATA, "").replace("</head>", f"{said}</head>")).published_at == MORNING


def test_a_date_that_only_readers_see_is_read() -> None:
    page = JAPANESE.replace(DATA, "").replace("</h1>", "</h1><p>公開：2026年11月20日 9時30分</p>")

    assert article_of(page).published_at == MORNING


@pytest.mark.parametrize(
    "told",
    [
        "",
        "<p>研究所が2025年3月1日に始めた計画は、当初の予定を大きく変えて、来年の夏まで延長されることが決まった。</p>",
    ],
)
def test_a_page_without_a_date_has_none(told: str) -> None:
    page = JAPANESE.replace(DATA, "").replace("</h1>", f"（2024年1月1日）</h1>{told}")

    assert article_of(page).published_at is None
