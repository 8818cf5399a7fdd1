"""Slack's views, pure: forms and answers as modals, and App Home. The limits are Slack's documented ones."""

from collections.abc import Mapping
from typing import Any, Final

from adapters.slack.showing.fields import Json, field_blocks, plain, refilled
from adapters.slack.showing.render import LIMITS, render_answer
from bot.commands import MAX_QUERY_CHARACTERS
from bot.display import truncated
from bot.form import Field, Form
from bot.message import Limits, Message, note, split
from bot.model import Language
from bot.phrases import phrase

MAX_VIEW_BLOCKS: Final = 100
MAX_TITLE: Final = 24
MAX_PROBLEM: Final = 3_000

PROBLEM: Final = "problem"
"""The `block_id` of what is wrong with what was filled in."""

FORM: Final = "form"
QUESTION: Final = "question"
"""The `callback_id` of a form of the engine's, and of the one that asks a question."""

VIEW_LIMITS: Final = Limits(
    characters=30_000, block_characters=LIMITS.block_characters, blocks=MAX_VIEW_BLOCKS - 1, size=LIMITS.size
)
"""100 blocks are documented, one of them kept for a note. 30,000 characters stay below the 250 kB that a view
may have (`view_too_large`), were each written as an escape of six."""


def form_view(form: Form, metadata: str) -> Json:
    """Return a form as a modal; `metadata` comes back with it."""
    blocks: list[Json] = [_problem(form.problem)] if form.problem else []
    for field in form.fields:
        blocks += field_blocks(field, form.language)
    return {
        "type": "modal",
        "callback_id": FORM,
        "private_metadata": metadata,
        "title": plain(truncated(form.title, MAX_TITLE)),
        "submit": plain(truncated(form.submit, MAX_TITLE)),
        "close": plain(phrase("slack.cancel", form.language)),
        "blocks": blocks,
    }


def _problem(problem: str) -> Json:
    text = plain(truncated(f"⚠ {problem}", MAX_PROBLEM))
    return {"type": "section", "block_id": PROBLEM, "text": text}


def unsent_view(view: Mapping[str, Any], problem: str) -> Json:
    """Return a modal that somebody sent in vain, as they filled it in, with the reason above."""
    kept = ("type", "callback_id", "private_metadata", "title", "submit", "close")
    inputs = [block for block in view["blocks"] if block.get("block_id") != PROBLEM]
    blocks = [_problem(problem), *(refilled(block, view.get("state")) for block in inputs)]
    return {name: view[name] for name in kept if view.get(name)} | {"blocks": blocks}


def question_view(metadata: str, language: Language, problem: str = "") -> Json:
    """Return the modal that asks what to look up."""
    query = Field(
        name="query",
        label=phrase("slack.question", language),
        required=True,
        max_length=MAX_QUERY_CHARACTERS,
        hint=phrase("slack.question_hint", language),
    )
    form = Form(
        command="/ai-news",
        title=phrase("slack.title", language),
        fields=(query,),
        submit=phrase("slack.ask", language),
        language=language,
        problem=problem,
    )
    return form_view(form, metadata) | {"callback_id": QUESTION}


def parts_for_view(message: Message) -> list[Message]:
    """Return a message as the parts that one view each can show."""
    return split(message, VIEW_LIMITS)


def message_view(part: Message) -> Json:
    """Return one of `parts_for_view` as a modal to read."""
    return {
        "type": "modal",
        "callback_id": "answer",
        "title": plain(phrase("slack.title", part.language)),
        "close": plain(phrase("slack.close", part.language)),
        "blocks": render_answer(part)["blocks"],
    }


def loading_view(language: Language) -> Json:
    """Return the modal that stands there while the answer is made."""
    blocks = [{"type": "section", "text": plain(phrase("slack.loading", language))}]
    return {
        "type": "modal",
        "callback_id": "loading",
        "title": plain(phrase("slack.title", language)),
        "close": plain(phrase("slack.close", language)),
        "blocks": blocks,
    }


def home_view(message: Message) -> Json:
    """Return App Home; what a view does not hold is left out, and it says so."""
    first, *rest = parts_for_view(message)
    if rest:
        more = note(phrase("slack.home_more", message.language))
        first = Message((*first.blocks, more), message.language)
    return {"type": "home", "blocks": render_answer(first)["blocks"]}
