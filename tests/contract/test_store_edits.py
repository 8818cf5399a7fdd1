"""The definition of Store: edits that are owed to copies of stories, on every database."""

import asyncio
from dataclasses import replace
from datetime import timedelta

from bot.errors import LOSSES
from bot.message import Heading, Manner, Note, Run
from bot.model import PUBLIC, GiveUp, Posted, Remark, TryAgain, WorkspaceId
from bot.store import saving
from bot.store.saving import revisions_told
from tests.contract import store_processes
from tests.contract.test_store_races import race
from tests.factories import (
    NOW,
    make_act,
    make_change,
    make_channel,
    make_delivery,
    make_message,
    make_share,
    make_story,
    make_subscription,
)

MINUTE = timedelta(minutes=1)
LATER = NOW + timedelta(hours=1)


def telling(*ids, revision=1):
    """Return a message that tells stories at a revision."""
    blocks = [Heading(f"1. {id_}", 2, story_id=id_, manner=Manner(number=1)) for id_ in ids]
    return make_message(blocks=tuple(blocks), told=tuple((id_, revision) for id_ in ids))


async def share(store, name, *ids, revision=1, channel=None, **over):
    channel = channel or make_channel()
    delivery = make_delivery(
        **{
            "id": f"{name}.1",
            "kind": "share",
            "series": name,
            "channel": channel,
            "message": telling(*ids, revision=revision),
        }
        | over
    )
    await store.share(make_share(id=name, channel=channel), [delivery])


async def stories(store, *ids):
    await store.save_stories([make_change(make_story(id=id_)) for id_ in ids])


async def change(store, id_, now=NOW, **over):
    """Change a story so that its copies are owed an edit; return the change's id."""
    (story,) = (await store.stored_stories([id_])).values()
    after = replace(story, **{"revision": story.revision + 1} | over)
    saved = make_change(after, action="correct", retells=True, at=now)
    await store.save_stories([saved])
    return saved.change.id


async def claim(store, now=NOW, owner="one", posts=10, edits=10):
    return await store.claim_deliveries("local", now, 60, owner, posts, edits)


async def post_all(store, now=NOW):
    """Post whatever is due, each with the name of its delivery."""
    while claimed := await claim(store, now):
        for delivery in claimed:
            assert await store.settle(delivery, Posted(message_id=f"m {delivery.id}"), now)


async def posted(store, *names):
    await stories(store, "story")
    for name in names or ("s",):
        await share(store, name, "story")
    await post_all(store)


async def test_each_copy_of_a_story_that_changes_is_owed_an_edit(store):
    await posted(store, "a", "b")
    await stories(store, "another")
    await share(store, "c", "another")
    await post_all(store)

    made = await change(store, "story")

    owed = await claim(store)
    assert sorted(edit.target for edit in owed) == ["a.1", "b.1"]
    assert {(edit.kind, edit.cause, edit.message.blocks) for edit in owed} == {("edit", made, ())}


async def test_a_change_that_retells_nothing_owes_nothing(store):
    await posted(store)
    await store.save_stories([make_change(make_story(revision=2))])

    assert await claim(store) == []


async def test_an_edit_is_handed_out_when_its_target_stands_and_not_before(store):
    await stories(store, "story")
    await share(store, "s", "story")
    await change(store, "story", NOW - MINUTE)

    (post,) = await claim(store)
    assert (post.kind, post.outdated) == ("share", True)
    assert await claim(store) == []
    await store.settle(post, TryAgain(at=NOW + MINUTE, reason="busy"), NOW)
    (post,) = await claim(store, NOW + MINUTE)
    await store.settle(post, Posted(message_id="m"), NOW + MINUTE)

    (edit,) = await claim(store, NOW + MINUTE)
    assert (edit.kind, edit.target) == ("edit", "s.1")


async def test_an_edit_of_what_failed_is_handed_out_too(store):
    await stories(store, "story")
    await share(store, "s", "story")
    await change(store, "story")
    (post,) = await claim(store)
    await store.settle(post, GiveUp(reason="invalid"), NOW)

    assert [edit.target for edit in await claim(store)] == ["s.1"]


async def test_what_has_failed_when_a_story_changes_is_owed_no_edit(store):
    await stories(store, "story")
    await share(store, "s", "story")
    (post,) = await claim(store)
    await store.settle(post, GiveUp(reason="invalid"), NOW)

    made = await change(store, "story")

    assert await store.count_edits(made) == {}
    assert (await store.delivery("s.1")).outdated


