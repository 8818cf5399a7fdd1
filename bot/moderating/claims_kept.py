"""Claims over an edit, pure: a statement that a text alleged is never parted from its denial unseen."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import Final, Literal, get_args

from bot.language import sentences
from bot.model import Claim, Telling

Treatment = Literal["reword", "keep", "drop"]
TREATMENTS: Final[Mapping[str, Treatment]] = {treatment: treatment for treatment in get_args(Treatment)}
"""What becomes of a claim whose sentence was changed: it follows the sentence, stays as it was, or goes."""

_ALIKE: Final = 0.5
"""From this likeness on (0 to 1) a new sentence is taken for the old one in other words."""

_COMPARED: Final = 300
"""How many characters of a sentence are compared, and how many sentences: the time taken grows with both."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LostClaim:
    """A claim that a body made and makes no more, and the sentence that may have taken its place."""

    claim: Claim
    sentence: str | None


def lost_claims(before: Telling, after: Telling) -> list[LostClaim]:
    """Return the claims of a telling whose sentence stood in its body before an edit and does no more."""
    lost = [claim for claim in before.claims if claim.text in before.body and claim.text not in after.body]
    if not lost:
        return []
    new = _new_sentences(before.body, after.body)
    return [LostClaim(claim=claim, sentence=_likest(claim.text, new)) for claim in lost]


def with_claims(telling: Telling, lost: Sequence[LostClaim], treatment: Treatment) -> Telling:
    """Return a telling whose lost claims were treated; one without a sentence to follow stays as it was."""
    by_text = {one.claim.text: one for one in lost}
    claims: list[Claim] = []
    for claim in telling.claims:
        found = by_text.get(claim.text)
        if found is None or treatment == "keep" or (treatment == "reword" and found.sentence is None):
            claims.append(claim)
        elif treatment == "reword" and found.sentence is not None:
            claims.append(replace(claim, text=found.sentence))
    return replace(telling, claims=tuple(claims))


def _new_sentences(before: str, after: str) -> list[str]:
    known = {before[span.start : span.end] for span in sentences(before)}
    found = (after[span.start : span.end] for span in sentences(after))
    return [sentence for sentence in found if sentence not in known][:_COMPARED]


def _likest(text: str, candidates: Iterable[str]) -> str | None:
    matcher = SequenceMatcher(autojunk=False)
    matcher.set_seq2(text[:_COMPARED])
    best, likeness = None, _ALIKE
    for candidate in candidates:
        matcher.set_seq1(candidate[:_COMPARED])
        if matcher.real_quick_ratio() >= likeness and matcher.quick_ratio() >= likeness:
            ratio = matcher.ratio()
            if ratio >= likeness:
                best, likeness = candidate, ratio
    return best
