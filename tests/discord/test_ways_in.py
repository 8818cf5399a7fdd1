"""The ways in which articles come in on Discord: an address, a file, a message, a text that no form holds."""

import pytest

from tests.discord.newsroom import (
    ARTICLES,
    BREAD,
    BRIDGE,
    ROBOT,
    TRAM,
    WHALE,
    add,
    by_the_bot,
    label,
    modal,
    named,
    newsroom,
    numbers,
    opened,
)
from tests.fakes.discord.uploads import Upload
from tests.fakes.pretend_web import answer, open_site

PAGE = """<!doctype html><html lang="ja"><head><meta charset="{charset}"><title>{title}</title>
<meta property="article:published_time" content="2026-11-20T09:00:00+09:00"></head>
<body><nav><a href="/">トップ</a></nav><article><h1>{title}</h1>{body}</article></body></html>"""


def page(title, text, charset="utf-8"):
    body = "".join(f"<p>{line}</p>" for line in text.splitlines())
    return PAGE.format(title=title, body=body, charset=charset).encode(charset)


async def test_an_address_that_is_allowed_is_read_and_another_is_refused_in_words(tmp_path):
    async with open_site("127.0.0.1") as site, newsroom(tmp_path, AI_NEWS_FETCH_ALLOW="127.0.0.1") as here:
        site.pages["/whale"] = answer(page("クジラの展示室", WHALE, "shift_jis"), media="text/html")
        site.pages["/bread"] = answer(page("パンの自主回収", BREAD))

        looked_at = await here.ken.command(here.desk, "ai-news-mod add", url=site.url("/whale"))
        added = await here.ken.press(looked_at.shown, label("draft.button_publish"))
        assert label("added.heading", count=1) in added.text
        assert "クジラ" in added.text
        assert "2026年11月20日" in added.text
        added = await add(here, here.ken, text=site.url("/bread"))
        assert "コムギ" in added.text

        reads = len(site.requests)
        for address in (site.url("/whale", "127.0.0.2"), "http://169.254.169.254/latest", "http://[::1]/"):
            refused = await here.ken.command(here.desk, "ai-news-mod add", url=address)
            assert label("fetch.out_of_reach").split("。")[0] in refused.text
            assert label("discord.open_form") in refused.shown.buttons
        missing = await here.ken.command(here.desk, "ai-news-mod add", url=site.url("/gone"))
        assert label("fetch.not_found") in missing.text
        assert len(site.requests) == reads + 1
        again = await opened(here.ken, await here.ken.press(missing.shown, label("discord.open_form")))
        assert modal(again)["text"]["value"] == site.url("/gone")
        assert "ロボット" in (await here.ken.submit(again, text=ROBOT)).text
        assert here.server.violations == []


async def test_messages_and_files_fill_in_the_form(tmp_path):
    async with newsroom(tmp_path) as here:
        ken, alice, news = here.ken, here.alice, here.news
        said = alice.say(news, f"{WHALE}\nhttps://nagisa.example/whale")
        form = await opened(ken, await ken.use_on_message("Add to AI news", said))
        assert modal(form)["source"]["value"] == "nagisa.example"
        assert "クジラ" in (await ken.submit(form)).text

        long = alice.say(news, "", Upload("message.txt", BREAD.encode()))
        form = await opened(ken, await ken.use_on_message("Add to AI news", long))
        assert "コムギ" in (await ken.submit(form, source="コムギ")).text

        form = await opened(
            ken, await ken.command(news, "ai-news-mod add", file=Upload("橋.md", BRIDGE.encode("cp932")))
        )
        assert modal(form)["text"]["value"] == BRIDGE
        refused = await alice.use_on_message("Add to AI news", said)
        assert refused.text == "Only moderators can do this."
        assert here.server.violations == []


MORE = (
    "路面電車の{n}号線の説明会には住民{n}0人が集まり、停留所の場所について運転士や市の担当者と話し合いました。",
    "コムギの{n}番目の店では、回収したパン{n}00個を工場へ戻し、袋の中の金属片を一つずつ調べているということです。",
    "クジラの展示室の{n}番の部屋には、{n}0年前に浜で見つかった骨とひげが並び、子どもたちが列を作っていました。",
    "港の{n}号ロボットは、波の高い日にも船員{n}人の小包を落とさずに運び、電池を替えるために桟橋へ戻りました。",
    "星見橋の{n}本目の橋脚には、川の流れに強い鋼材を{n}0トン使い、自転車で渡る人のために柵を高くしました。",
)
"""What makes the stories of the round-up so long that no form of Discord's holds them."""

LONG = "\n\n".join(
    "\n".join((story, *(more.format(n=n) for n in range(2, 20))))
    for story, more in zip((TRAM, BREAD, WHALE, ROBOT, BRIDGE), MORE, strict=True)
)


@pytest.mark.parametrize("article", [*ARTICLES, LONG], ids=lambda one: getattr(one, "name", "long"))
async def test_an_article_that_no_form_holds_is_reviewed_from_its_file(tmp_path, article):
    text = article if isinstance(article, str) else article.read_text("utf-8")
    assert len(text) > 4_000
    async with newsroom(tmp_path) as here:
        ken, desk = here.ken, here.desk
        form = await opened(
            ken, await ken.command(desk, "ai-news-mod add", file=Upload("article.txt", text.encode()))
        )
        (field,) = (one for name, one in modal(form).items() if name.startswith("text?"))
        assert not field.get("value")

        review = (await ken.submit(form, source="週刊AI")).shown
        pieces = len(numbers(review))
        assert pieces >= 3
        for number in range(1, pieces + 1):
            await ken.press(review, str(number))
            await ken.press(review, label("draft.button_back"))
        if label("draft.button_add_all") in review.buttons:
            await ken.press(review, label("draft.button_add_all"))
        await ken.press(review, "1")
        await ken.press(review, label("draft.button_join"))
        await ken.press(review, str(pieces - 1))
        await ken.press(review, label("draft.button_drop"))
        published = await ken.press(review, label("draft.button_publish"))

        assert label("added.heading", count=pieces - 2) in published.text

        async with here.bot.store() as store:
            stories = await store.newest_stories(named(here.news).workspace, 100)
        await here.digest(here.news)
        posted = "".join(message.text for message in by_the_bot(here.news, ""))
        assert len(stories) == pieces - 2
        for title in (story.tellings[0].title for story in stories[:5]):
            assert title in posted
            assert title in (await here.alice.command(here.news, "ai-news", query=title)).text
        assert here.server.violations == []
