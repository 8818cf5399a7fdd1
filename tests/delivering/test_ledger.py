"""Where a story stands in a channel: what became of its delivery, or which filter keeps it out."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.delivering.ledger import Filters, carriers, standing
from bot.message import Heading, Message
from tests.factories import NOW, make_channel, make_delivery, make_story, make_subscription

OPEN = Filters(had=False, wanted=True, fresh=True, chosen=True)
TELLING = Message((Heading("1. A robot", level=2, story_id="story"),), "en")


def stands(story=None, subscription=None, carrying=(), filters=OPEN):
    story = story or make_story()
    return standing(story, make_channel(), subscription or make_subscription(), carrying, filters)


def test_a_story_that_nothing_keeps_out_is_in_the_next_digest():
    assert (stands().state, stands().why) == ("next", None)


def test_without_a_subscription_nothing_comes():
    assert standing(make_story(), make_channel(), None, [], OPEN).why == "no_subscription"


@pytest.mark.parametrize(
    ("why", "change"),
    [
        ("other_workspace", {"story": make_story(workspace="away")}),
        ("waiting", {"story": make_story(status="waiting")}),
        ("retracted", {"story": make_story(status="retracted")}),
        ("hidden", {"filters": replace(OPEN, hidden=True, fresh=False)}),
        ("had", {"filters": replace(OPEN, had=True)}),
        ("stopped", {"subscription": make_subscription(state="paused", trouble="gone")}),
        ("paused", {"subscription": make_subscription(state="paused")}),
        ("muted", {"filters": replace(OPEN, muted=True, wanted=False)}),
        ("filter", {"filters": replace(OPEN, wanted=False, chosen=False)}),
        ("too_old", {"filters": replace(OPEN, fresh=False, chosen=False)}),
        ("count", {"filters": replace(OPEN, chosen=False)}),
    ],
)
def test_the_filter_that_keeps_a_story_out_is_named(why, change):
    found = stands(**change)

    assert (found.state, found.why) == ("left_out", why)


@pytest.mark.parametrize("state", ["planned", "sending", "posted", "failed"])
def test_a_story_stands_where_its_delivery_does(state):
    delivery = make_delivery(state=state, message=TELLING)

    found = stands(carrying=[delivery], filters=replace(OPEN, had=True))

    assert (found.state, found.delivery) == (state, delivery)


def test_of_many_deliveries_the_newest_counts():
    first = make_delivery(state="failed", message=TELLING)
    again = make_delivery(id="next.1", due_at=NOW + timedelta(days=1), message=TELLING)

    assert stands(carrying=[again, first]).delivery == again


def test_only_the_part_that_tells_the_story_carries_it():
    other = make_delivery(id="digest.2", part=2)
    telling = make_delivery(message=TELLING)

    assert carriers([telling, other], "story") == [telling]
