"""The pages beside the channel: stories, digests, subscriptions, deliveries, the feed, the health."""

from collections.abc import Sequence
from functools import partial

from aiohttp import web

from adapters.local.feed import feed_entries
from adapters.local.site import Site, back_to, id_in, number_in, workspace_in
from adapters.local.story import is_withdrawn
from bot.briefing import digest_message, remarks, small_print
from bot.curating.curated import recounted
from bot.model import PUBLIC, Digest, DigestId, Story, WorkspaceId
from bot.subscriptions.terms import filters, trouble_told, when
from bot.subscriptions.timetable import upcoming

PAGE_SIZE = 20
FEED_SIZE = 30
LEDGER_SIZE = 50


class ReadingPages:
    """What every reader may see: public stories. Inside, a workspace sees its own too."""

    def __init__(self, site: Site) -> None:
        self._site = site

    async def front(self, request: web.Request) -> web.Response:
        """Return the newest public stories."""
        page = number_in(request, "page", 1, 1_000)
        stories = await self._site.engine.store.newest_stories(PUBLIC, PAGE_SIZE + 1, (page - 1) * PAGE_SIZE)
        if page > 1 and not stories:
            raise web.HTTPNotFound
        return self._site.page(
            request,
            "front.html",
            stories=stories[:PAGE_SIZE],
            small_print=small_print,
            number=page,
            first=(page - 1) * PAGE_SIZE + 1,
            more=len(stories) > PAGE_SIZE,
        )

    async def digest(self, request: web.Request) -> web.Response:
        """Return a digest as far as its stories are public, in the reader's language."""
        digest = await self._site.engine.store.digest(DigestId(id_in(request)))
        return await self._digest(request, digest, PUBLIC)

    async def digest_inside(self, request: web.Request) -> web.Response:
        """Return a digest of the workspace."""
        workspace = workspace_in(request)
        digest = await self._site.engine.store.digest(DigestId(id_in(request)))
        if digest is not None and digest.channel.workspace != workspace:
            digest = None
        return await self._digest(request, digest, workspace)

    async def _digest(
        self, request: web.Request, digest: Digest | None, workspace: WorkspaceId
    ) -> web.Response:
        engine, language = self._site.engine, self._site.viewer(request).language
        if digest is None:
            raise web.HTTPNotFound
        stories = list((await engine.store.stories(digest.story_ids, workspace)).values())
        withdrawn = await self._withdrawn(digest, workspace)
        if not stories and withdrawn is None:
            raise web.HTTPNotFound
        day = digest.occurrence.local_date
        names = await engine.known.of(workspace)
        stories = recounted(stories, names)
        return self._site.page(
            request,
            "digest.html",
            status=200 if stories else 410,
            message=digest_message(stories, 0, names, language, day) if stories else None,
            digest=digest,
            remarks=partial(remarks, language=language),
            workspace=workspace,
            channel_path=back_to(request, workspace),
            withdrawn=withdrawn,
            absent=len(digest.story_ids) - len(stories) - len(withdrawn or ()),
        )

    async def _withdrawn(self, digest: Digest, workspace: WorkspaceId) -> list[Story] | None:
        """Return the stories that a workspace is told why they are gone; None where it saw none at all."""
        stored = await self._site.engine.store.stored_stories(digest.story_ids)
        seen = [story for story in stored.values() if story.workspace in (PUBLIC, workspace)]
        return [story for story in seen if is_withdrawn(story)] if seen else None

    async def feed(self, request: web.Request) -> web.Response:
        """Return the newest public stories as an Atom feed (RFC 4287).

        Readers keep what they fetched once, so a story that is told no more stays for a while, as a notice.
        """
        store, viewer = self._site.engine.store, self._site.viewer(request)
        told = await store.newest_stories(PUBLIC, FEED_SIZE)
        withdrawn = await store.withdrawn_stories(PUBLIC, FEED_SIZE)
        text = self._site.renderer.page(
            "feed.xml",
            viewer,
            entries=feed_entries(told, withdrawn, viewer.language, FEED_SIZE),
            base=self._site.settings.web_url or f"{request.scheme}://{request.host}",
            database_id=store.database_id,
        )
        return web.Response(text=text, content_type="application/atom+xml")

    async def health(self, request: web.Request) -> web.Response:
        """Return whether store, index, platforms and regular work are well; 503 where one is not.

        What is wrong is told inside only.
        """
        parts = {
            **await self._site.engine.trouble(),
            self._site.platform.name: await self._site.platform.trouble(),
            **self._site.trouble(),
        }
        healthy = not any(parts.values())
        inside = self._site.viewer(request).inside
        shown = {
            name: (trouble if inside else "trouble") if trouble else "ok" for name, trouble in parts.items()
        }
        return web.json_response({"healthy": healthy, **shown}, status=200 if healthy else 503)


class DeskPages:
    """What moderators see of their workspace, and the operator of all."""

    def __init__(self, site: Site) -> None:
        self._site = site

    async def subscriptions(self, request: web.Request) -> web.Response:
        """Return which channels get what, and when next."""
        reach, page = self._reach(request), number_in(request, "page", 1, 10_000)
        found = await self._site.engine.store.subscriptions(reach, LEDGER_SIZE + 1, (page - 1) * LEDGER_SIZE)
        return await self._list(
            request, "subscriptions.html", found[:LEDGER_SIZE], page, len(found) > LEDGER_SIZE
        )

    async def deliveries(self, request: web.Request) -> web.Response:
        """Return the ledger: what was owed to channels, and what became of it."""
        reach, page = self._reach(request), number_in(request, "page", 1, 10_000)
        found = await self._site.engine.store.deliveries(reach, LEDGER_SIZE + 1, (page - 1) * LEDGER_SIZE)
        return await self._list(
            request, "deliveries.html", found[:LEDGER_SIZE], page, len(found) > LEDGER_SIZE
        )

    def _reach(self, request: web.Request) -> WorkspaceId | None:
        """Return whose rows are seen: all for the operator, else those of the workspace in the address."""
        viewer = self._site.moderator(request)
        return None if viewer.role == "operator" else workspace_in(request)

    async def _list(
        self, request: web.Request, template: str, rows: Sequence[object], page: int, more: bool
    ) -> web.Response:
        return await self._site.inside_page(
            request,
            template,
            workspace_in(request),
            names=await self._site.engine.known.of(workspace_in(request)),
            upcoming=upcoming,
            when=when,
            filters=filters,
            trouble_told=trouble_told,
            rows=rows,
            number=page,
            more=more,
        )
