"""Nouns for tests: each function returns a small, valid value; name only the fields your test is about."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from bot.adding.add_form import Submission
from bot.changes import Change, Draft, StoryChange
from bot.message import Heading, Limits, Message, paragraph
from bot.model import (
    PUBLIC,
    Actor,
    Article,
    ArticleId,
    ChangeId,
    Channel,
    Claim,
    Delivery,
    DeliveryId,
    Digest,
    DigestId,
    DraftId,
    Interaction,
    Occurrence,
    Post,
    Share,
    ShareId,
    Source,
    Story,
    StoryId,
    Subscription,
    SubscriptionId,
    Telling,
    Topic,
    TopicId,
    Workspace,
    WorkspaceId,
)

NOW = datetime(2026, 3, 2, 0, 0, tzinfo=UTC)
"""The instant at which tests play, unless they say otherwise: nine in the morning in Tokyo."""


def make_claim(**over: Any) -> Claim:
    return Claim(**{"text": "The robot sorted 900 parcels.", "said_by": "Kumo Robotics"} | over)


def make_telling(**over: Any) -> Telling:
    return Telling(
        **{
            "language": "en",
            "title": "A warehouse robot learns to sort parcels",
            "summary": "Kumo Robotics showed a robot that sorts parcels by itself.",
            "body": "Kumo Robotics showed a robot that sorts parcels.\nIt sorted 900 parcels an hour.",
        }
        | over
    )


def make_story(**over: Any) -> Story:
    """Return a published, public story with one English telling."""
    return Story(
        **{
            "id": StoryId("story"),
            "tellings": (make_telling(),),
            "source": Source(name="The Daily Crate", url="https://crate.example/robot"),
            "published_at": NOW - timedelta(days=1),
            "added_at": NOW - timedelta(hours=1),
        }
        | over
    )


def make_submission(text: str, **over: Any) -> Submission:
    """Return an article for one workspace, of no date."""
    source = Source(name="The Daily Crate")
    return Submission(**{"text": text, "source": source, "published_at": None} | over)


def make_act(**over: Any) -> Change:
    """Return an act of Mika's: an edit of a public story."""
    return Change(
        **{"id": ChangeId("change"), "workspace": PUBLIC, "at": NOW, "actor": "mika", "action": "edit"} | over
    )


def make_change(story: Story | None = None, **over: Any) -> StoryChange:
    """Return the addition of `story`, an act of its own; its tokens are each title's words in lower case.

    What `over` names and a change of a story has not is of the act.
    """
    after = make_story() if story is None else story
    tokens = {telling.language: tuple(telling.title.lower().split()) for telling in after.tellings}
    act = {
        "id": ChangeId(f"{after.id}.{after.revision}"),
        "workspace": after.workspace,
        "action": "add" if after.revision == 1 else "edit",
    }
    of_story = {name: over.pop(name) for name in ("tokens", "retells", "change") if name in over}
    return StoryChange(**{"after": after, "tokens": tokens, "change": make_act(**(act | over))} | of_story)


def make_article(**over: Any) -> Article:
    return Article(
        **{
            "id": ArticleId("article"),
            "workspace": PUBLIC,
            "text": "A warehouse robot learns to sort parcels.",
            "language": "en",
            "source": Source(name="The Daily Crate"),
            "published_at": NOW - timedelta(days=1),
            "added_at": NOW,
        }
        | over
    )


def make_draft(**over: Any) -> Draft:
    """Return a draft without pieces that `make_actor(id="mika")` is working at, made at `NOW`."""
    return Draft(
        **{
            "id": DraftId("draft"),
            "workspace": WorkspaceId("home"),
            "asked_in": WorkspaceId("home"),
            "owner_id": "mika",
            "text": "A warehouse robot learns to sort parcels.",
            "language": "en",
            "source": Source(name="The Daily Crate"),
            "published_at": NOW - timedelta(days=1),
            "made_at": NOW,
            "pieces": (),
        }
        | over
    )


def make_topic(**over: Any) -> Topic:
    return Topic(**{"id": TopicId("robots"), "names": {"ja": "ロボット", "en": "Robots"}} | over)


def make_channel(**over: Any) -> Channel:
    return Channel(**{"platform": "local", "workspace": WorkspaceId("home"), "id": "news"} | over)


def make_actor(**over: Any) -> Actor:
    """Return a member of the workspace of `make_channel()`."""
    return Actor(**{"name": "Mika", "workspace": WorkspaceId("home"), "language": "en"} | over)


def make_interaction(**over: Any) -> Interaction:
    """Return something that `make_actor()` did in `make_channel()`, whose messages hold 2,000 characters."""
    return Interaction(
        **{
            "id": "interaction",
            "actor": make_actor(),
            "channel": make_channel(),
            "limits": Limits(characters=2_000, block_characters=2_000, blocks=40),
        }
        | over
    )


def make_subscription(**over: Any) -> Subscription:
    """Return a subscription of `make_channel()`, due at `NOW`."""
    return Subscription(
        **{"id": SubscriptionId("subscription"), "channel": make_channel(), "next_due_at": NOW} | over
    )


def make_occurrence(**over: Any) -> Occurrence:
    return Occurrence(
        **{
            "subscription_id": SubscriptionId("subscription"),
            "local_date": date(2026, 3, 2),
            "slot": "09:00",
        }
        | over
    )


def make_digest(**over: Any) -> Digest:
    return Digest(
        **{
            "id": DigestId("digest"),
            "occurrence": make_occurrence(),
            "channel": make_channel(),
            "composed_at": NOW,
            "story_ids": (StoryId("story"),),
        }
        | over
    )


def make_message(**over: Any) -> Message:
    return Message(**{"blocks": (Heading("Today"), paragraph("One story.")), "language": "en"} | over)


def make_post(**over: Any) -> Post:
    """Return what `make_delivery()` puts into `make_channel()`."""
    return Post(**{"channel": make_channel(), "message": make_message(), "key": "key"} | over)


def make_workspace(**over: Any) -> Workspace:
    """Return the workspace of `make_channel()`, which took the bot in at `NOW`."""
    return Workspace(
        **{"platform": "local", "id": WorkspaceId("home"), "name": "Home", "language": "en", "joined_at": NOW}
        | over
    )


def make_delivery(**over: Any) -> Delivery:
    """Return the planned first part of `make_digest()`, due at `NOW`."""
    return Delivery(
        **{
            "id": DeliveryId("digest.1"),
            "series": "digest",
            "part": 1,
            "channel": make_channel(),
            "message": make_message(),
            "due_at": NOW,
        }
        | over
    )


def make_share(**over: Any) -> Share:
    """Return an answer about `make_story()`, shared with `make_channel()` at `NOW`."""
    return Share(
        **{
            "id": ShareId("share"),
            "channel": make_channel(),
            "shared_at": NOW,
            "shared_by": "Mika",
            "command": "/ai-news robots visible:yes",
            "story_ids": (StoryId("story"),),
        }
        | over
    )
