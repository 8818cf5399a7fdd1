"""A moderator's day on Slack, from the pasted article to the undo, with one real `ai-news run`."""

from copy import deepcopy

import pytest

from tests.fakes.pretend_web import answer
from tests.fakes.slack.files import File
from tests.fakes.slack.reading import labels_of, text_of
from tests.fakes.slack.views import new_view
from tests.slack.moderators import (
    FORGED,
    OURS,
    article,
    desk,
    en,
    ja,
    pasted,
    pieces_of,
    turns_far_off,
    value_of,
)

NEW_TITLE = "編集部が付けた見出し"
LANTERN = "若草電機は松江で声に応えるランタンを発売しました。価格は3,400円で、電池は二週間もちます。"
KITE = "凧の会は浜松で畳二百枚の凧を揚げました。凧は百人が綱を引いて空に上がりました。"
BOAT = "白樺交通は長崎で人の乗らない渡し船を走らせました。船は湾を九分で渡り、運賃は210円です。"
ORCHARD = "緑川農園は栃木で苺を摘む機械の腕を導入しました。腕は一分に八粒を摘み、傷を付けません。"
SUGGESTIONS = (
    "The council of Kawabe voted to reopen the old tram line. Work on the line begins in May.",
    "A bakery in Otaru sells bread made of seaweed. The baker sells ninety loaves a day.",
    "The library of Minato lends umbrellas. Readers give them back at any bus stop.",
    "A clock tower in Nara strikes thirteen at noon. The town likes it that way.",
)
PAGE = f"""<html lang="ja"><head><title>浜松の凧揚げ</title></head><body><article><h1>浜松の凧揚げ</h1>
<p>{KITE}</p><p>凧の会の会長は来年はもっと大きな凧を揚げたいと話しました。見物には三万人が集まりました。</p>
</article></body></html>"""
REASON = "数字が違っていました。"
RIGHT = "編集部で確かめた正しい要約です。"
WHY = "出典が記事を取り下げました。"


async def set_up(day):
    """A manager lets a user group moderate, names the moderators' channel and gives a channel its digest."""
    group = day.server.usergroup(day.team, "editors", day.aoi.user)
    options = f"moderators:<!subteam^{group.id}|@editors> desk:<#{day.desk.id}|desk>"
    asked = await day.boss.command(day.news, "/ai-news-mod", f"setup {options}")
    assert f"<#{day.desk.id}>" in await day.told(asked)
    assert f"<!subteam^{group.id}>" in await day.told(asked)
    early, late = turns_far_off("Asia/Tokyo")
    options = f"times:{early},{late} zone:Asia/Tokyo count:30 language:ja"
    asked = await day.boss.command(day.news, "/ai-news-digest", f"subscribe {options}")
    assert late in await day.told(asked)


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

    await aoi.close(all_)
    await add(day, aoi, day.text)
    all_ = await day.view(aoi, ja("draft.lead_begun"))
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
    day.form = deepcopy(day.correction.content)
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
    again = new_view(day.aoi.user, deepcopy(day.form))
    day.server.views[again.id] = again
    await day.send(day.aoi, again, NEW_TITLE, summary=RIGHT, reason=REASON)
    await day.settled()
    assert await day.state() == before


async def retract(day):
    """A story is retracted: its copy is a notice with the reason, and lookups do not find it."""
    title = (await day.stories())[0].tellings[0].title
    shown = await card(day, day.aoi, (await day.stories())[0].id)
    await day.aoi.press(shown, ja("act.retract"))
    form = await day.view(day.aoi, ja("storyform.title_retract"))
    await day.send(day.aoi, form, ja("done.retract", title=title)[:9], reason=WHY)
    await day.settled()
    (copy,) = day.posts(WHY)
    assert title not in text_of(copy)
    assert ja("copy.retracted") in text_of(copy)
    asked = await day.mika.command(day.news, "/ai-news", title)
    assert f"1. {title}" not in await day.told(asked)
    asked = await day.aoi.command(day.news, "/ai-news-mod", f"restore {title}")
    assert f"1. {title}" in await day.told(asked)


async def refuse(day):
    """A member is told politely that it is not for them; nothing changes."""
    before, story = await day.state(), (await day.story(NEW_TITLE)).id
    for text in (
        "add",
        "queue",
        "log",
        "undo",
        f"story {story}",
        f"correct {story}",
        f"retract {story} reason:no",
    ):
        asked = await day.mika.command(day.news, "/ai-news-mod", text)
        assert (await day.answer(asked)).endswith(en("error.moderators_only"))
    assert await day.state() == before


async def forge(day):
    """A moderator of another workspace is told the same of what is there as of what is not."""
    await add(day, day.aoi, OURS[: OURS.index("# 港南")])
    draft = value_of(await day.view(day.aoi, ja("draft.lead_begun")), ja("draft.button_publish"))
    draft = draft.split()[2]
    asked = await day.boss.command(day.news, "/ai-news-mod", f"draft {draft}")
    assert await day.answer(asked) == ja("error.draft_not_here")
    async with day.bot.store() as store:
        change = (await store.changes([day.workspace], 1))[0].id
    story = (await day.stories())[0].id
    before = await day.state()
    for text in (
        *(
            f"{word} ID"
            for word in ("story", "approve", "edit", "facts", "correct", "retract", "reject", "hide")
        ),
        *(f"{word} ID reason:why" for word in ("approve", "retract", "reject", "restore", "hide", "pin")),
        *(f"story ID part:{part}" for part in ("history", "copies")),
        *(f"draft ID act:{act} piece:1 revision:1" for act in ("show", "publish", "drop", "title", "split")),
        *("merge ID", "merge ID into:ID", "undo ID", "log story:ID", "draft ID act:discard"),
    ):
        real = draft if text.startswith("draft") else change if text.startswith("undo") else story
        told = []
        for named in (real, "q" * len(real)):
            typed = text.replace("ID", named)
            asked = await day.eve.command(day.elsewhere, "/ai-news-mod", typed)
            told.append((await day.answer(asked)).replace(named, "ID"))
            button = day.forged(day.eve, day.elsewhere, f"/ai-news-mod {typed}")
            told.append((await day.answer(await day.eve.press(button, FORGED))).replace(named, "ID"))
        assert len(set(told)) == 1, told
    await day.eve.command(day.elsewhere, "/ai-news-mod", "add")
    form = await day.view(day.eve, en("form.submit"))
    form.content["private_metadata"] = day.form["private_metadata"]
    await day.send(day.eve, form, en("slack.foreign_form"), text=OURS)
    assert await day.state() == before


