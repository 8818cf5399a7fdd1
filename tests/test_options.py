"""Options as buttons and platforms type them: what was meant is what is read, whoever wrote it."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.display import printable
from bot.moderating.commands import COMMAND, ModerateStory, ShowLog, parse_moderation, typed
from bot.options import quoted, read_options

HOSTILE = st.text(
    st.one_of(st.sampled_from('"“”「」＂｢｣: ：　\n'), st.characters(codec="utf-8")), max_size=40
)


def as_read(text):
    """Return a value on one line as it is read, without quotes where it has all kinds of them."""
    return " ".join(unicodedata.normalize("NFKC", " ".join(printable(text).split())).split())


def pressed(text):
    return parse_moderation(printable(text).removeprefix(f"{COMMAND} "))


@given(HOSTILE.map(as_read).filter(bool), st.integers(1, 9))
@example("x＂ revision:9 reason:＂y", 2)
@example("「誤報」のため", 2)
@example("revision:9", 2)
@example("ﷺ", 2)
def test_no_reason_on_a_button_is_read_as_anything_else(reason, revision):
    command = pressed(typed("retract", "warehouse", reason=reason, revision=revision))

    assert isinstance(command, ModerateStory)
    assert (command.story, command.revision, command.language) == ("warehouse", revision, None)
    assert command.reason.replace("'", '"') == as_read(reason).replace("'", '"')


@given(HOSTILE.map(as_read).filter(bool))
def test_no_name_on_a_page_of_the_log_is_read_as_anything_else(who):
    command = pressed(typed("log", by=who, action="correct", page=2))

    assert isinstance(command, ShowLog)
    assert (command.action, command.story, command.page) == ("correct", "", 2)


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ("他社の「記事」の写し", "他社の「記事」の写し"),
        ('"one thing"', "one thing"),
        ("「ひとつのこと」", "ひとつのこと"),
        ("「誤報」のため", "「誤報」のため"),
        ('a "hoax"', 'a "hoax"'),
    ],
)
def test_a_reason_keeps_the_quotes_that_it_does_not_stand_in(value, kept):
    command = parse_moderation(f"retract warehouse reason:{value} revision:3")

    assert (command.reason, command.revision) == (kept, 3)


def test_lists_lose_their_quotes():
    assert read_options('keywords:"open source","x y"', {"keywords": ""}) == {"keywords": "open source,x y"}


@given(HOSTILE)
def test_what_is_quoted_is_one_value(value):
    assert read_options(f"reason:{quoted(value)} page:2", {"reason": "", "page": ""}).keys() == {
        "reason",
        "page",
    }
