"""Adding articles: by the form, by an address that is read, or from a message; members suggest them."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from bot.adding import add_form, drafts
from bot.adding.add_form import Submission
from bot.adding.drafting import Drafting, check_merges
from bot.adding.publishing import Published, Publishing, article_of, stories_of
from bot.changes import Decision, Draft
from bot.chronicle import LogFilter
from bot.curating.known_names import KnownNames
from bot.display import web_url
from bot.errors import FetchFailed, InvalidInput, NotAllowed, UserError, about
from bot.form import Form
from bot.message import Message, note
from bot.model import PUBLIC, Actor, Interaction, Source, Story, StoryId, Workspace, WorkspaceId
from bot.moderating.commands import AddStories
from bot.moderating.rights import check_moderator, reaches_everyone
from bot.phrases import phrase, phrase_error, phrase_fetch
from bot.ports import Clock, Fetcher, Store
from bot.reading.page import read_page
from bot.subscriptions.digest_form import FIELDS

MAX_WAITING: Final = 3
MAX_A_DAY: Final = 10
MAX_WAITING_HERE: Final = 50
"""Suggested stories of one person that wait, suggestions of one person in a day, and all that wait."""

_A_DAY: Final = timedelta(days=1)
_LEASE_S: Final = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class NearCopy:
    """A story of an article, to be told by this id, that tells much the same as a known one."""

    id: StoryId
    title: str
    like: Story


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """What became of an article that nobody looked through, and what was noticed about it."""

    published: Published
    near_copies: Sequence[NearCopy]


class Adding:
    """The ways in which people bring articles in. `operators` are the workspaces that may do so for all.

    Without a `fetcher` no address is read.
    """

    def __init__(
        self,
        store: Store,
        names: KnownNames,
        clock: Clock,
        drafting: Drafting,
        fetcher: Fetcher | None,
        operators: Collection[WorkspaceId],
    ) -> None:
        self._store = store
        self._names = names
        self._clock = clock
        self._drafting = drafting
        self._publishing = Publishing(store, names, clock)
        self._fetcher = fetcher
        self._operators = operators
        self._one_by_one = asyncio.Lock()

    async def reply(self, command: AddStories, interaction: Interaction) -> Message | Form:
        """Return what is at the address named to look through, else the form. Raises `NotAllowed`."""
        check_moderator(interaction.actor)
        if not command.url:
            return await self.form(interaction)
        is_bare = "://" not in command.url and not any(map(str.isspace, command.url))
        values = {"text": f"https://{command.url}" if is_bare else command.url}
        if add_form.address_alone(values["text"]) is None:
            return await self.form(interaction, values)
        return await self.submit(values, interaction)

    async def form(self, interaction: Interaction, values: Mapping[str, str] | None = None) -> Form:
        """Return the form, with as many fields as there is room for."""
        actor = interaction.actor
        has_room = interaction.form_fields >= FIELDS
        return add_form.form(
            actor.language,
            values,
            names=await self._names.of_stories(actor.workspace) if has_room else None,
            reach=reaches_everyone(actor, self._operators),
        )

    async def form_from_message(
        self, text: str, author: str, link: str | None, posted_at: datetime, interaction: Interaction
    ) -> Form:
        """Return the form filled with a message of a chat; `link` is its address. Raises `NotAllowed`."""
        check_moderator(interaction.actor)
        return await self.form(interaction, add_form.values_of_message(text, author, link, posted_at))

    async def form_from_file(self, name: str, data: bytes, interaction: Interaction) -> Form:
        """Return the form filled with a file. Raises `UserError` where it may not be, or is no text."""
        check_moderator(interaction.actor)
        values = await asyncio.to_thread(add_form.values_of_file, name, data, self._clock())
        return await self.form(interaction, values)

    async def submit(self, values: Mapping[str, str], interaction: Interaction) -> Message | Form:
        """Add what was filled in; the form comes back with what is wrong. Raises `NotAllowed`."""
        actor = interaction.actor
        check_moderator(actor)
        try:
            given = await self.read(values, actor)
            with about("text"):
                is_read = add_form.address_alone(values.get("text", "")) is None
                return await self._drafting.begin(given, interaction, _owner(given, actor), is_read=is_read)
        except UserError as error:
            form = await self.form(interaction, values)
            return form.coming_back(phrase_error(error, actor.language), error.field)
        except FetchFailed as error:
            form = await self.form(interaction, values)
            return form.coming_back(phrase_fetch(error, actor.language), "text")

    async def read(self, values: Mapping[str, str], actor: Actor) -> Submission:
        """Return the article that was filled in, or that stands at the address which was filled in.

        Raises `UserError` where it cannot be used, or is not for the actor to add, and `FetchFailed`.
        """
        given = await self._read(values, actor)
        if given.for_everyone and not reaches_everyone(actor, self._operators):
            raise NotAllowed("operators_only", field="reach")
        with about("text"):
            if address := add_form.address_alone(given.text):
                return await self._fetched(address, given, values)
        return given

    async def _read(self, values: Mapping[str, str], actor: Actor) -> Submission:
        """Return what was filled in; what is for everyone has topics that everyone knows."""
        owner = PUBLIC if add_form.is_for_everyone(values) else actor.workspace
        return add_form.read(values, actor, await self._names.of_stories(owner))

    async def _fetched(self, address: str, given: Submission, values: Mapping[str, str]) -> Submission:
        """Return what stands at an address; what was typed beside it counts more.

        Raises `FetchFailed`, and `InvalidInput` where there is no article.
        """
        if self._fetcher is None:
            raise InvalidInput("fetch_off")
        page = await self._fetcher.fetch(address)
        article = await asyncio.to_thread(read_page, page, self._clock())
        name = article.source if article.source and not values.get("source", "").strip() else ""
        url = given.source.url or web_url(article.url) or web_url(page.url)
        return replace(
            given,
            text=article.text,
            source=Source(name=name or given.source.name, url=url),
            language=given.language or article.language,
            published_at=given.published_at or article.published_at,
            title=given.title or article.title,
        )

    # Unseen

    async def add(self, given: Submission, actor: Actor, near_copies: Decision | None) -> Added:
        """Add an article without a review, its near-copies of known stories as is said; rights are not asked.

        Where there are some and nothing is said, nothing goes in. Raises `InvalidInput`.
        """
        draft = await self._drafting.draft_of(given, actor, _owner(given, actor))
        draft, found = await self._noticed(draft)
        if found and near_copies is None:
            return Added(published=Published(stories=(), new=frozenset(), merged=()), near_copies=found)
        draft = drafts.with_all_decided(draft, near_copies or "add")
        check_merges(draft, {each.like.id: each.like for each in found}, range(1, 1 + len(draft.pieces)))
        return Added(
            published=await self._publishing.publish(draft, actor, "published", None), near_copies=found
        )

    async def _noticed(self, draft: Draft) -> tuple[Draft, list[NearCopy]]:
        """Return a draft with its near-copies; what is in the store already, as it was cut, is none."""
        stories = stories_of(draft, article_of(draft, self._clock()))
        stored = await self._store.stored_stories([story.id for story in stories])
        likes = dict.fromkeys(piece.like for piece in draft.pieces if piece.like)
        known = await self._store.stories(list(likes), draft.workspace)
        pieces, found = [], []
        for piece, story in zip(draft.pieces, stories, strict=True):
            like = known.get(piece.like) if piece.like and story.id not in stored else None
            pieces.append(replace(piece, like=like.id if like else None))
            if like is not None:
                found.append(NearCopy(id=story.id, title=piece.title, like=like))
        return replace(draft, pieces=tuple(pieces)), found

    # Suggestions

    async def suggestion_form(self, interaction: Interaction) -> Form:
        """Return the form that an article is suggested with. Raises `NotAllowed` where members may not."""
        await self._open_to_suggestions(interaction)
        return add_form.suggestion_form(interaction.actor.language)

    async def suggest(self, values: Mapping[str, str], interaction: Interaction) -> Message | Form:
        """Let a suggestion wait for approval; the form comes back with what is wrong. Raises `NotAllowed`."""
        actor = interaction.actor
        workspace = await self._open_to_suggestions(interaction)
        try:
            given = replace(await self._read(values, actor), for_everyone=False)
            with about("text"):
                if add_form.address_alone(given.text):
                    raise InvalidInput("suggest_text")
                draft = await self._drafting.draft_of(given, actor, actor.workspace, suggested=True)
                if any(piece.like for piece in draft.pieces):
                    raise InvalidInput("suggest_known")
            async with self._suggesting(actor.workspace):
                await self._check_pace(actor, len(draft.pieces))
                published = await self._publishing.publish(draft, actor, "waiting", workspace)
        except UserError as error:
            form = add_form.suggestion_form(actor.language, values)
            return form.coming_back(phrase_error(error, actor.language), error.field)
        key = "suggest.done" if published.new else "suggest.already"
        return Message((note(phrase(key, actor.language, count=len(draft.pieces))),), actor.language)

    @asynccontextmanager
    async def _suggesting(self, workspace: WorkspaceId) -> AsyncIterator[None]:
        """Let suggestions in one by one, so that each is counted before the next, whichever process takes it.

        Raises `InvalidInput` where another process is at one of the same workspace.
        """
        name, owner = f"suggestion {workspace}", secrets.token_hex(8)
        async with self._one_by_one:
            try:
                if not await self._store.hold(name, owner, self._clock(), _LEASE_S):
                    raise InvalidInput("suggest_busy")
                yield
            finally:
                await self._store.let_go(name, owner)

    async def _open_to_suggestions(self, interaction: Interaction) -> Workspace:
        """Return the asker's workspace. Raises `NotAllowed` where it takes no suggestions."""
        known = await self._store.workspace(interaction.channel.platform, interaction.actor.workspace)
        if known is None or not known.suggestions:
            raise NotAllowed("suggest_off")
        return known

    async def _check_pace(self, actor: Actor, count: int) -> None:
        """Raise `InvalidInput` where `count` further stories would be too many."""
        if count > MAX_WAITING:
            raise InvalidInput("suggest_many", count=count, limit=MAX_WAITING)
        if await self._store.count_waiting(actor.workspace, actor.id) + count > MAX_WAITING:
            raise InvalidInput("suggest_waiting", limit=MAX_WAITING)
        lately = LogFilter(action="suggest", actor=actor.id or actor.name, since=self._clock() - _A_DAY)
        if await self._store.count_changes([actor.workspace], lately) >= MAX_A_DAY:
            raise InvalidInput("suggest_pace", limit=MAX_A_DAY)
        if await self._store.count_waiting(actor.workspace) + count > MAX_WAITING_HERE:
            raise InvalidInput("suggest_full")


def _owner(given: Submission, actor: Actor) -> WorkspaceId:
    """Return the workspace that an article's stories will belong to."""
    return PUBLIC if given.for_everyone else actor.workspace
