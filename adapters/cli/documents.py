"""The JSON documents of the command line, pure: a stable surface for scripts."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Final

from adapters.cli.channels import name_of
from bot.auditing.log_messages import Entry, edits_told, sentence
from bot.changes import Revision
from bot.lookup import Answer, AnswerSentence, Found
from bot.message import Message
from bot.model import Claim, Language, Remark, Source, Story, Subscription, Telling
from bot.segment import Cut

Json = dict[str, object]

MAX_TITLE: Final = 80


def answer_document(answer: Answer, message: str | None) -> Json:
    """Return the answer to a query; `message` says so where nothing was found."""
    return {
        "query": answer.query.text,
        "answer": _sentence(answer.sentence) if answer.sentence else None,
        "stories": [_found(found) for found in answer.found],
        "why": {
            "words": [
                {"typed": concept.typed, "is_name": concept.is_name} for concept in answer.query.concepts
            ],
            "is_question": answer.query.is_question,
            "missing": list(answer.missing),
            "newest_age_days": answer.newest_age_days,
        },
        "message": message,
        "nearest": list(answer.nearest),
    }


def _sentence(sentence: AnswerSentence) -> Json:
    return {
        "text": sentence.passage.text,
        "story_id": sentence.story_id,
        "claim": _claim(sentence.claim) if sentence.claim else None,
    }


def _found(found: Found) -> Json:
    matched = [{"typed": match.typed, "form": match.form, "how": match.how} for match in found.matched]
    return {**story_row(found.story, found.telling), "score": found.score, "matched": matched}


def subscription_document(subscription: Subscription, turns: Sequence[datetime]) -> Json:
    """Return a subscription with its next turns."""
    return {
        "channel": name_of(subscription.channel),
        "state": subscription.state,
        "trouble": subscription.trouble,
        "times": [f"{slot:%H:%M}" for slot in subscription.times],
        "weekdays": list(subscription.weekdays),
        "cron": subscription.cron,
        "time_zone": subscription.time_zone,
        "quiet": [f"{at:%H:%M}" for at in subscription.quiet] if subscription.quiet else None,
        "languages": list(subscription.languages),
        "topics": list(subscription.topics),
        "keywords": list(subscription.keywords),
        "without_topics": list(subscription.without_topics),
        "without_keywords": list(subscription.without_keywords),
        "story_count": subscription.story_count,
        "style": subscription.style,
        "when_empty": subscription.when_empty,
        "mention": asdict(subscription.mention) if subscription.mention else None,
        "tag": subscription.tag,
        "publish": subscription.publish,
        "next": [_instant(at) for at in turns],
    }


def story_row(story: Story, telling: Telling) -> Json:
    """Return a story in one telling."""
    return {
        "id": story.id,
        "title": telling.title,
        "summary": telling.summary,
        "body": telling.body,
        "language": telling.language,
        "published_at": _instant(story.published_at),
        "source": _source(story.source),
        "topics": list(story.topics),
    }


def story_document(story: Story, revisions: list[Revision]) -> Json:
    """Return all that is known of a story, and how it came to be so."""
    return {
        "id": story.id,
        "workspace": story.workspace,
        "status": story.status,
        "revision": story.revision,
        "published_at": _instant(story.published_at),
        "added_at": _instant(story.added_at),
        "source": _source(story.source),
        "also": [_source(source) for source in story.also],
        "topics": list(story.topics),
        "remark": _remark(story.remark) if story.remark else None,
        "updates": story.updates,
        "article_id": story.article_id,
        "span": {"start": story.span.start, "end": story.span.end} if story.span else None,
        "tellings": [_telling(telling) for telling in story.tellings],
        "revisions": [
            {
                "number": revision.number,
                "change": revision.change_id,
                "at": _instant(revision.at),
                "actor": revision.actor,
                "action": revision.action,
                "reason": revision.reason,
            }
            for revision in revisions
        ],
    }


def change_document(entry: Entry) -> Json:
    """Return a change with what became of it; `edits` counts those of posted copies by their state."""
    change = entry.change
    return {
        "id": change.id,
        "at": _instant(change.at),
        "actor": change.actor,
        "actor_id": change.actor_id,
        "action": change.action,
        "reason": change.reason,
        "workspace": change.workspace,
        "about": list(entry.subjects),
        "more": entry.more,
        "story_id": entry.story_id,
        "undoes": change.undoes,
        "undone_by": change.undone_by,
        "edits": dict(entry.edits),
    }


def change_line(entry: Entry, language: Language) -> str:
    """Return a change as a line for people."""
    change = entry.change
    undone = f"[{change.undone_by}]" if change.undone_by else ""
    told = (sentence(entry, MAX_TITLE, language), change.reason, edits_told(entry.edits, language), undone)
    return f"{change.at:%Y-%m-%d %H:%M}  {change.id:<22}  " + "  ".join(filter(None, told))


def cut_document(cut: Cut) -> Json:
    """Return where an article was cut; `start` and `end` are characters of the text as given."""
    return {
        "language": cut.language,
        "stories": [
            {
                "start": segment.span.start,
                "end": segment.span.end,
                "title": segment.title,
                "summary": segment.summary,
                "topics": list(segment.topics),
            }
            for segment in cut.segments
        ],
    }


def message_document(message: Message, text: str) -> Json:
    """Return a message as blocks, and as the text they make."""
    return {
        "language": message.language,
        "text": text,
        "blocks": [asdict(block) for block in message.blocks],
    }


def _telling(telling: Telling) -> Json:
    return {
        "language": telling.language,
        "title": telling.title,
        "summary": telling.summary,
        "body": telling.body,
        "claims": [_claim(claim) for claim in telling.claims],
    }


def _claim(claim: Claim) -> Json:
    return {
        "text": claim.text,
        "said_by": claim.said_by,
        "doubted_by": list(claim.doubted_by),
        "denied_by": list(claim.denied_by),
    }


def _remark(remark: Remark) -> Json:
    return {
        "kind": remark.kind,
        "at": _instant(remark.at),
        "reason": remark.reason,
        "into": remark.into,
    }


def _source(source: Source) -> Json:
    return {"name": source.name, "url": source.url}


def _instant(at: datetime) -> str:
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")


def outline(document: Mapping[str, object], depth: int = 0) -> Iterator[str]:
    """Yield a document as indented lines for people."""
    indent = "  " * depth
    for name, value in document.items():
        if isinstance(value, Mapping):
            yield f"{indent}{name}:"
            yield from outline(value, depth + 1)
        elif isinstance(value, list) and any(isinstance(item, Mapping) for item in value):
            for number, item in enumerate(value, start=1):
                yield f"{indent}{name} {number}:"
                yield from outline(item, depth + 1)
        else:
            text = (
                ", ".join(map(str, value))
                if isinstance(value, list)
                else "-"
                if value is None
                else str(value)
            )
            yield f"{indent}{name}: {text.replace(chr(10), chr(10) + indent + '  ')}"
