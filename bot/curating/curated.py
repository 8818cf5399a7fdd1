"""What comes of a workspace's decisions, pure: the names that it knows, and its subscriptions and stories."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from bot.changes import Curation
from bot.language import Names, every_name, tokens
from bot.model import Story, Subscription, Topic, TopicId


def overlaid(topics: Sequence[Topic], curation: Curation, *, counted: bool) -> Names:
    """Return the names of topics as a workspace has them; `counted`, those that it joined as one."""
    known = {topic.id: topic for topic in (*curation.topics, *topics)}
    further = {key: names for key, names in curation.aliases.items() if key in known}
    spelled = {key: _tokens_of(names) for key, names in further.items()}
    spelled |= {
        topic.id: _tokens_of((*every_name(topic), *further.get(topic.id, ()))) for topic in curation.topics
    }
    named = [replace(topic, aliases=(*topic.aliases, *further.get(topic.id, ()))) for topic in known.values()]
    return Names(named, _without_circles(curation.joined, known) if counted else {}, spelled)


_SEEN_AS: Final = ("{}", "{}が", "「{}」")
"""Sudachi takes the same letters apart in other ways where others stand beside them (GPT-4)."""


def _tokens_of(names: Iterable[str]) -> tuple[str, ...]:
    """Return for each name the index tokens of stories that have all its words."""
    texts = [seen_as.format(name) for name in names for seen_as in _SEEN_AS]
    found = ([token for token in tokens(text, Names()) if token[0] not in "~@"] for text in texts)
    return tuple(dict.fromkeys("\n".join(dict.fromkeys(words)) for words in found if words))


def _without_circles(
    joined: Mapping[TopicId, TopicId], known: Mapping[TopicId, Topic]
) -> dict[TopicId, TopicId]:
    """Return which topics count as which, as far as there are such; undoing may have closed a circle."""
    kept: dict[TopicId, TopicId] = {}
    for topic, into in joined.items():
        end = into
        while end in kept:
            end = kept[end]
        if end != topic and topic in known and into in known:
            kept[topic] = into
    return kept


def curated(subscription: Subscription, curation: Curation, names: Names) -> Subscription:
    """Return a subscription as its workspace's decisions make it: topics with those that count as them.

    What is muted is left out, whatever the channel asks for.
    """
    mention = subscription.mention
    return replace(
        subscription,
        topics=_together(subscription.topics, names),
        without_topics=_together((*subscription.without_topics, *curation.muted), names),
        mention=mention and replace(mention, topics=_together(mention.topics, names)),
    )


def _together(topics: Iterable[TopicId], names: Names) -> tuple[TopicId, ...]:
    return tuple(dict.fromkeys(each for topic in topics for each in names.together(topic)))


def recounted(stories: Iterable[Story], names: Names) -> list[Story]:
    """Return stories with their topics as a workspace counts them."""
    return [
        replace(story, topics=tuple(dict.fromkeys(map(names.counted, story.topics))))
        if not names.joined.keys().isdisjoint(story.topics)
        else story
        for story in stories
    ]
