"""Typed text becomes a command, or a sentence that says what to type."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.commands import (
    OPTIONS,
    Ask,
    FillInSubscription,
    Help,
    Newest,
    PreviewDigest,
    ShowSubscription,
    parse,
    unparse,
    without_options,
)
from bot.display import printable
from bot.errors import InvalidInput
from bot.moderating.commands import AddStories, SetUp


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("/ai-news deepseek", Ask(query="deepseek")),
        ("  /ai-news   deepseek  ", Ask(query="deepseek")),
        ("/AI-NEWS DeepSeekの開発費は?", Ask(query="DeepSeekの開発費は?")),
        ("／ai-news 訴訟", Ask(query="訴訟")),
        ("/ai-news o3 mini depth:high", Ask(query="o3 mini", depth="high")),
        ("/ai-news stargate view:why page:2", Ask(query="stargate", view="why", page=2)),
        ("/ai-news o3 visible:yes", Ask(query="o3", visible=True)),
        ("/ai-news o3 visible:NO depth:low", Ask(query="o3", depth="low")),
        ("/ai-news visible:yes means what", Ask(query="visible:yes means what")),
        ("/ai-news \0deep\ud800\u202eseek", Ask(query="deep\ufffdseek")),
        ("/ai-news depth:high means what", Ask(query="depth:high means what")),
        ('/ai-news "AND" OR NOT (x*', Ask(query='"AND" OR NOT (x*')),
        ("/ai-news", Newest()),
        ("/ai-news page:2", Newest(page=2)),
        ("/ai-news help", Help()),
        ("/ai-news ヘルプ", Help()),
        ("/ai-news-digest help", Help()),
        ("/ai-news-mod", Help()),
        ("/ai-news-mod Help", Help()),
        ("／ai-news-mod 使い方", Help()),
        ("/ai-news-digest preview", PreviewDigest()),
        ("/ai-news-digest SHOW", ShowSubscription()),
        ("／ai-news-mod  Add", AddStories()),
        ("/ai-news-digest", FillInSubscription()),
        ("／ai-news-digest  ", FillInSubscription()),
        ("/ai-news-mod setup", SetUp()),
        ("/ai-news-mod setup desk: <#7>", SetUp(wishes={"desk": "<#7>"})),
    ],
)
def test_typed_text_becomes_its_command(text, command):
    assert parse(text) == command


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("hello", "not_a_command"),
        ("", "not_a_command"),
        ("/ai-newz x", "unknown_command"),
        ("/ai-news-digest explode", "unknown_subcommand"),
        ("/ai-news x depth:deep", "bad_option"),
        ("/ai-news x page:0", "bad_option"),
        ("/ai-news x visible:perhaps", "bad_option"),
        ("/ai-news-mod remove", "unknown_subcommand"),
        ("/ai-news-mod setup robots", "unknown_wish"),
        ("/ai-news-mod setup count:3", "unknown_wish"),
        ("/ai-news x page:²", "bad_option"),
        ("/ai-news " + "あ" * 501, "query_too_long"),
    ],
)
def test_what_cannot_be_done_says_what_to_type(text, key):
    with pytest.raises(InvalidInput) as caught:
        parse(text)

    assert caught.value.key == key


@given(st.text(max_size=600))
def test_any_text_is_a_command_or_a_clear_refusal(text):
    try:
        refusal = None if parse("/ai-news " + text) else "no command"
    except InvalidInput as error:
        refusal = error.key

    assert refusal in {None, "query_too_long", "bad_option"}


@given(
    st.builds(
        Ask,
        query=st.text(min_size=1, max_size=60)
        .map(lambda query: printable(query).strip())
        .filter(lambda q: q and ":" not in q and parse("/ai-news " + q) != Help()),
        depth=st.sampled_from(["low", "medium", "high"]),
        page=st.integers(1, 100),
        view=st.sampled_from(["answer", "why", "sources"]),
        visible=st.booleans(),
    )
)
def test_a_button_types_the_command_it_stands_for(command):
    assert parse(unparse(command)) == command


@pytest.mark.parametrize("option", OPTIONS)
def test_an_option_that_is_offered_is_understood(option):
    assert parse(f"/ai-news o3 {option}") != Ask(query="o3") or option == "depth:medium"


@given(
    st.text(max_size=200),
    st.sampled_from(["", " visible:yes", "\nvisible:yes", " depth:high view:why", "\0visible:yes"]),
)
def test_a_text_without_options_is_a_query_or_nothing(text, options):
    query = without_options(text + options)

    assert parse(f"/ai-news {query}") in (Newest(), Help(), Ask(query=query))
