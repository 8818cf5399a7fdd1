"""What moderators need of Discord: files, long texts, names that complete, and views that stay in place."""

import pytest

from bot.form import Field, Form
from bot.message import Button, Buttons, Message, paragraph
from bot.model import Post
from tests.discord.interactions.stands import named
from tests.fakes.discord.uploads import Upload

ARTICLE = (
    "Harbor robots learn to swim\n\nThe harbor's robots learned to swim on Monday. They carry parcels "
    "between the ships now, and the harbor master says that none was lost."
)
LONG = ARTICLE + "\n\n" + "\n\n".join(
    f"Part {number} of the harbor's report tells how the robots were counted, washed and dried again."
    for number in range(60)
)  # fmt: skip


def fields(answer):
    return {label["component"]["custom_id"]: label for label in answer.modal["components"]}


async def add(place, file, who=None):
    return await (who or place.mika).command(place.channel, "ai-news-mod add", file=file)


# Files.
@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("swim.txt", ARTICLE.encode()),
        ("SWIM.TXT", ARTICLE.encode("utf-16")),
        ("swim.html", f"<html><body><p>{ARTICLE}</p></body></html>".encode()),
    ],
)
async def test_a_file_fills_in_the_form(place, bot, name, data):
    opened = await add(place, Upload(name, data))

    assert fields(opened)["text"]["component"]["value"].startswith("Harbor robots learn to swim")


@pytest.mark.parametrize("encoding", ["utf-8", "cp932", "euc_jp", "iso2022_jp"])
async def test_a_japanese_file_is_read_in_every_usual_encoding(place, bot, encoding):
    text = "港のロボットが泳ぎを覚えた。月曜日のことだった。"

    opened = await add(place, Upload("swim.md", text.encode(encoding)))

    assert fields(opened)["text"]["component"]["value"] == text


@pytest.mark.parametrize(
    ("file", "told"),
    [
        (Upload("swim.pdf", b"%PDF-1.7"), ".txt, .md, .html"),
        (Upload("swim.txt", b"\x00\x01" * 99), "not a text file"),
        (Upload("swim.txt", b""), "no text in the file"),
        (Upload("swim.txt", b"a" * 2_000_001), "at most 2 MB"),
        (Upload("swim.txt", b"gone", status=404), "could not be read"),
    ],
)
async def test_a_file_that_cannot_be_added_is_told_why(place, bot, file, told):
    answer = await add(place, file)

    assert answer.modal is None
    assert told in answer.text


async def test_a_file_is_read_from_nowhere_but_where_discord_keeps_files(place, bot):
    place.server.uploads.origin = place.server.uploads.origin.replace("127.0.0.1", "localhost")

    answer = await add(place, Upload("swim.txt", ARTICLE.encode()))

    assert "could not be read" in answer.text


async def test_a_text_file_in_a_message_fills_in_the_form(place, bot):
    picture, text = Upload("a.png", b"\x89PNG"), Upload("message.txt", ARTICLE.encode())

    opened = await place.mika.use_on_message(
        "Add to AI news", place.alice.say(place.channel, "Look", picture, text)
    )

    assert fields(opened)["text"]["component"]["value"].startswith("Harbor robots learn to swim")


async def test_a_members_file_is_not_read(place, bot):
    place.guild.allowed_commands["ai-news-mod"] = True

    answer = await add(place, Upload("swim.txt", ARTICLE.encode(), status=500), place.alice)

    assert answer.modal is None
    assert "moderators" in answer.text.lower()


# Long texts.
async def test_a_text_that_no_modal_holds_is_kept_when_its_field_is_left_empty(place, bot):
    opened = await add(place, Upload("report.txt", LONG.encode()))
    [label] = [label for id_, label in fields(opened).items() if id_.startswith("text?")]
    assert f"{len(LONG):,} characters" in label["description"]
    assert not label["component"].get("required", True)
    assert not label["component"].get("value")

    told = await place.mika.submit(opened, source="The Quay")

    assert "Added" in told.text
    found = await place.alice.command(place.channel, "ai-news", query="washed robots")
    assert "washed" in found.text
    assert await bot.engine.store.shelf("long values") == {}


async def test_what_is_typed_in_the_place_of_a_long_text_counts(place, bot):
    opened = await add(place, Upload("report.txt", LONG.encode()))
    [label] = [label["label"] for id_, label in fields(opened).items() if id_.startswith("text?")]

    told = await place.mika.submit(opened, **{label: ARTICLE})

    assert "Added one story" in told.text


