"""A moderator's day on Discord, from an article that is pasted to a change that is taken back."""

from tests.discord.newsroom import (
    ROUNDUP,
    WHALE,
    add,
    by_the_bot,
    forge,
    forge_modal,
    label,
    modal,
    newsroom,
    numbers,
    opened,
    story_id,
    told,
)
from tests.fakes.discord.permissions import Permission
from tests.waiting import until

WRONG = "工期が間違っていました。"
HOAX = "誤報でした。"
TITLE = "星見橋が早く開通"


def act(name):
    return label(f"act.{name}")


def draft(name):
    return label(f"draft.button_{name}")


async def open_piece(ken, review, number):
    """Look at a piece of a draft, whether all pieces are shown or another."""
    if draft("back") in review.buttons:
        await ken.press(review, draft("back"))
    await ken.press(review, str(number))
    return review


async def test_an_article_is_reviewed_published_corrected_retracted_and_taken_back(tmp_path):
    async with newsroom(tmp_path) as here:
        ken, alice, news, desk = here.ken, here.alice, here.news, here.desk

        # A story is known, and posted; the round-up that is pasted then tells it again.
        known = await add(here, ken, text=WHALE, source="渚町新聞", url="https://nagisa.example/whale")
        assert "1本" in known.text
        await here.digest(news)
        review = (await add(here, ken, text=ROUNDUP, source="川辺日報", url="https://kawabe.example/5")).shown
        assert numbers(review) == [1, 2, 3, 4, 5]
        assert "≈ 渚町の博物館では、クジラの新しい展示室が開きました" in review.text

        # What is like a known story has to be decided first.
        said = await ken.press(review, draft("publish"))
        assert "3本目" in said.text
        assert said.updated
        await open_piece(ken, review, 3)
        await ken.press(review, draft("merge"))

        # Two are joined, and taken apart again elsewhere; the bot is killed meanwhile.
        await open_piece(ken, review, 1)
        await ken.press(review, draft("join"))
        assert numbers(review) == [1, 2, 3, 4]
        await open_piece(ken, review, 1)
        await here.restart()
        form = await opened(ken, await ken.press(review, draft("split")))
        places = modal(form)["at"]["options"]
        bread = next(one["value"] for one in places if "パン店" in one["label"][:10])
        await ken.submit(form, at=bread)
        assert numbers(review) == [1, 2, 3, 4, 5]
        again = await ken.submit(form, at=bread)
        assert label("draft.lead_changed_meanwhile") in again.text
        assert numbers(review) == [1, 2, 3, 4, 5]

        # One is moved, one titled anew, one dropped; what is left goes in.
        await open_piece(ken, review, 1)
        await ken.press(review, draft("down"))
        await open_piece(ken, review, 5)
        await ken.submit(await opened(ken, await ken.press(review, draft("title"))), title=TITLE)
        await open_piece(ken, review, 4)
        await ken.press(review, draft("drop"))
        published = await ken.press(review, draft("publish"))
        assert "3本追加" in published.text
        assert f"<#{news.id}>" in published.text
        assert "<t:" in published.text
        assert "出典として川辺日報を加えました" in published.text

        # A digest comes; members find it in their own language, and nothing of what was dropped.
        await here.digest(news)
        await here.bot.settled()
        (first,) = by_the_bot(news, "クジラ")
        (second,) = by_the_bot(news, TITLE)
        assert "渚町新聞、川辺日報" in first.text
        assert second.text.index("コムギ") < second.text.index("路面電車") < second.text.index(TITLE)
        assert not by_the_bot(news, "ロボット")
        found = await alice.command(news, "ai-news", query="星見橋")
        assert TITLE in found.text
        assert "3か月" in found.text
        asked = first.text, second.text

        # One is corrected: the bot is killed as soon as it has said so, and started again.
        bridge = await story_id(ken, desk, "星見")
        card = await ken.command(desk, "ai-news-mod story", story=bridge)
        correction = await opened(ken, await ken.press(card.shown, act("correct")))
        right = {
            name: modal(correction)[name]["value"].replace("3か月", "2か月") for name in ("summary", "body")
        }
        said = await ken.submit(correction, **right, reason=WRONG)
        await here.restart()
        assert label("done.corrected") in said.text
        whale = await story_id(ken, desk, "クジラ")
        retraction = await opened(ken, await ken.command(desk, "ai-news-mod retract", story=whale))
        said = await ken.submit(retraction, reason=HOAX)
        assert HOAX in said.text
        await here.bot.settled()

        # The posts say so, once, with the date and the reason; lookups too.
        assert "2か月" in second.text
        assert "3か月" not in second.text
        assert WRONG in second.text
        assert "クジラ" not in first.text
        assert label("copy.retracted") in first.text
        assert HOAX in first.text
        assert "2か月" in (await alice.command(news, "ai-news", query="星見橋")).text
        assert "クジラ" not in (await alice.command(news, "ai-news", query="クジラ")).text.replace(
            "「クジラ」", ""
        )
        edits = len(first.edits), len(second.edits)

        # The same forms, sent again now, change nothing and say so.
        replayed = await ken.submit(correction, **right, reason=WRONG)
        assert label("done.unchanged") in replayed.text
        replayed = await ken.submit(retraction, reason="もう一度。")
        assert HOAX in replayed.text
        assert "もう一度。" not in replayed.text
        await here.bot.settled()
        assert (len(first.edits), len(second.edits)) == edits

        # It is found by its words by those who may bring it back, and only by them.
        offered = await ken.autocomplete(desk, "ai-news-mod restore", "story", "クジラ")
        assert [value for _, value in offered] == [whale]
        assert offered[0][0].startswith(label("choice.story_retracted"))
        assert await alice.autocomplete(news, "ai-news-mod restore", "story", "クジラ") == []
        listed = await ken.command(desk, "ai-news-mod restore", story="クジラ")
        assert "クジラ" in listed.text
        assert list(listed.shown.buttons) == [label("act.restore")]

        # The log tells it all, and undo brings it back.
        log = await ken.command(desk, "ai-news-mod log")
        assert [WRONG in log.text, HOAX in log.text, log.text.count("ken")] == [True, True, 4]
        await ken.press(log.shown, label("log.button_undo", number=1))
        log = await ken.command(desk, "ai-news-mod log")
        await ken.press(log.shown, label("log.button_undo", number=3))
        await here.bot.settled()
        assert (first.text, second.text) == asked
        assert "クジラ" in (await alice.command(news, "ai-news", query="渚町の博物館")).text

        assert here.server.violations == []
        assert here.server.refused == 0


