"""The definition of Store: stories that are told no more, on every database."""

from dataclasses import replace
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


async def test_the_last_withdrawn_come_first_whosever_of_the_workspaces_they_are(store):
    places = ("public", "away", "public", "home")
    stories = [make_story(id=f"story-{number}", workspace=place) for number, place in enumerate(places)]
    for story in stories:
        await store.save_stories([make_change(story)])
    for number in (2, 3, 0, 1):
        await store.save_stories([make_change(replace(stories[number], status="retracted", revision=2))])

    async def found(*workspaces, limit=10):
        return [story.id for story in await store.lately_withdrawn(workspaces, limit)]

    assert await found("public", "home") == ["story-0", "story-3", "story-2"]
    assert await found("public", "home", limit=2) == ["story-0", "story-3"]
    assert await found("away", "away") == ["story-1"]
    assert await found() == []

    await store.save_stories([make_change(replace(stories[0], revision=3))])
    assert await found("public") == ["story-2"]
