"""A story is corrected and one retracted after both went to 200 channels on two platforms.

The bot is killed meanwhile. All copies end right, each edited once, and the log tells it all; then both
changes are taken back.
"""

import asyncio
import json
import signal

from bot.phrases import phrase
from tests.command import ai_news
from tests.delivering.correcting import CHANNELS, SHARES, THREADS, world

REASON = "The colour was wrong."
WHY = "It never flew."
PATIENCE_S = 150.0
NEW = "The green robot sorts parcels"
ON_SLACK_IN_A_LIFE = 30
"""After how many edits on Slack a life ends: it does not make more than 50 in a minute there."""


async def command(here, *arguments):
    """Run a command of the operator's beside the bot, or while it is dead; return what it prints."""
    done = await asyncio.to_thread(ai_news, here.bot.home, *arguments, **here.bot.variables)
    assert done.returncode == 0, done.stderr
    return done.stdout


async def log_of(here):
    """Return the two newest changes."""
    listed = await command(here, "story", "log", "--json", "--limit", "2")
    return [json.loads(line) for line in listed.splitlines()]


async def live_till_all_is_told(here):
    """Let the bot work at what is owed; kill it in the middle as often as that takes. Return how often."""
    kills = 0
    async with asyncio.timeout(PATIENCE_S):
        while not await lives_to_the_end(here):
            kills += 1
            await here.bot.release_claims()
    return kills


async def lives_to_the_end(here):
    """Start the bot, and kill it when Slack has taken so many edits; return whether all was told before that.

    Slack does not get to answer the last: that is done, and the bot does not know it.
    """
    left = ON_SLACK_IN_A_LIFE

    def kill(message):
        nonlocal left
        left -= 1
        if not left:
            here.bot.signal(signal.SIGKILL)

    here.slack.when_edited = kill
    await here.bot.begin()
    while left > 0 and await here.bot.owes():  # noqa: ASYNC110 -- another process settles
        await asyncio.sleep(0.2)
    if left > 0:
        assert await here.bot.stop() == 0
        return True
    assert await here.bot.died() == -signal.SIGKILL
    return False


async def test_every_copy_is_corrected_once_though_the_bot_is_killed_and_undo_brings_all_back(tmp_path):
    async with world(tmp_path) as here:
        one, other = here.telling("blue", "青い"), here.telling("flying", "空飛ぶ")
        # A list and a reply of each story in a thread; an answer beside the digest.
        assert len(one) == len(other) == 2 * (CHANNELS + THREADS + SHARES)
        for deleted in (here.posted[10], here.posted[-20]):
            deleted.delete()

        right = ("--language", "en", "--title", NEW, "--summary", "A green robot was shown.")
        await command(here, "story", "correct", "wrong", *right, "--reason", REASON, "--as", "Mika")
        await command(here, "story", "retract", "false", "--reason", WHY, "--as", "Aoi")
        kills = await live_till_all_is_told(here)

        assert kills >= 3
        assert_each_was_edited(here, {id(copy) for copy in [*one, *other]}, times=1)
        for copy in here.those_left(one):
            assert reads_corrected(copy.text), copy.text
        for copy in here.those_left(other):
            assert reads_retracted(copy.text), copy.text
        retraction, correction = await log_of(here)
        assert (retraction["actor"], retraction["action"], retraction["reason"]) == ("Aoi", "retract", WHY)
        assert (correction["actor"], correction["action"], correction["reason"]) == (
            "Mika",
            "correct",
            REASON,
        )
        await assert_log_tells_all(here, retraction, other)
        await assert_log_tells_all(here, correction, one)

        for change in (retraction, correction):
            await command(here, "story", "undo", change["id"], "--reason", "It was right.", "--as", "Mika")
        await live_till_all_is_told(here)

        assert_each_was_edited(here, {id(copy) for copy in [*one, *other]}, times=2)
        for copy in here.standing:
            assert copy.text == copy.was or (copy.is_answer and copy.names == copy.named)
        assert (here.discord.violations, here.slack.violations) == ([], [])


def assert_each_was_edited(here, told, times):
    """Hold that each message that tells a story was edited so often, and no other was."""
    for copy in here.standing:
        assert copy.edits == times * (id(copy) in told), copy.text


def said_by(change):
    return change["actor"], change["action"], change["reason"]


def reads_corrected(text):
    is_old = "The blue robot" in text or "A blue robot" in text
    return not is_old and REASON in text and (NEW in text or "訂正しました" in text)


def reads_retracted(text):
    notices = [phrase("copy.retracted", language) for language in ("en", "ja")]
    left = [word for word in ("flying", "空飛ぶ") if word in text]
    return not left and WHY in text and any(notice in text for notice in notices)


async def assert_log_tells_all(here, change, copies):
    """Hold that a change owed each copy an edit, and lists those that are gone."""
    gone = [copy for copy in copies if copy.is_gone]
    async with here.bot.store() as store:
        counted = dict(await store.count_edits(change["id"]))
        failed = await store.edits(change["id"], 9, state="failed")
    assert counted.pop("failed", 0) == len(failed) == len(gone) > 0
    assert counted == {"posted": len(copies) - len(gone)}
    assert all(edit.error for edit in failed)