CORRECTED = {"title": "橋", "summary": "橋。", "body": "橋。", "reason": "x"}


async def test_strangers_and_members_get_nowhere_with_the_ids_of_others(tmp_path):
    async with newsroom(tmp_path) as here:
        ken, alice, desk, news = here.ken, here.alice, here.desk, here.news
        await add(here, ken, text=WHALE, source="渚町新聞")
        id_ = await story_id(ken, desk, "クジラ")
        card = await ken.command(desk, "ai-news-mod story", story=id_)
        way = act("correct") if act("correct") in card.shown.buttons else act("edit")
        correction = await opened(ken, await ken.press(card.shown, way))
        log = await ken.command(desk, "ai-news-mod log")
        review = (await add(here, ken, text=ROUNDUP, source="川辺日報")).shown
        ids = [one["custom_id"] for one in (*card.shown.buttons.values(), *log.shown.buttons.values())]
        ids += [one["custom_id"] for one in review.buttons.values()]
        await ken.press(review, "2")
        ids += [one["custom_id"] for one in review.buttons.values()]
        titling = await opened(ken, await ken.press(review, draft("title")))
        change = next(id_ for id_ in ids if " undo " in id_).split()[2]
        drafted = next(id_ for id_ in ids if " draft " in id_).split()[2]
        async with here.bot.store() as store:
            before = await store.stored_stories([id_]), await store.draft(drafted)

        # A moderator of another server, with what the first one's messages hold, learns nothing at all.
        away = here.server.guild("隣町", locale="ja", permissions=None)
        square = away.text("広場")
        away.allowed_commands |= here.town.allowed_commands
        mayor = away.member("mayor", locale="ja", permissions=Permission.MANAGE_GUILD)
        away.invite_bot()
        await until(lambda: by_the_bot(square, "はじめまして"))
        own = (await mayor.command(square, "ai-news-mod queue")).shown
        fields = {correction.modal["custom_id"]: CORRECTED, titling.modal["custom_id"]: {"title": "鯨"}}
        known = {id_: "aaaaaaaaaaaaaaaaaaaa", change: "bbbbbbbbbbbbbbbbbbbb", drafted: "cccccccccccccccccccc"}
        for forged in [*dict.fromkeys(ids), *fields]:
            made_up = forged
            for real, other in known.items():
                made_up = made_up.replace(real, other)
            answers = []
            for custom_id in (forged, made_up):
                own = (await mayor.command(square, "ai-news-mod queue")).shown
                values = fields.get(forged)
                sent = (
                    forge_modal(mayor, own, custom_id, **values) if values else forge(mayor, own, custom_id)
                )
                answers.append(told(await sent))
            assert "ken" not in answers[0]
            assert "クジラ" not in answers[0]
            assert answers[0].replace(forged, made_up) == answers[1], forged
        for command in ("story", "correct", "retract", "log"):
            shown = await mayor.command(square, f"ai-news-mod {command}", story=id_)
            assert "クジラ" not in told(shown)
        assert await mayor.autocomplete(square, "ai-news-mod story", "story", "クジラ") == []

        # A member sees one polite line, whatever they press or send.
        answer = await alice.command(news, "ai-news", query="渚町の博物館")
        for forged in [*dict.fromkeys(ids), *fields]:
            values = fields.get(forged)
            sent = (
                forge_modal(alice, answer.shown, forged, **values)
                if values
                else forge(alice, answer.shown, forged)
            )
            refused = await sent
            assert "Only moderators can do this." in told(refused), forged
            assert refused.ephemeral
        assert not any(message.author is here.server.bot for message in square.messages[1:])
        async with here.bot.store() as store:
            assert (await store.stored_stories([id_]), await store.draft(drafted)) == before
        assert here.server.violations == []
