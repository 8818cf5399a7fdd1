"""The use cases, one method each. Everything a platform adapter or the command line can do is here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot import briefing, home, replies
from bot.adding.add_form import Submission
from bot.adding.appearances import subscribed_here
from bot.adding.articles import Added, Adding
from bot.adding.drafting import Drafting
from bot.adding.intake import Intake, Saved
from bot.adding.publishing import Published
from bot.auditing.chronicling import Chronicling
from bot.changes import Decision, Revision
from bot.choosing import still_news, without_leading
from bot.commands import Ask, Command, FillInSubscription, Help, Newest, Suggest, parse, unparse
from bot.completion import completion_of, story_sought
from bot.curating.decisions import Curating
from bot.curating.known_names import KnownNames
from bot.delivering.ledger import Filters, Standing, carriers, standing
from bot.digests import Digests
from bot.display import printable
from bot.errors import Conflict, InvalidInput, NotFound, StoreError, UserError
from bot.form import Choice, Form
from bot.language import Names
from bot.lookup import Answer, answer, read_query
from bot.message import Limits, Message, paragraph
from bot.model import (
    PUBLIC,
    Actor,
    Article,
    Channel,
    Interaction,
    Language,
    Story,
    StoryId,
    Subscription,
    WorkspaceId,
)
from bot.moderating.commands import ModeratorCommand
from bot.moderating.rights import may_moderate
from bot.moderating.router import Moderating
from bot.moderating.stories import Moderation
from bot.moderating.story_past import was_shown
from bot.phrases import phrase_error
from bot.ports import Clock, Fetcher, Index, Platform, Store
from bot.subscriptions import digest_form
from bot.subscriptions.subscribing import Subscribing
from bot.suggesting import Suggestions
from bot.workspaces import Workspaces

CANDIDATES = 50
"""How many stories the index proposes for the second look (SEARCH: the top 30 to 50 keep the gain)."""

_FOLLOW_BATCH = 500
"""Entries that the index takes at once: in some 25 ms, in which nothing else goes on."""

OPERATORS = frozenset({WorkspaceId("local")})
"""The workspaces whose moderators may change public stories, unless the settings name others."""

_SUBSCRIPTIONS = 1_000
"""How many of a workspace's subscriptions its own page counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryRecord:
    """A story with all that belongs to it."""

    story: Story
    article: Article | None
    revisions: Sequence[Revision]


