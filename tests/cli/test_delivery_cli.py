"""The ledger on the command line: what was owed, what became of it, and why a story is not there."""

import asyncio
import json
import shutil
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from adapters.cli.delivery import document_of
from adapters.slack.posting.addresses import keep_address
from bot.engine import Engine
from bot.index import PostingsIndex
from bot.language import Names
from bot.model import Remark
from bot.settings import Settings
from bot.store import open_store
from tests.command import ai_news, json_of, refusal
from tests.delivering.delivering import deliver_due
from tests.factories import NOW, make_change, make_channel, make_delivery
from tests.fakes.platform import PretendPlatform

CHANNELS = {name: make_channel(workspace="local", id=name) for name in ("news", "news-ja", "news-en")}


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """Return a home where one digest was posted, one was refused, and one is tried again."""
    folder = tmp_path_factory.mktemp("home")
    assert ai_news(folder, "story", "list").returncode == 0
    asyncio.run(deliver_digests(f"sqlite:///{folder}/data/ai-news.db"))
    return folder


async def deliver_digests(url):
    store = await open_store(url)
    now = datetime.now(UTC)  # noqa: TID251
    engine = Engine(store, PostingsIndex(), Names(), lambda: now)
    for fault, channel in zip(["", "reject", "lose answer"], CHANNELS.values(), strict=True):
        platform = PretendPlatform(fault)
        await engine.subscribe(channel, "en", "UTC")
        await engine.compose_due({"local": platform.limits})
        await deliver_due(store, {"local": platform}, lambda: now, "bot")
    await store.close()


def listed(home, *options):
    done = ai_news(home, "delivery", "list", "--json", *options)
    assert done.stderr == ""
    return [json.loads(line) for line in done.stdout.splitlines()]


def channel_of(name):
    return f"local/local/{name}"


def test_deliveries_are_listed_by_state_and_channel(home):
    assert {row["state"] for row in listed(home)} >= {"posted", "failed", "planned"}
    assert {row["channel"] for row in listed(home, "--state", "failed")} == {channel_of("news-ja")}
    assert {row["channel"] for row in listed(home, "--channel", channel_of("news"))} == {channel_of("news")}
    assert "posted" in ai_news(home, "delivery", "list").stdout


def test_a_delivery_is_shown_with_its_attempts_and_where_it_stands(home):
    posted = listed(home, "--channel", channel_of("news"), "--state", "posted")[0]
    document = json_of(home, "delivery", "show", posted["id"], "--json")

    assert document["attempts"] == 1
    assert document["link"].endswith(f"/c/local/news#post-{posted['id']}")
    assert document["text"]
    assert f"id: {posted['id']}" in ai_news(home, "delivery", "show", posted["id"]).stdout

    owed = listed(home, "--channel", channel_of("news-en"), "--state", "planned")
    (unclear,) = (row for row in owed if row["part"] == 1)
    assert (unclear["attempts"], unclear["unclear_attempts"], unclear["error"]) == (1, 1, "no answer")
    assert unclear["next_try_at"]


def why(home, story, channel, *options):
    return json_of(home, "delivery", "why", story, channel_of(channel), "--json", *options)


def test_a_story_is_posted_failed_or_tried_again_and_says_so(home):
    posted = why(home, "deepseek-cost", "news")
    assert posted["state"] == "posted"
    assert posted["delivery"]["link"]
    assert why(home, "deepseek-cost", "news-ja")["state"] == "failed"
    assert why(home, "deepseek-cost", "news-en")["state"] == "planned"
    said = ai_news(home, "delivery", "why", "deepseek-cost", channel_of("news")).stdout
    assert said.startswith("Posted at ")


def test_a_story_that_is_left_out_says_which_filter_did_it(home):
    assert why(home, "deepseek-cost", "unknown")["why"] == "no_subscription"
    said = ai_news(home, "delivery", "why", "deepseek-cost", channel_of("unknown"), "--language", "ja").stdout
    assert "配信の設定がありません" in said


def test_what_failed_is_planned_again(home, tmp_path):
    home = shutil.copytree(home, tmp_path / "home")
    failed = listed(home, "--state", "failed")

    said = ai_news(home, "delivery", "retry", failed[0]["id"]).stdout

    assert "planned again" in said
    assert listed(home, "--state", "failed") == []
    assert "has not failed" in refusal(home, "delivery", "retry", failed[0]["id"])


async def correct(url):
    """Correct a story whose copies cannot be edited."""
    store = await open_store(url)
    now = datetime.now(UTC)  # noqa: TID251
    (story,) = (await store.stored_stories(["deepseek-cost"])).values()
    remark = Remark(kind="corrected", at=now, reason="The figure was wrong.")
    after = replace(story, revision=story.revision + 1, remark=remark)
    await store.save_stories([make_change(after, action="correct", retells=True, at=now, id="correction")])
    platform = PretendPlatform(edit_faults=["reject"] * 9)
    await deliver_due(store, {"local": platform}, lambda: now, "bot")
    await store.close()


def test_an_edit_says_what_it_edits_why_and_what_became_of_it(home, tmp_path):
    home = shutil.copytree(home, tmp_path / "home")
    asyncio.run(correct(f"sqlite:///{home}/data/ai-news.db"))

    (failed,) = (row for row in listed(home, "--channel", channel_of("news")) if row["kind"] == "edit")
    assert (failed["state"], failed["because_of"]) == ("failed", "correction")
    assert failed["error"] == "the message is invalid"
    shown = json_of(home, "delivery", "show", failed["id"], "--json")
    target = json_of(home, "delivery", "show", failed["edits"], "--json")
    assert (target["kind"], target["edits"], target["edited_at"]) == ("digest", None, None)
    assert shown["text"] == target["text"] != ""
    assert "edit  failed" in ai_news(home, "delivery", "list").stdout


def test_what_is_not_there_is_a_line(home):
    assert "no delivery nothing" in refusal(home, "delivery", "show", "nothing")
    assert "no story nothing" in refusal(home, "delivery", "why", "nothing", channel_of("news"))
    assert "local/local/news" in refusal(home, "delivery", "why", "deepseek-cost", "news")


@pytest.mark.parametrize(
    ("channel", "message_id", "link"),
    [
        (("discord", "1", "2"), "3", "https://discord.com/channels/1/2/3"),
        (("discord", "1", "2"), "4/3", "https://discord.com/channels/1/4/3"),
        (("slack", "T0ACME", "C0NEWS"), "1772409600.000100",
         "https://acme.slack.com/archives/C0NEWS/p1772409600000100"),
        (("slack", "T0OTHER", "C0NEWS"), "1772409600.000100", None),
        (("console", "local", "console"), "1", None),
    ],
)  # fmt: skip
async def test_a_posted_message_has_the_link_that_its_platform_gives_it(store, channel, message_id, link):
    platform, workspace, id_ = channel
    place = make_channel(platform=platform, workspace=workspace, id=id_)
    await keep_address(store, "T0ACME", "https://acme.slack.com/")
    engine = Engine(store, PostingsIndex(), Names(), lambda: NOW)

    for state, expected in (("posted", link), ("failed", None)):
        delivery = make_delivery(channel=place, state=state, message_id=message_id)
        assert (await document_of(delivery, engine, Settings()))["link"] == expected