async def test_a_long_text_is_never_taken_for_that_of_a_form_opened_later(place, bot):
    first = await add(place, Upload("report.txt", LONG.encode()))
    await add(place, Upload("other.txt", LONG.replace("harbor", "airport").encode()))

    told = await place.mika.submit(first)

    assert "There is no text in it" in told.text


async def test_a_long_text_survives_a_problem_and_a_restart(place):
    async with place.bot():
        opened = await add(place, Upload("report.txt", LONG.encode()))
        refused = await place.mika.submit(opened, date="yesterday-ish")
        assert "What you filled in is kept" in refused.text

    async with place.bot():
        again = await place.mika.press(refused.shown, "Open the form")
        told = await place.mika.submit(again, date="2026-03-01")

        assert "Added" in told.text


# Views, in place.
QUEUE = Message(
    (
        paragraph("Two stories wait."),
        Buttons(
            (
                Button("Next", "/ai-news-mod queue page:2"),
                Button("Approve", "/ai-news-mod approve k3j4 revision:1"),
                Button("Reject", "/ai-news-mod reject k3j4 revision:1"),
                Button("Settings", "/ai-news-mod setup"),
            )
        ),
    ),
    "en",
)
REASON = Form(
    command="/ai-news-mod reject k3j4 revision:1",
    title="Reject",
    fields=(Field(name="reason", label="Reason", required=True, max_length=300),),
    submit="Reject",
    language="en",
)


@pytest.fixture
def desk(bot):
    """Let the engine answer as if it had a queue."""
    reply, submit = bot.engine.reply, bot.engine.submit

    async def replied(asked, interaction):
        text = str(asked)
        if text.startswith("/ai-news-mod reject"):
            return REASON
        if text.startswith(("/ai-news-mod queue", "/ai-news-mod approve")):
            return QUEUE if "page:2" not in text and "approve" not in text else _message(f"after {text}")
        return await reply(asked, interaction)

    async def submitted(command, values, interaction):
        if command.startswith("/ai-news-mod reject"):
            return _message(f"rejected: {values['reason']}")
        return await submit(command, values, interaction)

    bot.engine.reply, bot.engine.submit = replied, submitted
    return bot


def _message(text):
    return Message((paragraph(text),), "en")


@pytest.mark.parametrize(("button", "text"), [("Next", "queue page:2"), ("Approve", "approve k3j4")])
async def test_a_view_is_replaced_by_what_is_pressed_in_it(place, desk, button, text):
    queue = await place.mika.command(place.channel, "ai-news-mod queue")

    after = await place.mika.press(queue.shown, button)

    assert after.shown is queue.shown
    assert text in queue.text


async def test_a_form_that_a_view_opened_puts_its_answer_in_the_place_of_the_view(place, desk):
    queue = await place.mika.command(place.channel, "ai-news-mod queue")
    opened = await place.mika.press(queue.shown, "Reject")
    assert opened.modal["title"] == "Reject"

    told = await place.mika.submit(opened, reason="a rumour")

    assert told.shown is queue.shown
    assert "rejected: a rumour" in queue.text


async def test_what_is_no_part_of_the_view_stands_beside_it(place, desk):
    queue = await place.mika.command(place.channel, "ai-news-mod queue")

    after = await place.mika.press(queue.shown, "Settings")

    assert after.shown is not queue.shown
    assert "Two stories wait." in queue.text


async def test_a_button_under_a_post_is_answered_to_the_one_who_pressed_it(place, desk):
    channel = named(place.channel)
    await desk.platform.post(Post(channel=channel, message=QUEUE, key="notice.1"))
    [posted] = place.channel.messages

    after = await place.mika.press(posted, "Next")

    assert after.ephemeral
    assert "queue page:2" in after.text
    assert "Two stories wait." in posted.text


# Names that complete.
async def test_stories_complete_by_their_titles_to_their_ids(place, bot):
    offered = await place.mika.autocomplete(place.channel, "ai-news-mod retract", "story", "kumo")

    assert offered
    ids = [value for _, value in offered]
    assert set(ids) <= (await bot.engine.store.stored_stories(ids)).keys()
    assert all(" · " in name and len(name) <= 100 for name, _ in offered)


async def test_topics_complete_one_at_a_time(place, bot):
    offered = await place.mika.autocomplete(place.channel, "ai-news-mod topics alias", "topic", "")

    assert offered
    assert all("," not in value for _, value in offered)
