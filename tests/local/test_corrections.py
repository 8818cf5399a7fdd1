"""A correction on the local page: the post in the channel reads as it is now, and the desk lists the edit."""

import pytest

from adapters.local import places
from tests.local.page import NEWS, served, text_of
from tests.waiting import until

DESK = "/w/local/deliveries"


@pytest.fixture
async def page(tmp_path):
    async with served(tmp_path) as page:
        yield page


async def edited(page):
    """Return the first post of the channel that was edited, when there is one."""

    async def found():
        posts = await page.engine.store.posts(places.NEWS, 9)
        return next((post for post in posts if post.edited_at), None)

    return await until(found)


async def test_a_retraction_reaches_the_post_and_is_listed_as_an_edit_of_it(page):
    assert 'href="/w/local/story/deepseek-cost"' in await page.get(NEWS)

    await page.ask("/ai-news-mod retract deepseek-cost reason:Unfounded")
    post = await edited(page)

    html = await page.get(NEWS)
    assert "This story was retracted" in text_of(html)
    assert "Unfounded" in text_of(html)
    desk = await page.get(DESK)
    assert f'href="/c/local/news#post-{post.id}">Update</a>' in desk
    assert "投稿の更新" in await page.get(DESK, Cookie="language=ja")
