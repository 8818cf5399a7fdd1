"""The queue of a server on Discord: what waits is told at the desk and decided there; members suggest."""

from bot.phrases import phrase
from tests.discord.newsroom import BREAD, ROBOT, WHALE, add, by_the_bot, label, newsroom, opened
from tests.waiting import until

UMBRELLAS = (
    "The library of Kawabe lends umbrellas when it rains. It bought 300 umbrellas in March.",
    "The harbour of Nagisa has a new crane. It lifts forty tonnes and was built in Hoshimi.",
    "A bakery in Kawabe bakes bread with rice flour. It sells two hundred loaves on Sundays.",
    "The museum of Hoshimi shows kites from nine countries. Entry is free for all children.",
)


async def notice(here, words):
    """Return the message at the desk that tells of something, once it is there."""
    await until(lambda: by_the_bot(here.desk, words))
    return by_the_bot(here.desk, words)[-1]


async def test_what_waits_is_decided_at_the_desk(tmp_path):
    async with newsroom(tmp_path) as here:
        ken, mika, alice, news, desk = here.ken, here.mika, here.alice, here.news, here.desk
        settings = await mika.command(desk, "ai-news-mod setup", publishers="managers")
        assert "@編集者" in settings.text

        # What a moderator adds waits: nobody finds it, and the desk is told.
        added = await add(here, ken, text=WHALE, source="渚町新聞")
        assert "承認" in added.text
        first = await notice(here, "クジラ")
        assert list(first.buttons) == [label(f"act.{name}") for name in ("approve", "edit", "reject", "open")]
        assert "クジラ" not in (await alice.command(news, "ai-news")).text

        # Who may not approve is told so, alone; a manager does, from the message at the desk.
        refused = await ken.press(first, label("act.approve"))
        assert refused.ephemeral
        assert "管理者" in refused.text
        approved = await mika.press(first, label("act.approve"))
        assert approved.ephemeral
        assert approved.shown is not first
        assert f"<#{news.id}>" in approved.text
        await here.bot.settled()
        assert "mikaが掲載しました" in first.text
        assert first.buttons == {}
        assert "クジラ" in (await alice.command(news, "ai-news")).text

        log = await mika.command(desk, "ai-news-mod log", action="approve")
        assert "クジラ" in log.text
        assert "投稿" not in log.text

        # Another is rejected with a reason, by a modal.
        await add(here, ken, text=ROBOT, source="港だより")
        second = await notice(here, "ロボット")
        form = await opened(mika, await mika.press(second, label("act.reject")))
        rejected = await mika.submit(form, reason="出典がありません。")
        assert rejected.ephemeral
        await here.bot.settled()
        assert "出典がありません。" in second.text
        assert second.buttons == {}

        # Who comes too late is told who was first; the queue says what is left.
        await add(here, ken, text=BREAD, source="県報")
        await add(here, ken, text=UMBRELLAS[0], source="市報")
        queue = (await mika.command(desk, "ai-news-mod queue")).shown
        third = await notice(here, "コムギ")
        assert label("queue.heading", count=2) in queue.text
        await mika.press(third, label("act.approve"))
        late = await mika.press(queue, label("act.approve"))
        assert "mikaが掲載しました" in late.text
        assert here.server.violations == []


async def test_members_suggest_at_a_pace(tmp_path):
    async with newsroom(tmp_path) as here:
        mika, alice, news, desk = here.mika, here.alice, here.news, here.desk
        closed = await alice.command(news, "ai-news", query="suggest")
        assert closed.text == phrase("error.suggest_off", "en")
        await mika.command(desk, "ai-news-mod setup", suggestions=True)

        for text in UMBRELLAS[:3]:
            form = await opened(alice, await alice.command(news, "ai-news", query="suggest"))
            thanked = await alice.submit(form, text=text, source="The Kawabe Post")
            assert thanked.text == f"-# {phrase('suggest.done', 'en', count=1)}"
        form = await opened(alice, await alice.command(news, "ai-news", query="suggest"))
        refused = await alice.submit(form, text=UMBRELLAS[3])
        assert phrase("error.suggest_waiting", "en", limit=3) in refused.text

        told = await notice(here, "umbrellas")
        assert "alice" in told.text
        await mika.press(told, label("act.approve"))
        assert "umbrellas" in (await alice.command(news, "ai-news")).text
        await here.bot.settled()
        again = await opened(alice, await alice.press(refused.shown, phrase("discord.open_form", "en")))
        thanked = await alice.submit(again)
        assert thanked.text == f"-# {phrase('suggest.done', 'en', count=1)}"
        assert here.server.violations == []
