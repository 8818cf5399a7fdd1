"""The use cases, one method each. Everything a platform adapter or the command line can do is here."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar, assert_never

from bot import briefing, replies
from bot.commands import Ask, Command, Help, Newest, PreviewDigest, ShowSubscription, parse
from bot.errors import Conflict, InvalidInput, UserError
from bot.identity import derived_id
from bot.language import Names, language_of, tokens
from bot.lookup import Answer, answer, read_query
from bot.message import Limits, Message, note, paragraph, split
from bot.model import (
    Action,
    Actor,
    Article,
    ArticleId,
    Channel,
    Language,
    Occurrence,
    Source,
    Story,
    StoryChange,
    StoryId,
    Subscription,
    SubscriptionId,
    Telling,
    WorkspaceId,
)
from bot.phrases import phrase, phrase_error
from bot.ports import Clock, Index, Store
from bot.segment import Segment, cut

_T = TypeVar("_T")

MAX_ARTICLE_CHARACTERS = 500_000
CANDIDATES = 50
"""How many stories the index proposes for the second look (SEARCH: the top 30 to 50 keep the gain)."""

_FRESH = 200
_ATTEMPTS = 5
_FOLLOW_BATCH = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """What loading stories did: how many were new, changed, or already as given."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0


class Engine:
    """The use cases over one store and one index."""

    def __init__(self, store: Store, index: Index, names: Names, clock: Clock) -> None:
        self.store = store
        self.index = index
        self.names = names
        self.clock = clock

    # Stories in

    async def save(self, stories: Sequence[Story], actor: str, reason: str) -> Saved:
        """Save stories made elsewhere (seeds, imports) under their ids; new ones are added, others edited.

        What is already as given stays untouched, so loading again changes nothing; neither does it
        undo what somebody else changed since. When an id comes twice, the last one counts. Raises
        `InvalidInput` when an id belongs to another workspace.
        """
        return await _again_on_conflict(lambda: self._save_once(stories, actor, reason))

    async def _save_once(self, stories: Sequence[Story], actor: str, reason: str) -> Saved:
        by_id = {story.id: story for story in stories}
        stored = await self.store.stored_stories(list(by_id))
        changed = [
            story
            for story in by_id.values()
            if story.id not in stored
            or not (_is_same(story, stored[story.id]) or await self._was_given(story, actor))
        ]
        for story in changed:
            if story.id in stored and stored[story.id].workspace != story.workspace:
                raise InvalidInput("other_workspace", story_id=story.id)
        await self._save_changes(
            [self._next(story, stored.get(story.id)) for story in changed], actor, reason
        )
        added = sum(story.id not in stored for story in changed)
        return Saved(added=added, changed=len(changed) - added, unchanged=len(stories) - len(changed))

    async def _was_given(self, story: Story, actor: str) -> bool:
        """Whether a story is just as `actor` gave it last, so that it is others who changed it since."""
        given = [revision for revision in await self.store.revisions(story.id) if revision.actor == actor]
        return bool(given) and _is_same(story, given[-1].after)

    async def add(
        self, text: str, source: Source, published_at: datetime | None, actor: Actor, workspace: WorkspaceId
    ) -> list[Story]:
        """Cut an article into stories and publish them; the same article again gives the same stories.

        Raises `InvalidInput` when the text is empty, too long, or has no story in it.
        """
        check_length(text)
        now = self.clock()
        article = Article(
            id=ArticleId(derived_id("article", workspace, text)),
            workspace=workspace,
            text=text,
            language=language_of(text),
            source=source,
            published_at=published_at or now,
            added_at=now,
        )
        segments = (await asyncio.to_thread(cut, text, self.names)).segments
        if not segments:
            raise InvalidInput("article_no_story")
        stories = [_story(article, segment) for segment in segments]
        return await _again_on_conflict(lambda: self._add_once(stories, article, actor))

    async def _add_once(self, stories: Sequence[Story], article: Article, actor: Actor) -> list[Story]:
        known = await self.store.stored_stories([story.id for story in stories])
        new = [story for story in stories if story.id not in known]
        await self._save_changes(new, actor.name, "", article)
        return [known.get(story.id, story) for story in stories]

    async def _save_changes(
        self, stories: Sequence[Story], actor: str, reason: str, article: Article | None = None
    ) -> None:
        if not stories:
            return
        now = self.clock()
        found_by = await asyncio.to_thread(lambda: [story_tokens(story, self.names) for story in stories])
        changes = [
            StoryChange(after=story, tokens=words, at=now, actor=actor, action=_action(story), reason=reason)
            for story, words in zip(stories, found_by, strict=True)
        ]
        await self.store.save_stories(changes, article)
        await self.follow_store()

    def _next(self, story: Story, stored: Story | None) -> Story:
        if stored is None:
            return replace(story, revision=1)
        return replace(story, revision=stored.revision + 1, added_at=stored.added_at, status=stored.status)

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
        await self.follow_store()
        now = self.clock()
        understood = read_query(query, self.names, self.index, actor.workspace)
        concepts = [concept.tokens for concept in understood.concepts]
        hits = self.index.search(concepts, actor.workspace, CANDIDATES, now)
        stories = await self.store.stories([hit.story_id for hit in hits], actor.workspace)
        return answer(understood, hits, stories, self.names, self.index, actor.language, now, limit)

    async def reply(self, asked: Command | str, actor: Actor, channel: Channel) -> Message:
        """Do what a command, or its typed text, asks; the reply may say why it cannot be done."""
        try:
            return await self._do(parse(asked) if isinstance(asked, str) else asked, actor, channel)
        except UserError as error:
            return Message((paragraph(phrase_error(error, actor.language)),), actor.language)

    async def _do(self, command: Command, actor: Actor, channel: Channel) -> Message:
        match command:
            case Ask():
                return await self._reply_to_ask(command, actor)
            case Newest():
                return await self._reply_newest(command.page, actor)
            case Help():
                return replies.help_message(actor.language)
            case PreviewDigest():
                return await self._reply_preview(actor, channel)
            case ShowSubscription():
                subscription = await self.store.subscription(channel)
                due = briefing.next_due(subscription, self.clock()).at if subscription else None
                return replies.subscription_message(subscription, self.names, due, actor.language)
            case _:
                assert_never(command)

    async def _reply_to_ask(self, ask: Ask, actor: Actor) -> Message:
        start, end = (ask.page - 1) * replies.PAGE_SIZE, ask.page * replies.PAGE_SIZE
        whole = await self.answer(ask.query, actor, limit=end + 1)
        page = replace(whole, found=whole.found[start:end])
        language = whole.query.language or actor.language
        return replies.answer_message(page, ask, len(whole.found) > end, language)

    async def _reply_newest(self, page: int, actor: Actor) -> Message:
        size = replies.PAGE_SIZE
        stories = await self.store.newest_stories(actor.workspace, size + 1, offset=(page - 1) * size)
        return replies.newest_message(stories[:size], page, len(stories) > size, actor.language)

    async def _reply_preview(self, actor: Actor, channel: Channel) -> Message:
        subscription = await self.store.subscription(channel) or self._default_subscription(
            channel, actor.language, "UTC"
        )
        message = await self.preview(subscription)
        intro = note(phrase("subscription.preview", actor.language))
        return replace(message, blocks=(intro, *message.blocks))

    # Digests

    async def subscribe(self, channel: Channel, language: Language, time_zone: str) -> Subscription:
        """Subscribe a channel with the defaults, first due at once; a known channel keeps what it has."""
        return await self.store.add_subscription(self._default_subscription(channel, language, time_zone))

    async def preview(self, subscription: Subscription) -> Message:
        """Return the digest that a subscription would get now, without posting it."""
        occurrence = briefing.occurrence_at(subscription, self.clock())
        return (await self._compose(subscription, occurrence))[1]

    async def compose_due(self, limits: Mapping[str, Limits]) -> int:
        """Publish the digests that are due on the platforms given; return how many."""
        now = self.clock()
        published = 0
        for subscription in await self.store.due_subscriptions(now, _FRESH):
            platform = limits.get(subscription.channel.platform)
            if platform is not None:
                published += await self._publish(subscription, platform, now)
        return published

    async def _publish(self, subscription: Subscription, limits: Limits, now: datetime) -> bool:
        occurrence = briefing.occurrence_at(subscription, now)
        stories, message = await self._compose(subscription, occurrence)
        digest, deliveries = None, []
        if stories:
            digest = briefing.digest_of(stories, subscription, occurrence, now)
            deliveries = briefing.deliveries_of(digest, split(message, limits))
        next_due_at = briefing.next_due(subscription, now).at
        try:
            await self.store.publish(digest, deliveries, subscription, next_due_at)
        except Conflict:
            return False  # another process composed this turn
        return digest is not None

    async def _compose(
        self, subscription: Subscription, occurrence: Occurrence
    ) -> tuple[list[Story], Message]:
        fresh = await self.store.fresh_stories(subscription, _FRESH)
        chosen = briefing.choose(fresh, subscription.story_count)
        remaining = len(fresh) - len(chosen)
        message = briefing.digest_message(
            chosen, remaining, self.names, subscription.language, occurrence.local_date
        )
        return chosen, message

    def _default_subscription(self, channel: Channel, language: Language, time_zone: str) -> Subscription:
        return Subscription(
            id=SubscriptionId(derived_id("subscription", channel.platform, channel.workspace, channel.id)),
            channel=channel,
            language=language,
            time_zone=time_zone,
            next_due_at=self.clock(),
        )


