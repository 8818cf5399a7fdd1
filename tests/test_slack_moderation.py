"""A moderator's day on Slack, from the pasted article to the undo, with one real `ai-news run`."""

import pytest

from tests.fakes.slack_reading import labels_of, text_of
from tests.slack_app import TRANSPORTS
from tests.slack_moderators import OURS, article, desk, en, ja, pasted, pieces_of, value_of

NEW_TITLE = "編集部が付けた見出し"
REASON = "数字が違っていました。"
RIGHT = "編集部で確かめた正しい要約です。"
WHY = "出典が記事を取り下げました。"


async def set_up(day):
    """A manager lets a user group moderate, names the moderators' channel and gives a channel its digest."""
    group = day.server.usergroup(day.team, "editors", day.aoi.user)
    options = f"moderators:<!subteam^{group.id}|@editors> desk:<#{day.desk.id}|desk>"
    asked = await day.boss.command(day.news, "/ai-news-mod", f"setup {options}")
    assert f"<#{day.desk.id}>" in await day.told(asked)
    asked = await day.boss.command(
        day.news, "/ai-news-digest", "subscribe times:09:00,21:00 zone:Asia/Tokyo count:30 language:ja"
    )
    assert "21:00" in await day.told(asked)


async def add(day, who, text, **more):
    """Give an article in the form."""
    await who.command(day.news, "/ai-news-mod", "add")
    form = await day.view(who, ja("form.submit"))
    await who.submit(form, pasted(text) | {f"{name}.0": value for name, value in more.items()})


async def know_two(day):
    """Two stories of the article are known already, from other sources."""
    for number, source in ((6, "朝の新聞"), (7, "夜の新聞")):
        await add(day, day.aoi, pieces_of(day.text)[number - 1], source=source)
        told = text_of(await day.view(day.aoi, ja("added.heading", count=1)))
        assert ja("where.lead") in told
        assert day.news.id in told


async def review(day):
    """The article is pasted and looked through story by story, though the bot is killed meanwhile."""
    aoi, count = day.aoi, len(pieces_of(day.text))
    await add(day, aoi, day.text)
    all_ = await day.view(aoi, ja("draft.lead_begun"))
    assert text_of(all_).count(ja("draft.as_undecided")) == 2

    one = await day.press(aoi, all_, "1", ja("draft.place", number=1, count=count))
    all_ = await day.press(aoi, one, ja("draft.button_drop"), ja("draft.lead_drop", number=1))
    one = await day.press(aoi, all_, "2", ja("draft.place", number=2, count=count))
    all_ = await day.press(aoi, one, ja("draft.button_join"), ja("draft.lead_join", number=2, following=3))

    await day.bot.kill()
    await day.revive()

    one = await day.press(aoi, all_, "3", ja("draft.place", number=3, count=count - 1))
    form = await day.press(aoi, one, ja("draft.button_split"), ja("draft.split_at"))
    places = [block["element"]["options"] for block in form.content["blocks"] if block["type"] == "input"]
    all_ = await day.send(aoi, form, ja("draft.lead_split", number=3), at=places[0][0]["value"])

    one = await day.press(aoi, all_, "5", ja("draft.place", number=5, count=count))
    form = await day.press(aoi, one, ja("draft.button_title"), ja("draft.form_title"))
    all_ = await day.send(aoi, form, ja("draft.lead_title", number=5), title=NEW_TITLE)

    one = await day.press(aoi, all_, "5", ja("draft.place", number=5, count=count))
    day.server.faults.add("kill", method="views.update")
    await aoi.press(one, ja("draft.button_up"))
    await day.revive()
    all_ = await day.press(aoi, one, ja("draft.button_up"), ja("draft.lead_changed_meanwhile"))
    assert f"4. {NEW_TITLE}" in text_of(all_)

    all_ = await day.press(aoi, all_, ja("draft.button_publish"), ja("error.draft_undecided", numbers="6、7"))
    one = await day.press(aoi, all_, "6", ja("draft.button_merge"))
    all_ = await day.press(aoi, one, ja("draft.button_merge"), ja("draft.lead_merge", number=6))
    one = await day.press(aoi, all_, "7", ja("draft.button_update"))
    all_ = await day.press(aoi, one, ja("draft.button_update"), ja("draft.lead_update", number=7))
    day.publishing = value_of(all_, ja("draft.button_publish"))
    done = await day.press(aoi, all_, ja("draft.button_publish"), ja("added.heading", count=count - 2))
    assert day.news.id in text_of(done)
    assert len(await day.stories()) == count


