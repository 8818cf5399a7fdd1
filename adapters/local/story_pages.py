"""A story's pages: the one that every reader may see, and a workspace's, where moderators work at it."""

import secrets

from aiohttp import web

from adapters.local.places import WORKSPACES, channel_of, first_channel
from adapters.local.site import Site, back_to, id_in, workspace_in
from adapters.local.story import excerpt, history
from bot.briefing import remarks
from bot.delivering.ledger import Standing, told
from bot.engine import StoryRecord
from bot.errors import NotFound, UserError
from bot.message import Message
from bot.model import PUBLIC, Channel, Language, Story, StoryId, WorkspaceId


class StoryPages:
    """The handlers of these pages."""

    def __init__(self, site: Site) -> None:
        self._site = site

    async def story(self, request: web.Request) -> web.Response:
        """Return a public story: its permalink."""
        record = await self._record(request, PUBLIC)
        if record is None:
            raise web.HTTPNotFound
        return await self._page(request, PUBLIC, record, None)

    async def story_inside(self, request: web.Request) -> web.Response:
        """Return a story as a workspace sees it, and to those who moderate what they can do with it."""
        workspace = workspace_in(request)
        record = await self._record(request, workspace)
        card = await self._card(request, workspace, told_beside=record is not None)
        if record is not None:
            return await self._page(request, workspace, record, card)
        if card is None:
            raise web.HTTPNotFound
        return await self._site.inside_page(
            request,
            "unseen.html",
            workspace,
            channel=first_channel(workspace),
            card=card,
            card_id=secrets.token_hex(8),
        )

    async def _record(self, request: web.Request, workspace: WorkspaceId) -> StoryRecord | None:
        """Return what readers of a workspace see of a story, or saw before it was retracted."""
        try:
            return await self._site.engine.story(StoryId(id_in(request)), workspace)
        except NotFound:
            return None

    async def _card(
        self, request: web.Request, workspace: WorkspaceId, *, told_beside: bool
    ) -> Message | None:
        """Return what a moderator can do with a story; None for others, and where there is none."""
        if not self._site.viewer(request).moderates:
            return None
        moderation = self._site.engine.moderation
        interaction = await self._site.interaction(request, first_channel(workspace), "card")
        try:
            return await moderation.card(StoryId(id_in(request)), interaction, told_beside=told_beside)
        except UserError:
            return None

    async def _page(
        self, request: web.Request, workspace: WorkspaceId, record: StoryRecord, card: Message | None
    ) -> web.Response:
        viewer = self._site.viewer(request)
        story, article = record.story, record.article
        telling = story.telling(viewer.language)
        is_told = story.status == "published"
        others = [each for each in (story.updates, story.remark and story.remark.into) if each]
        return self._site.page(
            request,
            "story.html",
            status=200 if is_told else 410,
            story=story,
            workspace=workspace,
            channel_path=back_to(request, workspace),
            channel=first_channel(workspace) if card else None,
            card=card,
            card_id=secrets.token_hex(8),
            telling=telling,
            remarks=remarks(story, viewer.language),
            others=await self._site.engine.store.stories(others, workspace),
            excerpt=excerpt(article.text, story.span) if article and story.span and is_told else None,
            history=history(record.revisions, telling.language, told_all=viewer.moderates),
            topics=await self._topic_names(story, workspace, request),
            standings=await self._standings(story, workspace, request) if viewer.moderates else [],
        )

    async def _standings(
        self, story: Story, workspace: WorkspaceId, request: web.Request
    ) -> list[tuple[Channel, str]]:
        """Return for each of a workspace's channels why the story was posted there, or why it was not."""
        language = self._site.viewer(request).language
        known = WORKSPACES.get(workspace)
        places = [channel_of(workspace, name) for name in known.channels] if known else []
        found = [(place, await self._site.engine.standing(story.id, place)) for place in places if place]
        return [(place, self._standing(standing, place, language)) for place, standing in found]

    def _standing(self, found: Standing, place: Channel, language: Language) -> str:
        at = found.delivery and (found.delivery.settled_at or found.delivery.free_at)
        return told(found, self._site.renderer.clock(at, language) if at else "", f"#{place.id}", language)

    async def _topic_names(self, story: Story, workspace: WorkspaceId, request: web.Request) -> list[str]:
        names, language = await self._site.engine.known.of(workspace), self._site.viewer(request).language
        counted = dict.fromkeys(map(names.counted, story.topics))
        return [names.topics[topic].names[language] for topic in counted if topic in names.topics]
