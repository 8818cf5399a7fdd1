"""The conversation in the terminal: what is pressed twice is done once, and forms are for elsewhere."""

import pytest

from adapters.console.channel import CHANNEL, ConsolePlatform, Conversation
from bot.engine import Engine
from bot.errors import PostDelayed
from bot.index import PostingsIndex
from bot.language import Names
from bot.message import plain_text
from bot.phrases import phrase
from bot.store import open_store
from tests.factories import NOW, make_actor, make_post, make_story


@pytest.fixture
async def engine(sqlite_url):
    store = await open_store(sqlite_url)
    engine = Engine(store, PostingsIndex(), Names([]), lambda: NOW)
    await engine.save([make_story()], "seeds", "")
    yield engine
    await store.close()


@pytest.fixture
def shown():
    return []


@pytest.fixture
def conversation(engine, shown):
    actor = make_actor(name="console", workspace=CHANNEL.workspace, role="operator")
    return Conversation(engine, actor, lambda message: shown.append(plain_text(message)))


async def take(conversation, *lines):
    for line in lines:
        assert await conversation.take(line)


async def test_share_posts_the_answer_to_the_channel_once_however_often_it_is_pressed(
    engine, conversation, shown
):
    await take(conversation, "/ai-news parcels", "share", "share", "共有")

    assert shown[1:] == [phrase("share.done", "en"), *[phrase("share.already", "en")] * 2]
    (delivery,) = await engine.store.deliveries(None, 10)
    assert delivery.channel == CHANNEL
    assert plain_text(delivery.message).endswith("Shared by console.")


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param(["/ai-news parcels visible:yes"] * 2, id="typed twice"),
        pytest.param(["/ai-news parcels", "share"] * 2, id="pressed under two answers"),
        pytest.param(["/ai-news parcels", "share", "details", "share"], id="under a deeper answer"),
    ],
)
async def test_what_is_asked_anew_may_be_shared_anew(engine, conversation, lines):
    await take(conversation, *lines)

    assert len(await engine.store.deliveries(None, 10)) == 2


async def test_a_form_is_answered_with_where_to_fill_it_in(conversation, shown):
    await take(conversation, "/ai-news-mod add")

    assert shown == [phrase("console.form", "en")]


async def test_a_store_that_fails_is_told_and_the_conversation_goes_on(engine, conversation, shown):
    await engine.store.close()

    await take(conversation, "/ai-news parcels", "/ai-news help")

    assert len(shown) == 2


async def test_where_no_form_opens_the_command_alone_tells_what_the_channel_gets(conversation, shown):
    await take(conversation, "/ai-news-digest", "/ai-news-digest show")

    assert shown[0] == shown[1]
    assert phrase("subscription.none", "en") in shown[0]


# The platform


async def test_all_is_well_until_the_terminal_is_gone():
    def broken(_):
        raise BrokenPipeError("gone")

    platform = ConsolePlatform(broken)
    assert await platform.trouble() == ""

    with pytest.raises(PostDelayed):
        await platform.post(make_post(channel=CHANNEL))

    assert "terminal" in await platform.trouble()
