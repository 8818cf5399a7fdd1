"""The pretend Slack's checks of blocks against what the bot renders and what Slack's own models refuse."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import Block

from adapters.slack.showing.render import LIMITS, render
from bot.message import split
from tests.fakes.slack.blocks import block_problems
from tests.fakes.slack.checks import check_blocks, model_problems
from tests.fakes.slack.reading import labels_of, pings_of, text_of
from tests.fakes.slack.state import Message
from tests.messages import JAPANESE, messages

LABEL = {"type": "plain_text", "text": "Menu"}
OPTION = {"text": {"type": "plain_text", "text": "One"}, "value": "1"}


def make_message(**facts):
    return Message(channel=None, ts="1.0", user="U1", **facts)


@given(any_message=messages)
@settings(max_examples=40, deadline=None)
def test_every_part_of_any_message_passes(any_message):
    for part in split(any_message, LIMITS):
        payload = render(part)
        assert block_problems(payload["blocks"], "message") == []
        assert check_blocks(payload["blocks"], "message")
        assert model_problems(payload) == []


def test_a_person_reads_all_that_is_written_and_calls_nobody():
    shown = make_message(**{name: render(JAPANESE)[name] for name in ("text", "blocks")})

    assert text_of(shown).splitlines()[0] == "AIニュース 3月2日(月)"
    assert "小包を仕分けるロボットを公開した。1時間に900個だという。" in text_of(shown)
    assert labels_of(shown) == ["理由", "詳しく"]
    assert pings_of(shown) == []


@pytest.mark.parametrize(
    ("facts", "pings"),
    [
        ({"text": "<!channel> hi"}, ["!channel"]),
        ({"text": "&lt;!channel&gt;"}, []),
        ({"text": "<https://a.example|@here>"}, []),
        ({"blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "<@U1>"}}]}, ["@U1"]),
        ({"blocks": [{"type": "section", "text": {"type": "plain_text", "text": "<@U1>"}}]}, []),
        (
            {
                "blocks": [
                    {
                        "type": "rich_text",
                        "elements": [
                            {
                                "type": "rich_text_section",
                                "elements": [{"type": "usergroup", "usergroup_id": "S1"}],
                            }
                        ],
                    }
                ]
            },
            ["!subteam^S1"],
        ),
    ],
    ids=["text", "escaped", "link", "mrkdwn", "plain", "rich"],
)
def test_whom_a_message_calls_is_found(facts, pings):
    assert pings_of(make_message(**facts)) == pings


@pytest.mark.parametrize(
    ("element", "problem"),
    [
        ({"type": "static_select", "options": [OPTION] * 100}, None),
        ({"type": "static_select", "options": [OPTION] * 101}, "no more than 100"),
        ({"type": "static_select"}, "either options or option_groups"),
        ({"type": "static_select", "options": [OPTION], "initial_option": {**OPTION, "value": "2"}}, "match"),
        ({"type": "static_select", "options": [{**OPTION, "value": "x" * 151}]}, "less than 151"),
        ({"type": "multi_external_select", "min_query_length": 0}, None),
        ({"type": "multi_external_select", "options": [OPTION]}, "invalid additional property: options"),
        ({"type": "checkboxes", "options": [OPTION] * 10}, None),
        ({"type": "checkboxes", "options": [OPTION] * 11}, "no more than 10"),
        ({"type": "timepicker", "initial_time": "09:00", "timezone": "Asia/Tokyo"}, None),
        ({"type": "timepicker", "initial_time": "24:00"}, "invalid initial_time"),
        ({"type": "plain_text_input", "multiline": True, "initial_value": "a"}, None),
        ({"type": "plain_text_input", "initial_value": "x" * 3001}, "less than 3001"),
        ({"type": "plain_text_input", "max_length": 3001}, "max_length"),
        ({"type": "plain_text_input", "placeholder": {"type": "mrkdwn", "text": "a"}}, "plain_text"),
        ({"type": "button", "text": LABEL}, "unsupported type in input"),
    ],
)
def test_inputs_are_held_to_their_limits(element, problem):
    blocks = [{"type": "input", "label": LABEL, "element": {"action_id": "a", **element}}]

    problems = block_problems(blocks, "modal")

    assert bool(problems) == (problem is not None), problems
    assert problem is None or any(problem in message for message in problems), problems


@given(length=st.integers(1, 5000), kind=st.sampled_from(["section", "header", "button"]))
@settings(max_examples=60, deadline=None)
def test_lengths_are_those_of_slacks_own_models(length, kind):
    text = {"type": "plain_text", "text": "x" * length}
    block = {
        "section": {"type": "section", "text": text},
        "header": {"type": "header", "text": text},
        "button": {"type": "actions", "elements": [{"type": "button", "action_id": "a", "text": text}]},
    }[kind]

    passes = block_problems([block], "message") == []
    try:
        Block.parse(block).to_dict()
        models_pass = True
    except SlackObjectFormationError:
        models_pass = False

    assert passes == models_pass
