"""What moderators decide for their workspace alone: hidden and pinned stories, its topics and their names."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from bot.changes import Action, Change, Curation
from bot.choosing import TOO_OLD, still_news
from bot.curating import topic_forms
from bot.curating.curation import (
    StoryDecision,
    muted,
    parted,
    tidied,
    unmuted,
    with_alias,
    with_joined,
    with_story,
    with_topic,
    without_alias,
    without_topic,
)
from bot.curating.known_names import KnownNames
from bot.curating.topic_messages import topics_message
from bot.curating.unknown_names import unknown_names
from bot.errors import Conflict, InvalidInput, NotFound, UserError, about
from bot.form import Form
from bot.identity import derived_id
from bot.language import Names, normalise
from bot.message import Button, Buttons, Message, paragraph
from bot.model import PUBLIC, Actor, ChangeId, Interaction, Story, StoryId, TopicId
from bot.moderating.commands import CurateTopic, ModerateStory, ShowTopics, TopicAct, typed
from bot.moderating.rights import check_moderator
from bot.moderating.story_values import read_reason
from bot.phrases import phrase, phrase_error
from bot.ports import Clock, Store
from bot.subscriptions.choices import topic_name
from bot.subscriptions.wishes import read_topic

STORIES_READ: Final = 200
"""The newest stories, in which names that no topic knows are looked for."""

_ATTEMPTS: Final = 20
_SECOND_FIELDS: Final[Mapping[TopicAct, str]] = {"alias": "name", "unalias": "name", "join": "into"}
_BACK: Final[Mapping[StoryDecision, StoryDecision]] = {
    "pin": "unpin",
    "unpin": "pin",
    "hide": "unhide",
    "unhide": "hide",
}
"""What takes a decision back."""

_Decide = Callable[[Curation, Names], Curation]


class Curating:
    """Takes decisions, each as one change of the workspace whose moderator asks."""

    def __init__(self, store: Store, names: KnownNames, clock: Clock) -> None:
        self._store = store
        self._names = names
        self._clock = clock

    # Stories

    async def decide_on_story(
        self, act: StoryDecision, command: ModerateStory, interaction: Interaction
    ) -> Message | Form:
        """Hide or pin a story for the actor's workspace, or do so no more. Raises `UserError`.

        Why one is hidden is asked for with a form. A story that the actor may not see is answered as one
        that does not exist.
        """
        actor = interaction.actor
        check_moderator(actor)
        story = await self._story(act, StoryId(command.story), actor)
        reason = read_reason(command.reason, actor.language, required=act == "hide" and bool(command.reason))
        if act == "hide" and not reason:
            return topic_forms.reason_form(command, actor.language)
        expired = await self._expired(actor) if act == "pin" else []
        _, is_new = await self._saved(
            actor, act, reason, lambda curation, _: with_story(act, story.id, curation, expired)
        )
        return _told(act, story, actor, is_new=is_new)

    async def _story(self, act: StoryDecision, story_id: StoryId, actor: Actor) -> Story:
        """Return a story that an act can be done with. Raises `NotFound` and `InvalidInput`."""
        story = (await self._store.stored_stories([story_id])).get(story_id)
        if story is None or story.workspace not in (PUBLIC, actor.workspace):
            raise NotFound("story_not_here")
        curation = await self._store.curation(actor.workspace)
        if act == "unpin" and story_id in curation.pinned:
            return story
        if act == "hide" and story.workspace != PUBLIC:
            raise InvalidInput("hide_own")
        if story.status != "published" and story.workspace != PUBLIC:
            raise InvalidInput("pin_unpublished")
        if story.status != "published":
            raise NotFound("story_not_here")
        if act == "pin" and story_id in curation.hidden:
            raise InvalidInput("pin_hidden")
        if act == "pin" and not still_news([story], self._clock()):
            raise InvalidInput("pin_old", days=TOO_OLD.days)
        return story

    async def _expired(self, actor: Actor) -> list[StoryId]:
        """Return the stories that lead no digest any more, though they are pinned."""
        pinned = (await self._store.curation(actor.workspace)).pinned
        seen = await self._store.stories(pinned, actor.workspace)
        leading = {story.id for story in still_news(seen.values(), self._clock())}
        return [story_id for story_id in pinned if story_id not in leading]

    async def submit_story(
        self, act: StoryDecision, command: ModerateStory, values: Mapping[str, str], interaction: Interaction
    ) -> Message | Form:
        """Do what a command asks for the reason that was filled in; the form comes back with what is wrong.

        Raises `UserError` where that is not the reason.
        """
        language, reason = interaction.actor.language, values.get("reason", command.reason)
        try:
            read_reason(reason, language, required=act == "hide")
        except InvalidInput as error:
            form = topic_forms.reason_form(command, language, reason)
            return form.coming_back(phrase_error(error, language), error.field)
        return await self.decide_on_story(act, replace(command, reason=reason), interaction)

    # Topics

    async def show(self, command: ShowTopics, interaction: Interaction) -> Message:
        """Return what the actor's workspace decided about topics, and names that none knows yet."""
        check_moderator(interaction.actor)
        return await self._view(interaction.actor, page=command.page)

    async def decide_on_topic(self, command: CurateTopic, interaction: Interaction) -> Message | Form:
        """Do what a command asks, and return what is decided then, or the form for what it lacks."""
        actor = interaction.actor
        check_moderator(actor)
        if topic_forms.lacks(command):
            curation = await self._store.curation(actor.workspace)
            names = await self._names.by(curation)
            return topic_forms.topic_form(command, curation, names, actor.language)
        decided, is_new = await self._saved(
            actor, command.act, "", lambda curation, names: _decided(command, curation, names)
        )
        lead = await self._lead(command, decided, actor, is_new=is_new)
        return await self._view(actor, lead=lead)

    async def submit_topic(
        self, command: CurateTopic, values: Mapping[str, str], interaction: Interaction
    ) -> Message | Form:
        """Do what was filled in; the form comes back with what is wrong. Raises `NotAllowed`."""
        actor = interaction.actor
        check_moderator(actor)
        given = topic_forms.filled_in(command, values)
        try:
            return await self.decide_on_topic(given, interaction)
        except UserError as error:
            curation = await self._store.curation(actor.workspace)
            names = await self._names.by(curation)
            form = topic_forms.topic_form(given, curation, names, actor.language)
            return form.coming_back(phrase_error(error, actor.language), error.field)

    async def _view(self, actor: Actor, *, page: int = 1, lead: str = "") -> Message:
        curation = await self._store.curation(actor.workspace)
        names = await self._names.by(curation)
        stories = await self._store.newest_stories(actor.workspace, STORIES_READ)
        unknown = await asyncio.to_thread(unknown_names, stories, names)
        return topics_message(curation, unknown, names, actor.language, page, lead)

    async def _lead(self, command: CurateTopic, decided: Curation, actor: Actor, *, is_new: bool) -> str:
        language = actor.language
        if not is_new:
            return phrase("topic.lead_unchanged", language)
        names = await self._names.by(decided)
        name = tidied(command.topic or command.name if command.act == "topic" else command.name)
        return phrase(
            f"topic.lead_{command.act}",
            language,
            topic=_called(command.topic, names, actor),
            into=_called(command.into, names, actor),
            name=name,
        )

    # Saving

    async def _saved(
        self, actor: Actor, action: Action, reason: str, decide: _Decide
    ) -> tuple[Curation, bool]:
        """Save what is decided on top of what is decided now; return it, and whether anything is new.

        Where another moderator was first, it is decided anew, on top of that.
        """
        for _ in range(_ATTEMPTS):
            before = await self._store.curation(actor.workspace)
            after = await asyncio.to_thread(decide, before, await self._names.by(before))
            if after == before:
                return before, False
            try:
                await self._store.save_curation(
                    _change(actor, action, reason, before, self._clock()), before, after
                )
            except Conflict:
                continue
            return after, True
        raise InvalidInput("curation_changed_meanwhile")