async def read(day):
    """Members see the stories in the next digest, in the moderator's order, and in a lookup."""
    posted = "\n".join(text_of(message) for message in await day.digest())
    titles = [story.tellings[0].title for story in await day.stories()][: len(pieces_of(day.text)) - 2]
    places = [posted.find(title) for title in titles]
    assert -1 not in places
    assert places == sorted(places)
    asked = await day.mika.command(day.news, "/ai-news", NEW_TITLE)
    assert NEW_TITLE in await day.told(asked)


async def card(day, who, words):
    """Return a story as a moderator sees it who names it."""
    asked = await who.command(day.news, "/ai-news-mod", f"story {words}")
    await day.told(asked)
    return asked.answers[0]


async def correct(day):
    """A story is corrected, and the bot killed with the first copy; all copies say so in the end."""
    story = await day.story(NEW_TITLE)
    shown = await card(day, day.aoi, NEW_TITLE)
    await day.aoi.press(shown, ja("act.correct"))
    day.correction = await day.view(day.aoi, ja("storyform.title_correct"))
    day.server.faults.add("accept, kill", method="chat.update")
    day.sent = await day.aoi.submit(day.correction, {"summary.0": RIGHT, "reason.0": REASON})
    await day.revive()
    await day.settled()
    (copy,) = day.posts(NEW_TITLE)
    assert len(copy.edits) == 1
    assert RIGHT in text_of(copy)
    assert story.tellings[0].summary not in text_of(copy)
    assert REASON in text_of(copy)


async def replay(day):
    """A form that Slack tells of again, or that is sent again later, does nothing a second time."""
    before = await day.state()
    await day.server.tell_again(day.sent)
    await day.settled()
    assert await day.state() == before
    day.correction.is_open = True


async def retract(day):
    """A story is retracted: its copy is a notice with the reason, and lookups do not find it."""
    title = (await day.stories())[0].tellings[0].title
    shown = await card(day, day.aoi, (await day.stories())[0].id)
    await day.aoi.press(shown, ja("act.retract"))
    form = await day.view(day.aoi, ja("storyform.title_retract"))
    told = await day.send(day.aoi, form, ja("done.retract", title=title)[:9], reason=WHY)
    await day.settled()
    (copy,) = day.posts(WHY)
    assert title not in text_of(copy)
    assert ja("copy.retracted") in text_of(copy)
    asked = await day.mika.command(day.news, "/ai-news", title)
    assert title not in (await day.told(asked)).replace(f"“{title}”", "")


async def refuse(day):
    """A member is told politely that it is not for them; it changes nothing."""
    before = await day.state()
    story = (await day.story(NEW_TITLE)).id
    for text in ("add", "queue", f"story {story}", f"correct {story}", "log", "undo", f"retract {story} reason:no"):
        asked = await day.mika.command(day.news, "/ai-news-mod", text)
        await day.until(lambda: asked.answers or day.mika.modal and "moderators" in text_of(day.mika.modal))
        for answer in asked.answers:
            assert text_of(answer) == en("error.moderators_only")
    assert await day.state() == before


async def undo(day):
    """The log shows who did what and why; undo brings both back, in what was posted too."""
    asked = await day.aoi.command(day.news, "/ai-news-mod", "log")
    told = await day.told(asked)
    log = asked.answers[0]
    assert REASON in told
    assert WHY in told
    asked = await day.aoi.press(log, ja("log.button_undo", number=1))
    await day.told(asked)
    asked = await day.aoi.command(day.news, "/ai-news-mod", "log by:Aoi action:correct")
    await day.told(asked)
    asked = await day.aoi.press(asked.answers[0], ja("log.button_undo", number=1))
    await day.told(asked)
    await day.settled()
    assert not day.posts(WHY)
    assert not day.posts(REASON)


CHAPTERS = (set_up, know_two, review, read, correct, replay, retract, refuse, undo)


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_a_moderators_day(tmp_path, transport):
    text = {"socket": article(), "http": OURS}[transport]
    async with desk(tmp_path, transport, text) as day:
        for chapter in CHAPTERS:
            await chapter(day)