async def test_edits_of_one_message_go_one_after_another_and_hold_up_no_other(store):
    await posted(store, "a", "b")
    first, second = await change(store, "story"), await change(store, "story", NOW + MINUTE)
    later = NOW + 2 * MINUTE

    one, other = await claim(store, later)
    assert {one.cause, other.cause} == {first}
    assert await claim(store, later) == []
    await store.settle(one, Posted(message_id="m"), later)

    (next_,) = await claim(store, later)
    assert (next_.target, next_.cause) == (one.target, second)


async def test_edits_stand_beside_the_channel_s_order(store):
    await posted(store)
    await change(store, "story", NOW - MINUTE)
    await share(store, "t", "story", revision=2, due_at=NOW)
    await share(store, "u", "story", revision=2, due_at=NOW + MINUTE)

    assert sorted(one.kind for one in await claim(store, NOW + MINUTE)) == ["edit", "share"]


async def test_edits_go_on_where_a_lost_channel_stopped_the_digests(store):
    await posted(store)
    await store.add_subscription(make_subscription())
    await store.stop_subscription(make_channel(), "the bot may not post there")
    await change(store, "story")

    assert [one.kind for one in await claim(store)] == ["edit"]


async def test_edits_that_a_lost_channel_refused_are_owed_again_once_it_goes_on(store):
    await stories(store, "a", "b", "c")
    await store.add_subscription(make_subscription())
    elsewhere = make_channel(id="elsewhere")
    await share(store, "one", "a")
    await share(store, "two", "b")
    await share(store, "other", "a", channel=elsewhere)
    await post_all(store)
    reasons = {"one.1": LOSSES["archived"], "two.1": "the message is gone", "other.1": LOSSES["archived"]}
    for minute in (1, 2):
        for id_ in ("a", "b"):
            await change(store, id_, NOW + minute * MINUTE)
        for edit in await claim(store, NOW + minute * MINUTE):
            await store.settle(edit, GiveUp(reason=reasons[edit.target]), NOW + minute * MINUTE)
    await store.stop_subscription(make_channel(), LOSSES["archived"])
    assert await claim(store, LATER) == []

    stopped = await store.subscription(make_channel())
    await store.change_subscription(stopped, replace(stopped, state="active", trouble=""))

    (again,) = await claim(store, LATER)
    assert (again.target, again.due_at, again.attempt) == ("one.1", NOW + 2 * MINUTE, 2)


async def test_what_an_edit_shows_is_kept_as_what_stands_there(store):
    await posted(store)
    await change(store, "story")
    (edit,) = await claim(store)

    assert await store.settle(
        edit, Posted(message_id="m", message=telling("story", revision=2)), NOW + MINUTE
    )

    (post,) = await store.posts(make_channel(), 5)
    assert (post.id, post.message.told) == ("s.1", (("story", 2),))
    assert (post.settled_at, post.edited_at) == (NOW, NOW + MINUTE)


async def test_who_lost_the_lease_of_an_edit_changes_nothing(store):
    await posted(store)
    await change(store, "story")
    (stale,) = await claim(store)
    (held,) = await claim(store, NOW + MINUTE, "two")

    shown = Posted(message_id="m", message=telling("story", revision=9))
    assert not await store.settle(stale, shown, NOW)

    assert (await store.delivery("s.1")).edited_at is None
    assert await store.delivery(held.id) == held


async def test_an_edit_that_failed_is_planned_again_alone(store):
    await posted(store, "a", "b")
    made = await change(store, "story")
    for edit in await claim(store):
        await store.settle(edit, GiveUp(reason="gone"), NOW)
    first, _ = await store.edits(made, 9, state="failed")

    assert await store.retry(first.id, NOW) == 1

    assert [edit.id for edit in await claim(store)] == [first.id]
    assert await store.count_edits(made) == {"sending": 1, "failed": 1}


async def test_an_act_over_many_stories_owes_a_message_one_edit(store):
    await stories(store, "one", "two")
    await share(store, "s", "one", "two")
    await post_all(store)
    act = make_act(id="both")

    await store.save_stories(
        [make_change(make_story(id=id_, revision=2), retells=True, change=act) for id_ in ("one", "two")]
    )

    assert await store.count_edits("both") == {"planned": 1}