class Engine:
    """The use cases over one store and one index.

    `operators` are the workspaces whose moderators may change public stories, `platforms` those that this
    process posts to, by name.
    """

    def __init__(
        self,
        store: Store,
        index: Index,
        names: Names,
        clock: Clock,
        *,
        fetcher: Fetcher | None = None,
        operators: frozenset[WorkspaceId] = OPERATORS,
    ) -> None:
        self.store = store
        self.index = index
        self.names = names
        self.known = KnownNames(store, names)
        self.clock = clock
        self.platforms: dict[str, Platform] = {}
        self._intake = Intake(store, self.known, clock)
        self._digests = Digests(store, self.known, clock)
        self.subscribing = Subscribing(store, self.known, clock, self._digests)
        self.workspaces = Workspaces(store, clock)
        self._drafting = Drafting(store, index, self.known, clock, self.follow_store, operators)
        self._adding = Adding(store, self.known, clock, self._drafting, fetcher, operators)
        self.moderation = Moderation(store, self.known, clock, operators, self.answer, self.platforms)
        self.chronicling = Chronicling(store, self.known, clock, operators, self.moderation.finding)
        self._moderating = Moderating(
            self.workspaces,
            self._adding,
            self._drafting,
            self.chronicling,
            Curating(store, self.known, clock),
            self.moderation,
        )
        self._suggestions = Suggestions(store, index, self.known, clock, operators)

    # Stories in

    async def save(self, stories: Sequence[Story], actor: str, reason: str) -> Saved:
        """Save stories made elsewhere (seeds, imports), as `Intake.save` does, and find them from then on."""
        saved = await self._intake.save(stories, actor, reason)
        await self.follow_store()
        return saved

    async def add(self, given: Submission, actor: Actor, near_copies: Decision | None = "add") -> Added:
        """Add an article without a review, as `Adding.add` does, and find its stories from then on."""
        added = await self._adding.add(given, actor, near_copies)
        await self.follow_store()
        return added

    async def read_article(self, values: Mapping[str, str], actor: Actor) -> Submission:
        """Return an article as the form to add one was filled in, as `Adding.read` does."""
        return await self._adding.read(values, actor)

    async def tell_published(self, published: Published, interaction: Interaction) -> Message:
        """Return what became of an article, and where its stories will appear, as `Drafting.told` does."""
        return await self._drafting.told(published, interaction)

    # Questions

    async def follow_store(self) -> int:
        """Bring the index up to the store, as far as it takes entries; return how many stories changed."""
        changed = 0
        while entries := await self.store.index_entries(self.index.position, _FOLLOW_BATCH):
            taken = self.index.apply(entries)
            if not taken:
                break
            changed += taken
        return changed

    async def answer(self, query: str, actor: Actor, limit: int = replies.PAGE_SIZE) -> Answer:
        """Return the best `limit` stories for a query, as far as the actor's workspace may see them."""
        names = await self.known.of(actor.workspace)
        await self.follow_store()
        now = self.clock()
        understood = read_query(query, names, self.index, actor.workspace)
        concepts = [concept.tokens for concept in understood.concepts]
        hits = self.index.search(concepts, actor.workspace, CANDIDATES, now)
        stories = await self.store.stories([hit.story_id for hit in hits], actor.workspace)
        if len(stories) < len(hits) == CANDIDATES:  # what the workspace hides takes no other's place
            hidden = (await self.store.curation(actor.workspace)).hidden
            hits = self.index.search(concepts, actor.workspace, CANDIDATES + len(hidden), now)
            stories = await self.store.stories([hit.story_id for hit in hits], actor.workspace)
            hits = [hit for hit in hits if hit.story_id in stories][:CANDIDATES]
        return answer(understood, hits, stories, names, self.index, actor.language, now, limit)

    async def reply(self, asked: Command | str, interaction: Interaction) -> Message | Form:
        """Do what a command, or its typed text, asks; the reply may say why it cannot be done."""
        try:
            return await self.perform(asked, interaction)
        except UserError as error:
            return _refused(error, interaction)

    async def submit(
        self, command: str, values: Mapping[str, str], interaction: Interaction
    ) -> Message | Form:
        """Do what a form that was filled in asks; it comes back with what is wrong, nothing typed lost."""
        try:
            return await self.perform(command, interaction, values)
        except UserError as error:
            return _refused(error, interaction)

    async def perform(
        self, asked: Command | str, interaction: Interaction, values: Mapping[str, str] | None = None
    ) -> Message | Form:
        """Do what a command asks, or its form with the `values` filled in. Raises `UserError`."""
        actor = interaction.actor
        # Platforms let people choose names that no database takes.
        interaction = replace(interaction, actor=replace(actor, name=printable(actor.name)))
        command = parse(asked) if isinstance(asked, str) else asked
        if values is None:
            return await self._do(command, interaction)
        return await self._fill_in(command, values, interaction)

    async def _fill_in(
        self, command: Command, values: Mapping[str, str], interaction: Interaction
    ) -> Message | Form:
        match command:
            case Suggest():
                return await self._adding.suggest(values, interaction)
            case FillInSubscription(basis=basis):
                return await self.subscribing.fill_in(values, interaction, basis)
            case _ if isinstance(command, ModeratorCommand):
                return await self._moderating.submit(command, values, interaction)
            case _:
                raise InvalidInput("no_form", command="/ai-news")

    async def form_from_message(
        self, text: str, author: str, link: str | None, posted_at: datetime, interaction: Interaction
    ) -> Message | Form:
        """Return the form to add an article with, filled with a message of a chat; `link` is its address.

        Members are told that they cannot.
        """
        try:
            return await self._adding.form_from_message(text, author, link, posted_at, interaction)
        except UserError as error:
            return _refused(error, interaction)

    async def form_from_file(self, name: str, data: bytes, interaction: Interaction) -> Message | Form:
        """Return the form to add an article with, filled with the text of a file that was uploaded.

        Members are told that they cannot; so is who uploads what is no text.
        """
        try:
            return await self._adding.form_from_file(name, data, interaction)
        except UserError as error:
            return _refused(error, interaction)

    async def suggest(self, field: str, typed: str, actor: Actor, limit: int = 25) -> list[Choice]:
        """Return what may be meant by what is typed so far, as `Suggestions.of` does."""
        return await self._suggestions.of(field, typed, actor, limit)

    async def complete(self, text: str, actor: Actor, limit: int = 8) -> list[Choice]:
        """Return what may stand in the place of the last word of a command that is being typed.

        Stories, which only moderators name, are called by their titles.
        """
        sought, found = story_sought(text), list[Choice]()
        if sought is not None and may_moderate(actor):
            option, typed, field = sought
            stories = await self.suggest(field, typed, actor, limit - 2)
            found = [replace(story, value=f"{option}{story.value}") for story in stories]
        words = completion_of(await self.known.of(actor.workspace)).of(text)
        return [*found, *(Choice(value=word, label=word) for word in words)][:limit]

    async def _do(self, command: Command, interaction: Interaction) -> Message | Form:
        actor = interaction.actor
        match command:
            case Ask():
                return await self._reply_to_ask(command, interaction)
            case Newest():
                return await self._reply_newest(command.page, actor)
            case Help():
                has_form = interaction.form_fields >= digest_form.FIELDS
                return replies.help_message(actor.language, moderates=may_moderate(actor), has_form=has_form)
            case Suggest():
                return await self._adding.suggestion_form(interaction)
            case FillInSubscription():
                return await self.subscribing.form(interaction)
            case _ if isinstance(command, ModeratorCommand):
                return await self._moderating.reply(command, interaction)
            case _:
                return await self.subscribing.reply(command, interaction)

    async def _reply_to_ask(self, ask: Ask, interaction: Interaction) -> Message:
        start, end = (ask.page - 1) * replies.PAGE_SIZE, ask.page * replies.PAGE_SIZE
        whole = await self.answer(ask.query, interaction.actor, limit=end + 1)
        page = replace(whole, found=whole.found[start:end])
        language = whole.query.language or interaction.actor.language
        by = interaction.actor.name if ask.visible else None
        message = replies.answer_message(page, ask, len(whole.found) > end, language, shared_by=by)
        if not ask.visible or not page.found:
            return message
        return await self._share(ask, message, [found.story.id for found in page.found], interaction)

    async def _share(
        self, ask: Ask, message: Message, story_ids: Sequence[StoryId], interaction: Interaction
    ) -> Message:
        """Put an answer before the channel, once for each interaction; return what the asker is told."""
        share, deliveries = briefing.share_of(interaction, unparse(ask), story_ids, message, self.clock())
        try:
            await self.store.share(share, deliveries)
        except Conflict:
            return replies.share_message("share.already", interaction.actor.language)
        return replies.share_message("share.done", interaction.actor.language)

    async def _reply_newest(self, page: int, actor: Actor) -> Message:
        size = replies.PAGE_SIZE
        stories = await self._newest(actor.workspace, size + 1, (page - 1) * size)
        return replies.newest_message(stories[:size], page, len(stories) > size, actor.language)

    async def _newest(self, workspace: WorkspaceId, limit: int, offset: int) -> list[Story]:
        """Return the newest stories of a workspace, led by what it has pinned."""
        pins = (await self.store.curation(workspace)).pinned
        pinned = list((await self.store.stories(pins, workspace)).values()) if pins else []
        leading = still_news(pinned, self.clock())
        begin = max(offset - len(leading), 0)
        window = await self.store.newest_stories(workspace, limit + len(leading), begin)
        return [*leading[offset : offset + limit], *without_leading(window, leading)][:limit]

    # What there is

    async def home(self, interaction: Interaction) -> Message:
        """Return what the interaction's workspace gets on its platform and when, and what is new."""
        actor = interaction.actor
        known = await self.store.subscriptions(actor.workspace, _SUBSCRIPTIONS)
        here = subscribed_here(known, interaction.channel)
        stories = await self.store.newest_stories(actor.workspace, home.MAX_STORIES)
        names = await self.known.of(actor.workspace)
        queue = await self.moderation.queue(interaction, 1, home.MAX_WAITING)
        return home.home_message(here, stories, names, self.clock(), actor, queue)

    async def story(self, story_id: StoryId, workspace: WorkspaceId) -> StoryRecord:
        """Return a story that a workspace sees, or saw before it was retracted, which its status tells.

        Raises `NotFound` for any other, without telling whether there is one.
        """
        story = (await self.store.stored_stories([story_id])).get(story_id)
        revisions = await self.store.revisions(story_id)
        if story is None or story.workspace not in (PUBLIC, workspace) or not was_shown(story, revisions):
            raise NotFound("story_not_here")
        if story_id in (await self.store.curation(workspace)).hidden:
            raise NotFound("story_not_here")
        article = await self.store.article(story.article_id, workspace) if story.article_id else None
        return StoryRecord(story=story, article=article, revisions=revisions)

    async def standing(self, story_id: StoryId, channel: Channel) -> Standing:
        """Return where a story stands in a channel, and why it does not. Raises `NotFound`."""
        story = (await self.store.stored_stories([story_id])).get(story_id)
        if story is None:
            raise NotFound("story_not_found", story_id=story_id[:64])
        subscription = await self.store.subscription(channel)
        had, deliveries = await self.store.deliveries_of_story(story_id, channel)
        filters = Filters(had=had, wanted=False, fresh=False, chosen=False)
        if subscription is not None:
            filters = await self._digests.filters(story, subscription, had=had)
        return standing(story, channel, subscription, carriers(deliveries, story_id), filters)

    async def trouble(self) -> dict[str, str]:
        """Return what is wrong with the store and with the index, in one line each, or nothing."""
        try:
            await self.follow_store()
            behind = await self.store.index_entries(self.index.position, limit=1)
        except StoreError as error:
            return {"store": str(error), "index": ""}
        return {"store": "", "index": "behind the store" if behind else ""}

    # Digests

    async def subscribe(self, channel: Channel, language: Language, time_zone: str) -> Subscription:
        """Subscribe a channel with the defaults, first due at once; a known channel keeps what it has."""
        return await self.subscribing.subscribe(channel, language, time_zone)

    async def preview(self, subscription: Subscription) -> Message:
        """Return the digest that a subscription would get now, without posting it."""
        return await self._digests.preview(subscription)

    async def compose_due(self, limits: Mapping[str, Limits]) -> int:
        """Publish the digests that are due on the platforms given; return how many."""
        return await self._digests.publish_due(limits)


def _refused(error: UserError, interaction: Interaction) -> Message:
    language = interaction.actor.language
    return Message((paragraph(phrase_error(error, language)),), language)
