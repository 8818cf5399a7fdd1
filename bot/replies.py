"""Replies, pure: what the engine found becomes the message that the asker reads."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Literal

from bot.briefing import (
    Much,
    claim_note,
    remarks,
    sentence_print,
    small_print,
    source_blocks,
    story_blocks,
    story_heading,
    told,
)
from bot.commands import CATALOGUE, Ask, Entry, Newest, unparse
from bot.lookup import Answer, AnswerSentence, Found, Match, Passage
from bot.message import (
    Block,
    Button,
    Buttons,
    Divider,
    Heading,
    Manner,
    Message,
    Paragraph,
    Quote,
    Run,
    note,
    paragraph,
)
from bot.model import Language, Story
from bot.phrases import phrase, phrase_age
from bot.subscriptions import digest_form

PAGE_SIZE = 5


OLD_DAYS = 31
"""From this age of the newest match on, an answer says how old it is."""


def answer_message(
    answer: Answer, ask: Ask, more: bool, language: Language, shared_by: str | None = None
) -> Message:
    """Return one page of an answer in the view and depth asked for; `more` says that others follow.

    An answer for the whole channel says who shared it.
    """
    if not answer.found:
        return _nothing_found(answer, ask, language)
    match ask.view:
        case "why":
            blocks = _why(answer, ask, language)
        case "sources":
            blocks = _sources(answer, ask, language)
        case "answer":
            blocks = _answer(answer, ask, language)
    if shared_by is not None:
        blocks.append(note(phrase("share.by", language, name=shared_by)))
    stories = [found.story for found in answer.found]
    return Message((*blocks, *_buttons(ask, more, language)), language, told=told(stories))


def nothing_found(answer: Answer, language: Language) -> str:
    """Return the sentence that says that nothing was found, with the nearest names where there are any."""
    sentences = [phrase("answer.nothing", language, query=answer.query.text)]
    if answer.nearest:
        names = phrase("story.and", language).join(answer.nearest)
        sentences.append(phrase("answer.nearest", language, names=names))
    return " ".join(sentences)


def newest_message(stories: Sequence[Story], page: int, more: bool, language: Language) -> Message:
    """Return one page of the newest stories."""
    blocks: list[Block] = [Heading(phrase("newest.heading", language))]
    if not stories:
        blocks.append(paragraph(phrase("newest.nothing", language)))
    for number, story in enumerate(stories, start=1 + (page - 1) * PAGE_SIZE):
        blocks += story_blocks(story, language, number=number)
    pages = [_button("previous", Newest(page=page - 1), language)] if page > 1 else []
    pages += [_button("more", Newest(page=page + 1), language)] if more else []
    if pages:
        blocks.append(Buttons(tuple(pages)))
    return Message(tuple(blocks), language)


def share_message(key: Literal["share.done", "share.already"], language: Language) -> Message:
    """Return what the one who shared an answer is told."""
    return Message((note(phrase(key, language)),), language)


def help_message(language: Language, *, moderates: bool, has_form: bool = True) -> Message:
    """Return what somebody can type; `has_form` says whether a subscription has a form there."""
    members = [entry for entry in CATALOGUE if not entry.for_moderators]
    blocks: list[Block] = [
        Heading(phrase("help.heading", language)),
        paragraph(phrase("help.intro", language)),
        _explained(members, language),
        paragraph(phrase("help.depth", language)),
    ]
    if moderates:
        others = [entry for entry in CATALOGUE if entry.for_moderators]
        shown = [entry for entry in others if has_form or entry.usage != digest_form.COMMAND]
        blocks += [Heading(phrase("help.heading_moderators", language)), _explained(shown, language)]
    return Message(tuple(blocks), language)


def _explained(entries: Iterable[Entry], language: Language) -> Paragraph:
    lines: list[Run] = []
    for entry in entries:
        usage = entry.usage.replace("QUERY", phrase("help.query", language))
        lines += [Run(usage, style="strong"), Run(f" — {phrase(entry.help_key, language)}\n")]
    return Paragraph(tuple(lines))


def _nothing_found(answer: Answer, ask: Ask, language: Language) -> Message:
    if ask.page > 1:
        return Message((paragraph(phrase("answer.no_more", language, query=ask.query)),), language)
    return Message((paragraph(nothing_found(answer, language)),), language)


def _answer(answer: Answer, ask: Ask, language: Language) -> list[Block]:
    blocks: list[Block] = [Heading(phrase("answer.heading", language, query=ask.query))]
    quoted = None
    if answer.sentence is not None and ask.page == 1:
        blocks += _sentence(answer.sentence, answer, language)
        quoted = answer.sentence.passage.text
    for number, found in enumerate(answer.found, start=1 + (ask.page - 1) * PAGE_SIZE):
        blocks += _found(found, ask, number, quoted, language)
    return [*blocks, Divider(), *_honest_limits(answer, language)]


def _sentence(sentence: AnswerSentence, answer: Answer, language: Language) -> list[Block]:
    """Return the sentence that answers, and under it where it stands and who claims or contests it."""
    story = next(found.story for found in answer.found if found.story.id == sentence.story_id)
    claims = [] if sentence.claim is None else [sentence.claim]
    quote = Quote(_marked(sentence.passage), story_id=story.id)
    return [quote, sentence_print(story, claims, language), Divider()]


def _found(found: Found, ask: Ask, number: int, quoted: str | None, language: Language) -> list[Block]:
    small = [*remarks(found.story, language), small_print(found.story, found.telling, language)]
    match ask.depth:
        case "low":
            return [_title(found, number, "title"), *small]
        case "medium":
            return [_title(found, number, "summary"), *_summary(found, quoted), *small]
        case "high":
            return [_title(found, number, "body"), *_body(found, language), *small]


def _title(found: Found, number: int, much: Much) -> Heading:
    return story_heading(found.story, found.telling, Manner(number=number, much=much))


def _body(found: Found, language: Language) -> list[Block]:
    """Return a telling's body, each claim's parties right after the paragraph that makes the claim."""
    blocks: list[Block] = []
    claims = list(found.telling.claims)
    for text in filter(None, found.telling.body.splitlines()):
        made_here = [claim for claim in claims if claim.text in text]
        blocks.append(Paragraph(_marked(found.passage, text), story_id=found.story.id))
        blocks += [claim_note(claim, language, found.story.id, told=text) for claim in made_here]
        claims = [claim for claim in claims if claim not in made_here]
    return [*blocks, *(claim_note(claim, language, found.story.id) for claim in claims)]


def _summary(found: Found, quoted: str | None) -> list[Block]:
    """Return the summary, and the passage that matched where neither the summary nor the answer tells it."""
    summary = Paragraph(_marked(found.summary), story_id=found.story.id)
    if not found.passage_adds or found.passage.text == quoted:
        return [summary]
    return [summary, Quote(_marked(found.passage), story_id=found.story.id)]


def _honest_limits(answer: Answer, language: Language) -> list[Block]:
    limits: list[Block] = []
    if answer.missing:
        words = phrase("story.and", language).join(answer.missing)
        limits.append(note(phrase("answer.missing", language, words=words)))
    if answer.newest_age_days is not None and answer.newest_age_days >= OLD_DAYS:
        age = phrase_age(answer.newest_age_days, language)
        limits.append(note(phrase("answer.age", language, age=age)))
    return limits


def _why(answer: Answer, ask: Ask, language: Language) -> list[Block]:
    blocks: list[Block] = [Heading(phrase("why.heading", language, query=ask.query))]
    for place, found in enumerate(answer.found, start=1 + (ask.page - 1) * PAGE_SIZE):
        rank = phrase("why.rank", language, place=place, score=f"{found.score:.2f}")
        reasons = [_reason(match, language) for match in found.matched]
        blocks += [
            _title(found, place, "summary"),
            Paragraph((Run("\n".join([*reasons, rank])),), story_id=found.story.id),
            *remarks(found.story, language),
            small_print(found.story, found.telling, language),
        ]
    return [*blocks, Divider(), *_honest_limits(answer, language), note(phrase("why.order", language))]


def _reason(match: Match, language: Language) -> str:
    key = "same_word" if match.typed.lower() == match.form.lower() else match.how
    return phrase(f"why.{key}", language, typed=match.typed, form=match.form)


def _sources(answer: Answer, ask: Ask, language: Language) -> list[Block]:
    blocks: list[Block] = [Heading(phrase("sources.heading", language, query=ask.query))]
    for place, found in enumerate(answer.found, start=1 + (ask.page - 1) * PAGE_SIZE):
        blocks += source_blocks(found.story, found.telling, language, place)
    return blocks


def _buttons(ask: Ask, more: bool, language: Language) -> list[Buttons]:
    """Return what may be pressed next, in a row; with the page before there are six, which takes two."""
    is_shared, ask = ask.visible, replace(ask, visible=False)
    pages = [_button("more", replace(ask, page=ask.page + 1), language)] if more else []
    views = _views(ask, is_shared, language)
    if ask.page == 1:
        return [Buttons((*pages, *views))]
    return [Buttons((_button("previous", replace(ask, page=ask.page - 1), language), *pages)), Buttons(views)]


def _views(ask: Ask, is_shared: bool, language: Language) -> tuple[Button, ...]:
    buttons = []
    if ask.view != "answer":
        buttons.append(_button("back", replace(ask, view="answer"), language))
    if ask.depth != "high":
        buttons.append(_button("deeper", replace(ask, depth="high", view="answer"), language))
    if ask.view != "why":
        buttons.append(_button("why", replace(ask, view="why"), language))
    if ask.view != "sources":
        buttons.append(_button("sources", replace(ask, view="sources"), language))
    if not is_shared:
        buttons.append(_button("share", replace(ask, visible=True), language))
    return tuple(buttons)


def _button(name: str, command: Ask | Newest, language: Language) -> Button:
    return Button(label=phrase(f"button.{name}", language), command=unparse(command))


def _marked(passage: Passage, text: str | None = None) -> tuple[Run, ...]:
    """Return a text with the marks of the passage where it holds that; without `text` the passage itself."""
    text = passage.text if text is None else text
    offset = text.find(passage.text)
    runs: list[Run] = []
    end = 0
    for mark in passage.marks if offset >= 0 else ():
        start = offset + mark.start
        runs += [Run(text[end:start]), Run(text[start : offset + mark.end], style="mark")]
        end = offset + mark.end
    return tuple(run for run in (*runs, Run(text[end:])) if run.text)