async def test_a_workspace_that_hides_a_story_is_owed_edits_and_no_other(store):
    away = make_channel(workspace=WorkspaceId("away"))
    await posted(store)
    await share(store, "t", "story", channel=away)
    await post_all(store)
    await share(store, "w", "story", channel=away, due_at=NOW + MINUTE)
    before = await store.curation(WorkspaceId("home"))
    act = make_act(id="hides", workspace=WorkspaceId("home"), action="hide")

    await store.save_curation(act, before, replace(before, hidden=("story",)))

    assert [edit.channel.workspace for edit in await claim(store)] == ["home"]
    assert not (await store.delivery("w.1")).outdated
    await share(store, "u", "story")
    await share(store, "v", "story", channel=away)
    assert (await store.delivery("u.1")).outdated
    assert not (await store.delivery("v.1")).outdated


async def test_what_names_the_story_that_another_went_into_is_a_copy_of_that(store):
    await posted(store)
    await stories(store, "into")
    remark = Remark(kind="merged", at=NOW, reason="", into="into")
    await change(store, "story", status="retracted", remark=remark)
    await post_all(store)

    # Composed before they were joined, published after.
    await share(store, "late", "story")
    await post_all(store)
    made = await change(store, "into")

    assert {edit.target for edit in await store.edits(made, 9)} == {"s.1", "late.1"}
    assert await store.count_copies("into") == 2


async def test_copies_are_told_with_the_newest_edit_of_each(store):
    await posted(store, "a", "b")
    await change(store, "story")
    await post_all(store)
    made = await change(store, "story", NOW + MINUTE)

    found = await store.copies("story", None, 9)

    assert [copy.delivery.id for copy in found] == ["a.1", "b.1"]
    assert {(copy.edit.cause, copy.edit.state) for copy in found} == {(made, "planned")}
    assert await store.copies("story", PUBLIC, 9) == []


async def test_a_notice_goes_where_its_target_stands_and_is_no_edit_of_it(store):
    await posted(store)
    await change(store, "story")
    (edit,) = await claim(store)
    notice = make_delivery(id="n.1", kind="notice", series="n", target="s.1", message=telling("story"))
    await store.settle(edit, GiveUp(reason="gone"), NOW, [notice])

    (told,) = await claim(store)
    assert (told.kind, told.target) == ("notice", "s.1")
    await store.settle(told, Posted(message_id="m", message=telling("story", revision=7)), NOW)

    assert (await store.delivery("s.1")).message == telling("story")
    (copy,) = [one for one in await store.copies("story", None, 9) if one.delivery.id == "s.1"]
    assert copy.edit.id == edit.id


async def test_however_changes_and_digests_race_no_copy_keeps_old_words_without_an_edit_owed(
    store, database_url
):
    await stories(store, "story")

    race(store_processes.correct_again_and_again, database_url, ["correct", "a", "b", "correct"])

    (story,) = (await store.stored_stories(["story"])).values()
    assert story.revision == 1 + 2 * store_processes.ROUNDS
    copies = await store.copies("story", None, 1_000)
    assert len(copies) == 2 * store_processes.ROUNDS
    for copy in copies:
        is_new = dict(copy.delivery.message.told)["story"] == story.revision
        assert is_new or copy.delivery.outdated or copy.edit


async def test_who_corrects_waits_for_a_digest_that_is_being_published(store):
    """Else it would not see the copy, nor the digest the correction."""
    await stories(store, "story")
    delivery = make_delivery(kind="share", message=telling("story"))
    correcting = None

    async def publish_slowly(transaction):
        nonlocal correcting
        await saving.insert_deliveries(transaction, [delivery])
        correcting = asyncio.create_task(change(store, "story"))
        await asyncio.wait({correcting}, timeout=0.3)

    await store._driver.transaction(publish_slowly)
    made = await correcting

    assert (await store.delivery(delivery.id)).outdated
    assert await store.count_edits(made) == {"planned": 1}


async def test_four_processes_claim_each_edit_once(store, database_url):
    await stories(store, "story")
    for number in range(100):
        await share(store, f"s{number}", "story", channel=make_channel(id=f"c{number}"))
    await post_all(store)
    made = await change(store, "story")

    claimed = race(store_processes.claim_all, database_url, ["a", "b", "c", "d"])

    ids = [delivery_id for ids in claimed for delivery_id in ids]
    assert sorted(ids) == sorted(edit.id for edit in await store.edits(made, 1_000))


def test_small_print_may_name_a_story():
    """Whatever block has its id: the message is a copy of it."""
    message = make_message(blocks=(Note((Run("small"),), story_id="story"),), told=(("named", 3),))

    assert revisions_told(message) == {"story": None, "named": 3}
