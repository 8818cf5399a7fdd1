"""What moderators need of Slack: files, forms that open in time, and views that stay in place."""

import pytest

from adapters.slack.showing.views import message_view
from bot.form import Field, Form
from bot.message import Button, Buttons, Message, paragraph
from tests.fakes.slack.checks import check_view
from tests.fakes.slack.files import File
from tests.fakes.slack.reading import text_of
from tests.fakes.slack.views import change
from tests.slack.app import slack_world

ARTICLE = """The council of Kawabe voted to reopen the old tram line. Work on the line begins in May.
The council expects 4,000 passengers a day.
"""


@pytest.fixture
async def world(tmp_path):
    async with slack_world(tmp_path) as world:
        yield world


@pytest.fixture
def owner(world):
    return world.member(is_owner=True)


async def chosen(world, who, file, text=""):
    """Return the modal that the message shortcut opens for a message with a file."""
    message = who.share(world.channel, file, text)
    await world.done(await who.message_shortcut("add_message", message))
    return who.modal


def initial(view, name):
    found = [block["element"] for block in view.content["blocks"] if block.get("block_id") == name]
    return found[0].get("initial_value", "") if found else None


# Files.
@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("tram.txt", ARTICLE.encode()),
        ("Tram.MD", ARTICLE.encode("utf-16")),
        ("tram.html", f"<html><body><p>{ARTICLE}</p></body></html>".encode()),
    ],
)
async def test_a_file_fills_in_the_form(world, owner, name, data):
    view = await chosen(world, owner, File(name, data), "Please add this")

    assert initial(view, "text.0").startswith("The council of Kawabe")


async def test_a_file_that_is_no_text_leaves_the_message_to_be_added(world, owner):
    view = await chosen(world, owner, File("tram.png", b"\x89PNG"), ARTICLE)

    assert initial(view, "text.0").startswith("The council of Kawabe")


@pytest.mark.parametrize(
    ("file", "told"),
    [
        (File("tram.txt", b"\x00\x01" * 99), "not a text file"),
        (File("tram.txt", b"a" * 2_000_001), "at most 2 MB"),
    ],
)
async def test_a_file_that_cannot_be_added_is_told_why(world, owner, file, told):
    assert told in text_of(await chosen(world, owner, file))


async def test_an_app_that_may_not_read_files_says_so_and_takes_no_page_for_the_file(world, owner):
    token = world.server.tokens[world.team.bot_token]
    token.scopes = tuple(scope for scope in token.scopes if scope != "files:read")

    view = await chosen(world, owner, File("tram.html", ARTICLE.encode()))

    assert "install it again" in text_of(view)


async def test_the_token_goes_to_slack_alone(world, owner):
    message = owner.share(world.channel, File("tram.txt", ARTICLE.encode()))
    message.files[0]["url_private"] = message.files[0]["url_private"].replace("127.0.0.1", "localhost")

    await world.done(await owner.message_shortcut("add_message", message))

    assert "could not be read" in text_of(owner.modal)


async def test_a_members_file_is_not_read(world):
    view = await chosen(world, world.member(), File("tram.txt", ARTICLE.encode()))

    assert "moderators" in text_of(view).lower()


