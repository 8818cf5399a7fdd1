"""An answer is put before the whole channel, once for each press, on both databases."""

from dataclasses import replace

import pytest

from bot.commands import parse
from bot.engine import Engine
from bot.index import PostingsIndex
from bot.language import Names
from bot.message import Buttons, Limits, plain_text
from bot.phrases import phrase
from tests.delivering.delivering import deliver_due
from tests.factories import (
    NOW,
    make_actor,
    make_channel,
    make_interaction,
    make_story,
    make_subscription,
    make_telling,
)
from tests.fakes.platform import PretendPlatform

VISIBLE = "/ai-news parcels visible:yes"


@pytest.fixture
async def engine(store):
    engine = Engine(store, PostingsIndex(), Names([]), lambda: NOW)
    await engine.save([make_story()], "seeds", "")
    return engine


def buttons(message):
    return [each for block in message.blocks if isinstance(block, Buttons) for each in block.buttons]


async def owed(store):
    return [plain_text(delivery.message) for delivery in await store.deliveries(None, 10)]


async def test_a_shared_answer_is_owed_to_the_channel_and_says_who_shared_it(engine, store):
    told = await engine.reply(VISIBLE, make_interaction())

    (delivery,) = await store.deliveries(None, 10)
    assert plain_text(told) == "Shared with the channel."
    assert (delivery.kind, delivery.channel, delivery.due_at) == ("share", make_channel(), NOW)
    assert "A warehouse robot learns to sort parcels" in plain_text(delivery.message)
    assert plain_text(delivery.message).endswith("Shared by Mika.")


async def test_the_button_shares_the_very_answer_that_it_stands_under(engine, store):
    answer = await engine.reply("/ai-news parcels depth:high view:sources", make_interaction())
    (share,) = [button for button in buttons(answer) if button.label == "share"]

    await engine.reply(share.command, make_interaction())

    (shared,) = await store.deliveries(None, 10)
    assert plain_text(shared.message) == f"{plain_text(answer)}\nShared by Mika."
    assert parse(share.command) == replace(parse("/ai-news parcels depth:high view:sources"), visible=True)
    assert "share" not in [button.label for button in buttons(shared.message)]
    assert not any(parse(button.command).visible for button in buttons(shared.message))


async def test_a_second_press_does_not_post_twice_whoever_presses(engine, store):
    await engine.reply(VISIBLE, make_interaction())

    again = await engine.reply(VISIBLE, make_interaction(actor=make_actor(name="Ken", language="ja")))

    assert plain_text(again) == phrase("share.already", "ja")
    assert len(await owed(store)) == 1


@pytest.mark.parametrize(
    ("command", "over"),
    [
        pytest.param(VISIBLE, {"id": "another"}, id="another interaction"),
        pytest.param(VISIBLE, {"channel": make_channel(id="other")}, id="another channel"),
        pytest.param(VISIBLE.replace(" v", " depth:low v"), {}, id="another button under the answer"),
    ],
)
async def test_another_press_is_another_share(engine, store, command, over):
    await engine.reply(VISIBLE, make_interaction())

    await engine.reply(command, make_interaction(**over))

    assert len(await owed(store)) == 2


@pytest.mark.parametrize("query", ["zeppelin", "parcels page:7"])
async def test_where_nothing_is_found_nothing_is_shared(engine, store, query):
    told = await engine.reply(f"/ai-news {query} visible:yes", make_interaction())

    assert plain_text(told) == plain_text(await engine.reply(f"/ai-news {query}", make_interaction()))
    assert await owed(store) == []


async def test_a_share_stands_once_though_its_first_press_was_cut_off(engine, store):
    """The platform sends the press again after a restart; the answer is in the channel by then."""
    await engine.reply(VISIBLE, make_interaction())
    platform = PretendPlatform()
    await deliver_due(store, {"local": platform}, lambda: NOW, "one")

    restarted = Engine(store, PostingsIndex(), Names([]), lambda: NOW)
    await restarted.reply(VISIBLE, make_interaction())
    await deliver_due(store, {"local": platform}, lambda: NOW, "one")

    assert len(platform.ledger) == 1


async def test_a_long_answer_is_shared_in_parts_within_the_platforms_limits(engine, store):
    body = "\n".join(f"The robot of hall {n} sorted parcels for nine hours." for n in range(60))
    await engine.save([make_story(id="long", tellings=(make_telling(body=body),))], "seeds", "")
    limits = Limits(characters=1_000, block_characters=800, blocks=10)

    await engine.reply("/ai-news parcels depth:high visible:yes", make_interaction(limits=limits))

    deliveries = await store.deliveries(None, 50)
    assert [delivery.part for delivery in deliveries] == list(range(1, len(deliveries) + 1))
    assert len(deliveries) > 3
    assert all(len(delivery.key) <= 25 for delivery in deliveries)
    assert all(len(plain_text(delivery.message)) <= 1_000 for delivery in deliveries)
    assert plain_text(deliveries[-1].message).endswith("Shared by Mika.")


async def test_a_shared_story_still_comes_in_the_digest(engine, store):
    await engine.reply(VISIBLE, make_interaction())

    assert [story.id for story in await store.fresh_stories(make_subscription(), 10)] == ["story"]
