"""Messages for tests of rendering: an ordinary one, hostile texts, and any message hypothesis finds."""

import json
import re
from pathlib import Path

from hypothesis import strategies as st

from bot.message import (
    Button,
    Buttons,
    Divider,
    Heading,
    Message,
    Note,
    Paragraph,
    Quote,
    Run,
    note,
    paragraph,
)

ROOT = Path(__file__).parent.parent
SHARED = ROOT.parent / "shared"

HOSTILE = [
    "@everyone @here <@1234567890123456789> <@&1234567890123456789> <#123> <t:1700000000:R> <:x:123>",
    "<!channel> <!here> <@U012AB3CD> <#C012AB3CD> <!subteam^S01> :smile: &lt; &amp;",
    "**bold** *it* __under__ _it_ ~~gone~~ ||spoiler|| `code` ```block```",
    "[click](https://evil.example) [a]: https://evil.example <https://evil.example> discord.gg/abc",
    "# big\n## less\n-# small\n> quote\n>>> all of it\n- list\n+ list\n* list\n1. list\n   - nested",
    "\\* \\\\ \\[x\\](https://evil.example) \\",
    "\x1b[31mred\x1b[0m\x1b]8;;https://evil.example\x1b\\link\x1b]8;;\x1b\\ \x9b31m \x07\x08\x00 a\rb",
    "\u202etxt.exe\u202c \u2066isolate\u2069 \u2028next\u2029next\x85next",
    "e" + "\u0301" * 3000,
    "\ud83d lone \ude00 surrogates",
    "👩‍👩‍👧‍👦🇯🇵🇩🇪👍🏽" * 50,
    "」" * 500 + "「" * 500,
    " \n\t\u3000\n ",
    "",
    "<script>alert('x')</script><b>HTML</b>",
    "*" * 5000,
    "長い文。" * 1500,
    "ほかに" * 2000,
    "word " * 1500,
    "x" * 9000,
    "\n" * 5000,
    "- " * 3000,
]


def naughty_strings():
    """Return the Big List of Naughty Strings of the shared folder beside the repository; none without it."""
    file = SHARED / "data/blns.json"
    return json.loads(file.read_text("utf-8")) if file.exists() else []


URLS = st.sampled_from(
    [
        None,
        "https://crate.example/robot?a=1&b=(2)#c",
        "https://crate.example/a)b>c|d\\e[f]",
        "javascript:alert(1)",
        "https://user:secret@crate.example/",
        "https://ニュース.example/記事",
        "https://crate.example/" + "x" * 960,
        "https://crate.example/" + "ü" * 960,
        "https://[::1/",
    ]
)
characters = (
    st.characters() | st.characters(categories=["Cs"]) | st.sampled_from("*_~`|<>[]()#-@:&\\\n 。.！🇯👍")
)
texts = (
    st.text(characters, max_size=60)
    | st.sampled_from(HOSTILE)
    | st.sampled_from([*naughty_strings(), "plain"])
)
long_texts = st.builds(lambda text, times: (text * times)[:6_000], texts, st.integers(1, 400))
any_text = texts | long_texts
runs = st.builds(Run, any_text, st.sampled_from(["plain", "strong", "mark"]), URLS)
run_lists = st.lists(runs, max_size=6).map(tuple)
buttons = st.lists(st.builds(Button, texts, any_text), max_size=5).map(tuple)
blocks = (
    st.builds(Heading, any_text, st.sampled_from([1, 2]), URLS)
    | st.builds(Paragraph, run_lists)
    | st.builds(Quote, run_lists)
    | st.builds(Note, run_lists)
    | st.builds(Buttons, buttons)
    | st.just(Divider())
)
messages = st.builds(Message, st.lists(blocks, max_size=60).map(tuple), st.sampled_from(["ja", "en"]))

JAPANESE = Message(
    (
        Heading("AIニュース 3月2日(月)"),
        note("話題：ロボット、電力"),
        Heading("1. 倉庫のロボットが小包の仕分けを覚える", 2, "https://crate.example/robot"),
        Paragraph(
            (Run("小包を仕分ける"), Run("ロボット", "mark"), Run("を公開した。1時間に900個だという。"))
        ),
        Quote((Run("「夜のあいだも働きます」と技術責任者は語った。"),)),
        Note((Run("The Daily Crate", url="https://crate.example/robot"), Run("｜2026年3月1日"))),
        Divider(),
        note("気になることは /ai-news robot のように検索できます。"),
        Buttons((Button("理由", "/ai-news robot view:why"), Button("詳しく", "/ai-news robot depth:high"))),
    ),
    "ja",
)


def make_story_blocks(number, text="What happened, in a few words."):
    return (Heading(f"{number}. Story", 2), paragraph(text), note("The Daily Crate"))


def raw_text(message):
    """Return every character of a message's text, as given."""
    texts = []
    for block in message.blocks:
        match block:
            case Heading():
                texts.append(block.text)
            case Paragraph() | Quote() | Note():
                texts += [run.text for run in block.runs]
    return "".join(texts)


def words(text):
    """Return text without spaces, which parting may add, and marks, of which a cut may show more."""
    return re.sub(r"[\s\u0300-\u036f]", "", text)