# Views, in place, and forms in time.
QUEUE = Message(
    (
        paragraph("Two stories wait."),
        Buttons(
            (
                Button("Next", "/ai-news-mod queue page:2"),
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
def desk(world):
    """Let the engine answer as if it had a queue."""
    reply, submit = world.engine.reply, world.engine.submit

    async def replied(asked, interaction):
        text = str(asked)
        if text.startswith("/ai-news-mod reject"):
            return REASON
        if text.startswith("/ai-news-mod queue"):
            return QUEUE if "page:2" not in text else Message((paragraph("The rest."),), "en")
        return await reply(asked, interaction)

    async def submitted(command, values, interaction):
        if command.startswith("/ai-news-mod reject"):
            return Message((paragraph(f"Rejected: {values['reason']}"),), "en")
        return await submit(command, values, interaction)

    world.engine.reply, world.engine.submit = replied, submitted
    return world


async def test_a_view_is_replaced_by_what_is_pressed_in_it_and_stays_beside_anything_else(desk, owner):
    queue = await desk.done(await owner.command(desk.channel, "/ai-news-mod", "queue"))

    beside = await desk.done(await owner.press(queue.answers[-1], "Settings"))
    replaced = await desk.done(await owner.press(queue.answers[-1], "Next"))

    [shown] = queue.answers
    assert shown not in beside.answers
    assert [message.only_for for message in beside.answers] == [owner.user.id]
    assert replaced.answers == [shown]
    assert "The rest." in text_of(shown)


async def test_a_button_under_a_post_is_answered_to_the_one_who_pressed_it(desk, owner):
    post = await desk.post(Button("Next", "/ai-news-mod queue page:2"))

    answer = await desk.done(await owner.press(post, "Next"))

    assert answer.answers[-1].only_for == owner.user.id
    assert text_of(post) == "A post"


async def test_a_form_opens_before_anything_is_asked_and_its_answer_stands_in_it(desk, owner):
    queue = await desk.done(await owner.command(desk.channel, "/ai-news-mod", "queue"))
    before = len(desk.server.calls)

    await desk.done(await owner.press(queue.answers[-1], "Reject"))
    assert desk.server.calls[before][0] == "views.open"
    view = owner.modal
    await desk.done(await owner.submit(view, {"reason.0": "a rumour"}))

    assert "Rejected: a rumour" in text_of(owner.modal)


async def test_a_long_article_goes_on_in_the_next_box_which_says_so(desk, owner):
    await desk.done(await owner.command(desk.channel, "/ai-news-mod", "add"))
    form = owner.modal
    hints = [block.get("hint", {}).get("text") for block in form.content["blocks"][:3]]
    assert hints[1:] == ["Slack takes 3,000 characters in one box: paste what is left here.", None]

    await desk.done(await owner.submit(form, {"text.0": ARTICLE, "text.1": "It is green, the council says."}))

    assert "tram line" in text_of(owner.modal)


async def test_a_form_that_comes_back_says_what_is_wrong_above_it(desk, owner):
    await desk.done(await owner.command(desk.channel, "/ai-news-mod", "add"))
    view = owner.modal

    await desk.done(await owner.submit(view, {"text.0": ARTICLE, "date.0": "yesterday-ish"}))

    assert "The date cannot be read" in text_of(owner.modal.content["blocks"][0])
    assert initial(owner.modal, "text.0").startswith("The council")


# A form that is asked for in a modal lies on it.
@pytest.fixture
async def beneath(desk, owner):
    """Let a modal be open in which a form can be asked for."""
    await desk.done(await owner.command(desk.channel, "/ai-news-mod", "reject k3j4 revision:1"))
    change(owner.modal, check_view(message_view(QUEUE), "modal"))
    return owner.modal


async def test_whoever_cancels_a_form_is_back_in_the_modal_where_it_was_asked_for(desk, owner, beneath):
    await desk.done(await owner.press(beneath, "Reject"))
    form = owner.modal
    await owner.close(form)

    assert "Reason" in text_of(form)
    assert owner.modal is beneath
    assert "Two stories wait." in text_of(beneath)


async def test_what_came_of_a_form_takes_the_place_of_what_it_was_asked_for_in(desk, owner, beneath):
    await desk.done(await owner.press(beneath, "Reject"))
    form = owner.modal
    sent = await desk.done(await owner.submit(form, {"reason.0": "a rumour"}))
    said = await desk.server.tell_again(sent)
    await desk.idle()

    assert (form.is_open, owner.modal) == (False, beneath)
    assert "Rejected: a rumour" in text_of(beneath)
    assert not said


async def test_a_form_takes_the_place_of_a_modal_on_which_there_is_no_room(desk, owner, beneath):
    desk.server.faults.add("push_limit_reached", method="views.push")
    await desk.done(await owner.press(beneath, "Reject"))

    assert owner.modal is beneath
    assert "Reason" in text_of(beneath)
