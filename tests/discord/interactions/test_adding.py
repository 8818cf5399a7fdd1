"""Stories that moderators add on Discord, and what happens when things go wrong."""

import asyncio

import pytest

from adapters.discord.answering import answer as answering
from bot.errors import StoreError
from tests.discord.app import ACKNOWLEDGE_S
from tests.discord.interactions.stands import CALLBACK, subscription
from tests.waiting import until

SOON_S = 1.0

# Adding stories.
ARTICLE = (
    "Harbor robots learn to swim\n\nThe harbor's robots learned to swim on Monday. They carry parcels "
    "between the ships now, and the harbor master says that none was lost."
)


async def test_a_moderator_fills_in_the_form_and_the_stories_are_found(place, bot):
    opened = await place.mika.command(place.channel, "ai-news-mod add")
    told = await place.mika.submit(opened, text=ARTICLE, source="The Quay")
    found = await place.alice.command(place.channel, "ai-news", query="swim")

    assert opened.modal["title"] == "Add an article"
    assert "Added one story" in told.text
    assert told.ephemeral
    assert "swim" in found.text


async def test_a_form_with_a_problem_can_be_opened_again_with_nothing_lost_also_after_a_restart(place):
    async with place.bot():
        opened = await place.mika.command(place.channel, "ai-news-mod add")
        refused = await place.mika.submit(opened, text=ARTICLE, source="The Quay", date="yesterday-ish")
        assert "What you filled in is kept" in refused.text

    async with place.bot() as bot:
        again = await place.mika.press(refused.shown, "Open the form")
        assert again.modal is not None
        kept = await place.mika.submit(again, date="2026-03-01")

        assert "Added one story" in kept.text
        assert await bot.engine.store.shelf("forms") == {}


async def test_a_form_that_was_sent_cannot_be_opened_again(place, bot):
    opened = await place.mika.command(place.channel, "ai-news-mod add")
    refused = await place.mika.submit(opened, text=ARTICLE, date="yesterday-ish")
    again = await place.mika.press(refused.shown, "Open the form")
    await place.mika.submit(again, date="2026-03-01")

    late = await place.mika.press(refused.shown, "Open the form")

    assert late.modal is None
    assert "too old" in late.text


async def test_a_message_is_added_from_its_menu_with_its_text_and_link(place, bot):
    said = place.alice.say(place.channel, f"{ARTICLE}\nhttps://quay.example/swim")

    opened = await place.mika.use_on_message("Add to AI news", said)
    told = await place.mika.submit(opened)

    values = {
        one["component"]["custom_id"]: one["component"].get("value") for one in opened.modal["components"]
    }
    assert values["text"].startswith("Harbor robots learn to swim")
    assert values["url"] == "https://quay.example/swim"
    assert "Added one story" in told.text


async def test_a_member_is_not_given_the_form_for_a_message(place, bot):
    place.guild.allowed_commands["Add to AI news"] = True
    said = place.mika.say(place.channel, ARTICLE)

    answer = await place.alice.use_on_message("Add to AI news", said)

    assert answer.modal is None
    assert "moderators" in answer.text.lower()


# When things go wrong.
async def test_a_command_that_comes_from_no_server_is_told_where_the_bot_works(place, bot):
    begun = place.alice.begin_command(place.channel, "ai-news", query="kumo")
    alone = place.server.interactions.begin(2, begun.data, place.alice, place.channel)
    message = alone.payload()
    user = message.pop("member")["user"]
    for name in ("guild", "guild_id", "guild_locale"):
        del message[name]
    message |= {"user": user, "channel": {"id": message["channel_id"], "type": 1, "recipients": []}}
    alone.token = message["token"] = "direct"
    place.server.gateway.dispatch("INTERACTION_CREATE", message)
    await place.alice.answered(alone)

    assert "I work in servers" in alone.text


@pytest.fixture
def hasty(place):
    """Let the bot acknowledge soon; `place` gives its time back."""
    answering.ACKNOWLEDGE_S = SOON_S


async def test_what_takes_long_is_acknowledged_first_and_then_answered(place, bot, hasty):
    engine, reply = bot.engine, bot.engine.reply

    async def slowly(asked, interaction):
        await asyncio.sleep(SOON_S + 0.2)
        return await reply(asked, interaction)

    engine.reply = slowly
    answer = await place.alice.command(place.channel, "ai-news", query="kumo")
    why = await place.alice.press(answer.shown, "why")

    assert answer.deferred
    assert answer.ephemeral
    assert why.deferred
    assert why.shown is answer.shown
    assert "Why this answer" in answer.text