async def undo(day):
    """The log shows who did what and why; undo brings both back, in what was posted too."""
    asked = await day.aoi.command(day.news, "/ai-news-mod", "log")
    told = await day.told(asked)
    assert REASON in told
    assert WHY in told
    for action in ("retract", "correct"):
        asked = await day.aoi.command(day.news, "/ai-news-mod", f"log by:Aoi action:{action}")
        await day.told(asked)
        asked = await day.aoi.press(asked.answers[0], ja("log.button_undo", number=1))
        assert ja("log.undone") in await day.told(asked)
    await day.settled()
    assert day.posts(NEW_TITLE)
    assert not day.posts(WHY)
    assert not day.posts(REASON)
    assert not day.posts(RIGHT)


DAY = (set_up, know_two, review, read, correct, replay, retract, refuse, forge, undo, replay)


async def wait(day):
    """What a moderator adds waits where only managers publish; the desk is told, with buttons."""
    asked = await day.boss.command(day.news, "/ai-news-mod", "setup publishers:managers suggestions:yes")
    await day.told(asked)
    for text in (LANTERN, KITE):
        await add(day, day.aoi, text)
        await day.view(day.aoi, ja("added.waiting", count=1))
        await day.settled()
    assert len(day.notices) == 2
    assert await day.stories() == []


async def decide(day):
    """A manager approves and rejects under the notices, which then say so; others cannot."""
    lantern, kite = day.notices
    before = await day.state()
    day.desk.members.add(day.eve.id)
    assert await day.answer(await day.eve.press(lantern, ja("act.approve"))) == en("error.story_not_here")
    refused = await day.answer(await day.aoi.press(lantern, ja("act.approve")))
    assert refused == ja("error.approve_managers")
    assert await day.state() == before

    told = await day.answer(await day.boss.press(lantern, ja("act.approve")))
    assert "ランタン" in told
    assert day.news.id in told
    await day.boss.press(kite, ja("act.reject"))
    form = await day.view(day.boss, ja("storyform.title_reject"))
    await day.send(day.boss, form, "凧", reason=WHY)
    await day.settled()

    assert "Bossが掲載しました" in text_of(lantern)
    assert "Bossが却下しました" in text_of(kite)
    assert WHY in text_of(kite)
    assert labels_of(lantern) == labels_of(kite) == []
    assert ["ランタン" in story.tellings[0].title for story in await day.stories()] == [True]


async def suggest(day):
    """Members suggest stories, three at a time; they wait too."""
    for number, text in enumerate(SUGGESTIONS):
        await day.mika.command(day.news, "/ai-news", "suggest")
        form = await day.view(day.mika, en("form.submit_suggestion"))
        told = en("suggest.done", count=1) if number < 3 else en("error.suggest_waiting", limit=3)
        await day.send(day.mika, form, told, text=text)
    await day.settled()
    assert len(day.notices) == 2 + 3


async def look_home(day):
    """Home shows moderators what waits, and what is left once something was approved; members nothing."""
    await day.boss.open_home()
    home = await day.until(lambda: day.boss.home)
    assert ja("queue.heading", count=3) in text_of(home)
    assert labels_of(home).count(ja("act.approve")) == 3
    await day.boss.press(home, ja("act.approve"))
    await day.view(day.boss, ja("queue.heading", count=2))
    await day.until(lambda: ja("queue.heading", count=2) in text_of(day.boss.home))
    await day.mika.open_home()
    home = await day.until(lambda: day.mika.home)
    assert en("act.approve") not in labels_of(home)


async def bring_in(day):
    """Articles come from an address, from a file and from a message."""
    day.site.pages["/kites"] = answer(PAGE.encode())
    asked = await day.boss.command(day.news, "/ai-news-mod", f"add {day.site.url('/kites')}")
    assert "凧" in await day.answer(asked)
    for message in (
        day.mika.share(day.news, File("boat.md", BOAT.encode())),
        day.mika.say(day.news, ORCHARD),
    ):
        await day.boss.message_shortcut("add_message", message)
        form = await day.view(day.boss, ja("form.submit"))
        await day.send(day.boss, form, ja("added.heading", count=1))


QUEUE = (set_up, wait, decide, suggest, look_home, bring_in)


@pytest.mark.parametrize(
    ("transport", "chapters", "text"),
    [("socket", DAY, article()), ("http", DAY, OURS), ("socket", QUEUE, ""), ("http", QUEUE, "")],
    ids=["socket-day", "http-day", "socket-queue", "http-queue"],
)
async def test_a_moderators_day(tmp_path, transport, chapters, text):
    async with desk(tmp_path, transport, text) as day:
        for chapter in chapters:
            await chapter(day)
