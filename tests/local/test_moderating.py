"""What moderators need of the local page: files, problems told at their field, views that stay in place."""

import io
import re
from dataclasses import replace

import aiohttp
import pytest

from bot.form import Field, Form
from tests.local.page import NEWS, served, text_of

ARTICLE = "港のロボットが泳ぎを覚えた。月曜日のことだった。"


@pytest.fixture
async def page(tmp_path):
    async with served(tmp_path) as page:
        yield page


async def upload(page, name, data, status=200, **more):
    """Return what the page's own script gets for a file that it sends."""
    fields = aiohttp.FormData({"id": "typed"} | more)
    fields.add_field("file", io.BytesIO(data), filename=name)
    own = {"Origin": page.address, "Accept": "application/json"}
    async with page.client.post(f"{page.address}{NEWS}/file", data=fields, headers=own) as response:
        assert response.status == status, await response.text()
        return await response.json()


# Files.
@pytest.mark.parametrize("encoding", ["utf-8", "cp932", "euc_jp", "iso2022_jp"])
async def test_a_file_fills_in_the_form(page, encoding):
    reply = await upload(page, "swim.txt", ARTICLE.encode(encoding))

    assert reply["kind"] == "form"
    assert ARTICLE in text_of(reply["html"])


@pytest.mark.parametrize(
    ("name", "data", "status", "told"),
    [
        ("swim.pdf", b"%PDF", 422, ".txt, .md, .html"),
        ("swim.txt", b"\x00\x01" * 99, 422, "not a text file"),
        ("swim.txt", b"a" * 2_000_001, 422, "at most 2 MB"),
        ("swim.txt", b"a" * 5_000_000, 413, "too long"),
    ],
    ids=["kind", "binary", "large", "very large"],
)
async def test_a_file_that_cannot_be_added_is_told_why(page, name, data, status, told):
    assert told in (await upload(page, name, data, status))["problem"]


async def test_members_cannot_upload(page):
    page.be(role="member")

    assert "Only moderators" in (await upload(page, "swim.txt", ARTICLE.encode(), 422))["problem"]


async def test_a_request_without_a_file_is_not_understood(page):
    await page.post(f"{NEWS}/file", status=400, id="typed", file="a text")


async def test_only_the_form_that_adds_takes_a_file(page):
    page.be(role="manager")

    assert 'type="file"' in await page.ask("/ai-news-mod add")
    assert 'type="file"' not in await page.ask("/ai-news-digest")


# Problems.
FORM = Form(
    command="/ai-news-mod add",
    title="A form",
    fields=(
        Field(name="one", label="One", max_length=40, hint="Any."),
        Field(name="two", label="Two", kind="text", max_length=400, hint="Any."),
        Field(name="three", label="Three", kind="several", max_length=40),
    ),
    submit="Send",
    language="en",
    problem="This cannot be.",
)


@pytest.mark.parametrize("wrong", ["one", "two", "three", "", "gone"])
async def test_what_is_wrong_is_told_once_at_its_field_or_above_the_form(page, wrong):
    async def answered(asked, interaction, values):
        return replace(FORM, problem_field=wrong)

    page.engine.perform = answered
    html = await page.ask("/ai-news-mod add")

    [told] = re.findall(r'<p class="problem" role="alert" id="([^"]+)"', html)
    described = [name for name in re.findall(r'aria-describedby="([^"]+)"', html) if told in name]
    assert len(described) == (wrong in ("one", "two", "three"))
    assert html.count("This cannot be.") == 1
    assert html.count("data-wrong") == len(described)
    assert html.count('aria-invalid="true"') == (wrong in ("one", "two"))


# In place.
@pytest.mark.parametrize(
    ("command", "stays"),
    [
        ("/ai-news-mod queue page:2", True),
        ("/ai-news-mod approve k3j4", True),
        ("/ai-news deepseek view:why", False),
        ("/ai-news-mod setup", False),
        ("/ai-news-digest show", False),
        ("hello", False),
    ],
)
async def test_the_page_is_told_what_takes_the_place_of_what_was_pressed(page, command, stays):
    reply = await page.post(f"{NEWS}/command", command=command, id="typed")

    assert reply["in_place"] is stays


async def test_in_each_role_and_session_somebody_else_acts(tmp_path):
    seen = []
    async with served(tmp_path, web_password="a long enough password") as page:

        async def answered(asked, interaction, values):
            seen.append(interaction.actor.id)
            return FORM

        page.engine.perform = answered
        for role in ("operator", "member", "operator"):
            await page.client.post(
                f"{page.address}/sign-in",
                data={"password": "a long enough password"},
                headers={"Origin": page.address},
                allow_redirects=False,
            )
            page.be(role=role)
            await page.ask("/ai-news-mod add")

    assert all(seen)
    assert seen[0] != seen[1]
