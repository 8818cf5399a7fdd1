"""Drafts in the making: an article is begun, looked through piece by piece by its owner, and published."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from bot.adding import drafts
from bot.adding.add_form import Submission, check_length
from bot.adding.appearances import subscribed_here
from bot.adding.draft_messages import PAGE_SIZE, can_merge, overview, piece_message, split_form, title_form
from bot.adding.known_copies import KnownCopies
from bot.adding.outcomes import published_message
from bot.adding.publishing import Published, Publishing, article_of, stories_of
from bot.changes import Draft, Piece
from bot.curating.curated import curated
from bot.curating.known_names import KnownNames
from bot.errors import Conflict, InvalidInput, NotAllowed, NotFound, UserError
from bot.form import Form
from bot.identity import derived_id
from bot.language import Names, language_of
from bot.message import Message, note
from bot.model import (
    PUBLIC,
    Actor,
    DraftId,
    Interaction,
    Language,
    Span,
    Status,
    Story,
    StoryId,
    Subscription,
    WorkspaceId,
)
from bot.moderating.commands import ReviewDraft
from bot.moderating.rights import check_moderator, goes_in_at_once, reaches_everyone
from bot.phrases import phrase, phrase_error
from bot.ports import Clock, Index, Store
from bot.segment import cut

MOST_DRAFTS: Final = 20
"""How many drafts a person has: more than anybody looks through at once. The one begun first makes room,
since nobody could find it to discard it."""

_MOST_NAMED: Final = 20
"""How many pieces a sentence names by their numbers."""

_SUBSCRIPTIONS: Final = 1_000
"""How many of a workspace's subscriptions are asked which stories they want."""