async def test_a_slow_database_is_acknowledged_in_time_wherever_it_is_asked(place, bot, hasty):
    known, keep = bot.engine.workspaces.known, bot.engine.store.keep

    async def slowly_known(*asked):
        await asyncio.sleep(SOON_S + 0.2)
        return await known(*asked)

    async def slowly_kept(*asked, **how):
        await asyncio.sleep(SOON_S / 2)
        return await keep(*asked, **how)

    bot.engine.workspaces.known = slowly_known
    answer = await place.alice.command(place.channel, "ai-news", query="kumo")
    form = await place.mika.command(place.channel, "ai-news-mod add")
    bot.engine.workspaces.known, bot.engine.store.keep = known, slowly_kept
    long = await place.alice.command(place.channel, "ai-news", query="kumo " * 30)
    answering.ACKNOWLEDGE_S = ACKNOWLEDGE_S

    assert answer.deferred
    assert answer.ephemeral
    assert "Found for" in answer.text
    assert form.deferred
    assert "The form is ready" in form.text
    assert (await place.mika.press(form.shown, "Open the form")).modal
    assert long.deferred
    assert "Found for" in long.text


async def test_an_answer_that_discord_refuses_is_excused(place, bot):
    answer = await place.alice.command(place.channel, "ai-news", query="kumo")

    place.server.faults.add("error 50013", "", "error 50013", on=CALLBACK)
    excused = await place.alice.command(place.channel, "ai-news", query="kumo")
    beside = await place.alice.press(answer.shown, "why")

    assert "cannot answer just now" in excused.text
    assert "cannot answer just now" in beside.response.text
    assert "Found for" in answer.text


async def test_an_answer_longer_than_a_message_follows_in_parts(place, bot):
    long = "\n\n".join(f"Robots number {n} went to the harbor and carried parcels. " * 20 for n in range(12))
    opened = await place.mika.command(place.channel, "ai-news-mod add")
    await place.mika.submit(opened, text=long[:4000])

    answer = await place.alice.command(place.channel, "ai-news", query="harbor robots", depth="high")
    await place.alice.sees_that(answer, lambda: bool(answer.followups))

    assert all(bool(message.flags & 64) for message in answer.followups)


async def test_a_database_that_fails_is_excused_and_the_next_answer_comes(place, bot):
    engine, known = bot.engine, bot.engine.workspaces.known

    async def fails(*_):
        raise StoreError("the disk is full")

    engine.workspaces.known = fails
    excused = await place.alice.command(place.channel, "ai-news", query="kumo")
    engine.workspaces.known = known
    answer = await place.alice.command(place.channel, "ai-news", query="kumo")

    assert "cannot answer just now" in excused.text
    assert "Found for" in answer.text


@pytest.mark.parametrize("code", [40060, 10062])
async def test_who_cannot_acknowledge_does_not_do_the_work(place, bot, caplog, code):
    place.server.faults.add(f"error {code}", on=CALLBACK)
    begun = place.mika.begin_command(place.channel, "ai-news-digest subscribe")
    await until(lambda: f"code {code}" in caplog.text)
    answer = await place.mika.command(place.channel, "ai-news-digest show")

    assert begun.acknowledged_at is None
    assert "no digest yet" in answer.text


@pytest.mark.parametrize("fault", ["reset", "accept, reset", "hang", "accept, hang"])
async def test_an_acknowledgement_whose_answer_is_lost_is_sent_again_and_the_work_done_once(
    place, bot, fault
):
    answering.FIRST_REQUEST_S = SOON_S
    place.server.faults.add(fault, on=CALLBACK)

    answer = await place.mika.command(place.channel, "ai-news-digest subscribe")

    assert "This channel is subscribed" in answer.text
    assert (await subscription(bot, place)).state == "active"


async def test_an_interaction_that_is_told_twice_is_done_once(place, bot):
    begun = place.mika.begin_command(place.channel, "ai-news-digest subscribe")
    place.server.gateway.dispatch("INTERACTION_CREATE", begun.payload(), place.guild.id)
    await place.mika.answered(begun)
    await until(lambda: place.server.statuses[400] == 1)

    assert "This channel is subscribed. What is new" in begun.text
    assert begun.followups == []