def _change(actor: Actor, action: Action, reason: str, before: Curation, now: datetime) -> Change:
    return Change(
        id=ChangeId(derived_id("curation", actor.workspace, str(before.revision + 1))),
        workspace=actor.workspace,
        at=now,
        actor=actor.name,
        actor_id=actor.id,
        action=action,
        reason=reason,
    )


def _decided(command: CurateTopic, curation: Curation, names: Names) -> Curation:
    """Return the curation as a command that says all asks. Raises `InvalidInput`."""
    if command.act == "topic":
        first, *others = (name for name in (command.topic, command.name) if name)
        with about("topic"):
            return with_topic(first, "".join(others), curation, names)
    with about("topic"):
        topic = _topic(command.topic, curation, names)
    with about(_SECOND_FIELDS.get(command.act, "topic")):
        return _decided_on(topic, command, curation, names)


def _decided_on(topic: TopicId, command: CurateTopic, curation: Curation, names: Names) -> Curation:
    match command.act:
        case "untopic":
            return without_topic(topic, curation)
        case "alias":
            return with_alias(topic, command.name, curation, names)
        case "unalias":
            return without_alias(topic, command.name, curation)
        case "join":
            return with_joined(topic, _topic(command.into, curation, names), curation, names)
        case "part":
            return parted(_joined_topic(command.topic, names) or topic, curation)
        case "mute":
            return muted(topic, curation)
        case "unmute":
            return unmuted(topic, curation)
        case "topic":
            raise ValueError("a topic is made of names, not of a topic")


def _topic(typed: str, curation: Curation, names: Names) -> TopicId:
    """Return the topic that is typed; one that is known no more while something is decided about it."""
    if typed in {*curation.muted, *curation.joined, *curation.aliases}:
        return TopicId(typed)
    return read_topic(typed, names)


def _joined_topic(typed: str, names: Names) -> TopicId | None:
    """Return the joined topic that has itself the name typed, and not the one that it counts as."""
    sought = normalise(typed).strip()
    return next(
        (
            topic.id
            for topic in names.joined.values()
            if sought in map(normalise, (*topic.names.values(), *topic.aliases))
        ),
        None,
    )


def _called(typed: str, names: Names, actor: Actor) -> str:
    """Return what a topic that was typed is called."""
    try:
        return topic_name(read_topic(typed, names), names, actor.language)
    except InvalidInput:
        return typed


def _told(act: StoryDecision, story: Story, actor: Actor, *, is_new: bool) -> Message:
    language = actor.language
    is_known = story.status == "published" or story.workspace == actor.workspace
    title = story.telling(language).title if is_known else story.id
    lead = phrase(f"curating.{act}", language, title=title, days=TOO_OLD.days)
    if not is_new:
        lead = phrase("curating.unchanged", language, title=title)
    back = _BACK[act]
    buttons = (
        Button(label=phrase(f"act.{back}", language), command=typed(back, story.id)),
        Button(label=phrase("curating.button_story", language), command=typed("story", story.id)),
    )
    return Message((paragraph(lead), Buttons(buttons)), language)