@dataclass(frozen=True, slots=True)
class _Held:
    """A draft, the stories that its pieces are near-copies of, and who is shown it."""

    draft: Draft
    known: Mapping[StoryId, Story]
    interaction: Interaction

    @property
    def language(self) -> Language:
        return self.interaction.actor.language

    def all(self, page: int = 1, lead: str = "") -> Message:
        return overview(self.draft, self.known, page, self.language, self.interaction.limits, lead)

    def one(self, number: int, lead: str = "") -> Message:
        return piece_message(self.draft, number, self.known, self.language, self.interaction.limits, lead)

    def near(self, number: int, lead: str = "") -> Message:
        """Return the page that a piece stands on."""
        return self.all(1 + max(0, min(number, len(self.draft.pieces)) - 1) // PAGE_SIZE, lead)


class Drafting:
    """The use cases about drafts. Nobody but its owner ever learns that there is a draft."""

    def __init__(
        self,
        store: Store,
        index: Index,
        names: KnownNames,
        clock: Clock,
        follow: Callable[[], Awaitable[object]],
        operators: Collection[WorkspaceId],
    ) -> None:
        self._store = store
        self._copies = KnownCopies(store, index, names, clock, follow)
        self._names = names
        self._clock = clock
        self._follow = follow
        self._operators = operators
        self._publishing = Publishing(store, names, clock)

    async def begin(
        self, given: Submission, interaction: Interaction, workspace: WorkspaceId, *, is_read: bool
    ) -> Message:
        """Add an article of one story that is new at once; else return a draft to look through.

        So it does where nobody has read the article yet (`is_read`): what of a page is the article is a
        guess. Raises `InvalidInput`.
        """
        draft = await self.draft_of(given, interaction.actor, workspace)
        is_plain = is_read and len(draft.pieces) == 1 and draft.pieces[0].like is None
        if is_plain or await self._is_known(draft):
            return await self._publish(_Held(draft, {}, interaction))
        try:
            await self._store.save_draft(draft)
        except Conflict:  # the same form was sent twice
            draft = await self._store.draft(draft.id) or draft
        gone = await self._store.drop_older_drafts(draft.asked_in, draft.owner_id, MOST_DRAFTS)
        held = await self._held(draft, interaction)
        lead = phrase("draft.lead_begun", held.language)
        if gone:
            lead = f"{lead}\n{phrase('draft.lead_oldest_gone', held.language, limit=MOST_DRAFTS)}"
        return held.all(lead=lead)

    async def draft_of(
        self, given: Submission, actor: Actor, workspace: WorkspaceId, *, suggested: bool = False
    ) -> Draft:
        """Return what was given as a draft that is not saved, near-copies found. Raises `InvalidInput`."""
        check_length(given.text)
        names = await self._names.of_stories(workspace)
        pieces = await asyncio.to_thread(_pieces, given, names)
        if not pieces:
            raise InvalidInput("article_no_story")
        now = self._clock()
        identity = (
            *("draft", actor.workspace, owner_of(actor), workspace, given.text),
            *(given.source.name, given.source.url or "", given.title, str(given.published_at or "")),
        )
        draft = Draft(
            id=DraftId(derived_id(*identity)),
            workspace=workspace,
            asked_in=actor.workspace,
            owner_id=owner_of(actor),
            text=given.text,
            language=given.language or language_of(given.text),
            source=given.source,
            published_at=given.published_at or now,
            made_at=now,
            pieces=pieces,
            suggested=suggested,
        )
        return await self._with_near_copies(draft, known_before=())

    async def reply(self, command: ReviewDraft, interaction: Interaction) -> Message | Form:
        """Do what a button under a draft asks. Raises `NotFound` for whoever is not its owner."""
        check_moderator(interaction.actor)
        held = await self._own(command.draft, interaction)
        if command.revision and command.revision != held.draft.revision:
            return held.near(command.piece, phrase("draft.lead_changed_meanwhile", held.language))
        try:
            return await self._act(command, held)
        except UserError as error:
            return held.near(command.piece, phrase_error(error, held.language))

    async def submit(
        self, command: ReviewDraft, values: Mapping[str, str], interaction: Interaction
    ) -> Message | Form:
        """Split or title a piece as a form says; it comes back with what is wrong. Raises `NotFound`."""
        check_moderator(interaction.actor)
        held = await self._own(command.draft, interaction)
        if command.revision != held.draft.revision:
            return held.near(command.piece, phrase("draft.lead_changed_meanwhile", held.language))
        draft, number, language = held.draft, command.piece, held.language
        drafts.numbered(draft, number)
        form = split_form if command.act == "split" else title_form
        try:
            if command.act == "split":
                names = await self._names.of_stories(draft.workspace)
                after = await asyncio.to_thread(drafts.split, draft, number, _place(values), names)
            elif command.act == "title":
                title, summary = values.get("title", ""), values.get("summary", "")
                after = drafts.with_title(draft, number, title, summary)
            else:
                raise InvalidInput("no_form", command="/ai-news-mod draft")
        except UserError as error:
            asked = form(draft, number, language, values)
            return asked.coming_back(phrase_error(error, language), error.field)
        return await self._saved(after, command, held)

    async def _act(self, command: ReviewDraft, held: _Held) -> Message | Form:
        draft, number = held.draft, command.piece
        match command.act:
            case "show":
                return held.all(command.page)
            case "piece":
                return held.one(number)
            case "publish":
                return await self._publish_draft(held)
            case "discard":
                await self._store.drop_draft(draft.id)
                return Message((note(phrase("draft.discarded", held.language)),), held.language)
            case "split" if not command.at:
                return split_form(draft, number, held.language)
            case "title":
                return title_form(draft, number, held.language)
            case _:
                names = await self._names.of_stories(draft.workspace)
                after = await asyncio.to_thread(_changed, command, held, names)
                return await self._saved(after, command, held)

    async def _saved(self, after: Draft, command: ReviewDraft, held: _Held) -> Message:
        """Save a draft as it is now, and return it with what was done."""
        after = await self._with_near_copies(after, [piece.span for piece in held.draft.pieces])
        try:
            await self._store.save_draft(after)
        except Conflict:
            held = await self._own(after.id, held.interaction)
            return held.near(command.piece, phrase("draft.lead_changed_meanwhile", held.language))
        held, number = await self._held(after, held.interaction), command.piece
        lead = phrase(f"draft.lead_{command.act}", held.language, number=number, following=number + 1)
        step = {"up": -1, "down": 1}.get(command.act, 0)
        return held.one(number + step, lead) if step else held.near(number, lead)

    # Who may

    async def _own(self, draft_id: str, interaction: Interaction) -> _Held:
        """Return a draft to its owner. Raises `NotFound` for anybody else, just as where there is none."""
        actor = interaction.actor
        draft = await self._store.draft(DraftId(draft_id))
        if draft is None or (draft.asked_in, draft.owner_id) != (actor.workspace, owner_of(actor)):
            raise NotFound("draft_not_here")
        return await self._held(draft, interaction)

    async def _held(self, draft: Draft, interaction: Interaction) -> _Held:
        likes = [piece.like for piece in draft.pieces if piece.like]
        known = await self._store.stories(list(dict.fromkeys(likes)), draft.workspace)
        return _Held(draft, known, interaction)

    # Near-copies

    async def _with_near_copies(self, draft: Draft, known_before: Collection[Span]) -> Draft:
        """Return a draft with the near-copies of those pieces that were not there before."""
        before = frozenset(known_before)
        new = [piece.span for piece in draft.pieces if piece.span not in before]
        texts = [draft.text[span.start : span.end] for span in new]
        likes = dict(zip(new, await self._copies.of(texts, draft.workspace), strict=True))
        pieces = (replace(piece, like=likes.get(piece.span, piece.like)) for piece in draft.pieces)
        return replace(draft, pieces=tuple(pieces))

    # In it goes

    async def _is_known(self, draft: Draft) -> bool:
        """Tell whether every story of an article is in the store already, as it was cut."""
        stories = await asyncio.to_thread(stories_of, draft, article_of(draft, self._clock()))
        known = await self._store.stored_stories([story.id for story in stories])
        return len(known) == len(stories)

    async def _publish_draft(self, held: _Held) -> Message:
        draft = held.draft
        gone = [
            number
            for number, piece in enumerate(draft.pieces, start=1)
            if piece.like is not None and piece.like not in held.known
        ]
        if gone:
            pieces = [
                replace(p, like=None, treatment=None) if p.like not in held.known else p for p in draft.pieces
            ]
            await self._store.save_draft(replace(draft, pieces=tuple(pieces), revision=draft.revision + 1))
            held = await self._own(draft.id, held.interaction)
            return held.near(
                gone[0], phrase("draft.lead_gone", held.language, numbers=_list(gone, held.language))
            )
        if missing := drafts.undecided(draft):
            raise InvalidInput("draft_undecided", numbers=_list(missing, held.language))
        if not any(piece.kept for piece in draft.pieces):
            raise InvalidInput("draft_nothing_kept")
        told = await self._publish(held)
        await self._store.drop_draft(draft.id)
        return told

    async def _publish(self, held: _Held) -> Message:
        """Put a draft in, and return what went in, and where it will appear."""
        draft, interaction = held.draft, held.interaction
        actor, platform = interaction.actor, interaction.channel.platform
        if draft.workspace == PUBLIC and not reaches_everyone(actor, self._operators):
            raise NotAllowed("operators_only")
        workspace = await self._store.workspace(platform, actor.workspace)
        at_once = goes_in_at_once(workspace, actor)
        numbers = range(1, 1 + len(draft.pieces))
        check_merges(draft, held.known, numbers)
        merging = [n for n in numbers if drafts.numbered(draft, n).treatment == "merge"]
        if merging and not at_once:
            raise InvalidInput("draft_merge_waits", number=merging[0])
        status: Status = "published" if at_once else "waiting"
        published = await self._publishing.publish(draft, actor, status, workspace)
        await self._follow()
        return await self.told(published, interaction)

    async def told(self, published: Published, interaction: Interaction) -> Message:
        """Return what went in, and where and when it will appear in the asker's workspace."""
        actor = interaction.actor
        known: Sequence[Subscription] = await self._store.subscriptions(actor.workspace, _SUBSCRIPTIONS)
        curation = await self._store.curation(actor.workspace)
        names = await self._names.by(curation)
        here = [curated(one, curation, names) for one in subscribed_here(known, interaction.channel)]
        return await asyncio.to_thread(published_message, published, here, self._clock(), actor.language)


def _changed(command: ReviewDraft, held: _Held, names: Names) -> Draft:
    """Return a draft as a button makes it. Raises `InvalidInput`."""
    draft, number = held.draft, command.piece
    match command.act:
        case "join":
            return drafts.joined(draft, number, names)
        case "split":
            return drafts.split(draft, number, command.at, names)
        case "up":
            return drafts.moved(draft, number, -1)
        case "down":
            return drafts.moved(draft, number, 1)
        case "add" if not number:
            return drafts.with_all_decided(draft, "add")
        case "merge" | "update" | "add" as treatment:
            after = drafts.with_treatment(draft, number, treatment)
            check_merges(after, held.known, [number])
            return after
        case act:
            return drafts.with_kept(draft, number, kept=act == "keep")


def owner_of(actor: Actor) -> str:
    """Return what tells a person from others: their id, or their name where the platform gives none."""
    return actor.id or f"@{actor.name}"


def _pieces(given: Submission, names: Names) -> tuple[Piece, ...]:
    """Return the stories of what was given, with its topics, and with its title where it is one story."""
    pieces = [drafts.piece_of(segment) for segment in cut(given.text, names).segments]
    if len(pieces) == 1 and given.title:
        pieces = [replace(pieces[0], title=given.title)]
    return tuple(replace(piece, topics=drafts.with_topics(given.topics, piece)) for piece in pieces)


def check_merges(draft: Draft, known: Mapping[StoryId, Story], numbers: Collection[int]) -> None:
    """Raise `InvalidInput` where a piece would change a story that is not the workspace's own."""
    for number in numbers:
        piece = drafts.numbered(draft, number)
        story = known.get(piece.like) if piece.like else None
        if piece.kept and piece.treatment == "merge" and (story is None or not can_merge(draft, story)):
            raise InvalidInput("draft_cannot_merge", number=number)


def _place(values: Mapping[str, str]) -> int:
    at = values.get("at", "")
    # A long row of digits is refused unread: Python raises on thousands of them.
    if not (at.isascii() and at.isdecimal() and len(at) <= 9):
        raise InvalidInput("draft_split_where")
    return int(at)


def _list(numbers: Sequence[int], language: Language) -> str:
    """Return numbers as a list; of many the first ones and the last."""
    named = list(map(str, numbers))
    if len(named) > _MOST_NAMED:
        named[_MOST_NAMED - 1 : -1] = ["…"]
    return phrase("story.and", language).join(named)