async def _again_on_conflict(work: Callable[[], Awaitable[_T]]) -> _T:
    """Do work that reads and then writes; look again when another process wrote in between."""
    for _ in range(_ATTEMPTS):
        try:
            return await work()
        except Conflict:
            continue
    raise InvalidInput("changed_meanwhile")


def story_tokens(story: Story, names: Names) -> dict[Language, tuple[str, ...]]:
    """Return the tokens each telling of a story is found by; the title and the main topic count twice."""
    topics = [f"@{topic}" for topic in story.topics]
    return {
        telling.language: (
            *tokens(f"{telling.title}\n{telling.title}\n{telling.body}", names),
            *topics,
            *topics[:1],
        )
        for telling in story.tellings
    }


def _is_same(story: Story, stored: Story) -> bool:
    """Whether a story is what the store has, but for what the store itself decides."""
    kept = replace(story, revision=stored.revision, added_at=stored.added_at, status=stored.status)
    return kept == stored


def _action(story: Story) -> Action:
    return "add" if story.revision == 1 else "edit"


def check_length(text: str) -> None:
    """Raise `InvalidInput` for a text that is empty or longer than an article may be."""
    if not text.strip():
        raise InvalidInput("article_empty")
    if len(text) > MAX_ARTICLE_CHARACTERS:
        raise InvalidInput("article_too_long", limit=MAX_ARTICLE_CHARACTERS, length=len(text))


def _story(article: Article, segment: Segment) -> Story:
    body = article.text[segment.span.start : segment.span.end]
    return Story(
        id=StoryId(derived_id("story", article.id, str(segment.span.start), body)),
        workspace=article.workspace,
        tellings=(
            Telling(language=article.language, title=segment.title, summary=segment.summary, body=body),
        ),
        source=article.source,
        published_at=article.published_at,
        added_at=article.added_at,
        topics=segment.topics,
        article_id=article.id,
        span=segment.span,
    )
