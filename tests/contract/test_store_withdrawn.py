"""The definition of Store: stories that are told no more, on every database."""

from datetime import timedelta

from bot.model import StoryId, WorkspaceId
from tests.factories import NOW, make_change, make_story


async def test_stories_that_are_told_no_more_are_found_the_newest_first(store):
    for number, status in enumerate(("retracted", "published", "retracted", "waiting")):
        at = NOW + timedelta(hours=number)
        story = make_story(id=StoryId(f"story-{number}"), status=status, published_at=at)
        await store.save_stories([make_change(story)])
    away = make_story(id=StoryId("away"), workspace=WorkspaceId("away"), status="retracted")
    await store.save_stories([make_change(away)])

    found = await store.withdrawn_stories(WorkspaceId("public"), 10)

    assert [story.id for story in found] == ["story-2", "story-0"]
    assert await store.withdrawn_stories(WorkspaceId("public"), 1) == found[:1]
    assert await store.withdrawn_stories(WorkspaceId("away"), 10) == [away]
