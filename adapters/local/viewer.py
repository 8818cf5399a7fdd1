"""Who looks at a page, and how they want it: read from cookies, changed by the page's own switches."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeVar, get_args

from bot.identity import derived_id
from bot.model import LANGUAGES, Actor, Language, Role, WorkspaceId
from bot.phrases import phrase

Theme = Literal["auto", "light", "dark"]

THEMES: Final[tuple[Theme, ...]] = get_args(Theme)
ROLES: Final[tuple[Role, ...]] = get_args(Role)
_LANGUAGE_RANGE: Final = re.compile(
    r"(?P<language>[a-z]{2,3})(?:-[a-z0-9-]+)?(?:;\s*q=(?P<weight>[01](?:\.\d{0,3})?))?"
)
CHOICES: Final[Mapping[str, tuple[str, ...]]] = {"language": LANGUAGES, "role": ROLES, "theme": THEMES}
"""What can be switched, and to what."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """A person at a browser. `inside`: may use the channels and what belongs to them, not only read.

    `session` tells apart those who know the same password; it is empty where none is asked for.
    """

    inside: bool
    session: str = ""
    language: Language
    role: Role = "operator"
    theme: Theme = "auto"
    can_sign_in: bool = False

    @property
    def moderates(self) -> bool:
        """Whether they get to see what moderators work with; what they may do is for the engine to say."""
        return self.inside and self.role != "member"

    def actor(self, workspace: WorkspaceId) -> Actor:
        """Return the viewer as the one who acts in a workspace; in each role they are somebody else."""
        id_ = derived_id("viewer", self.session, self.role)
        name = phrase(f"page.role_{self.role}", self.language)
        return Actor(id=id_, name=name, workspace=workspace, language=self.language, role=self.role)


def viewer_of(
    cookies: Mapping[str, str],
    wanted: str | None,
    accepted: str,
    default: Language,
    *,
    inside: bool,
    can_sign_in: bool,
    session: str = "",
) -> Viewer:
    """Return who looks: `wanted` is the language asked for in the address, `accepted` the browser's header.

    The language is the first known of: the address, the switch, the browser, the operator's.
    """
    languages = (wanted, cookies.get("language"), *_accepted(accepted))
    return Viewer(
        inside=inside,
        session=session,
        language=next((known for asked in languages for known in LANGUAGES if asked == known), default),
        role=_known(cookies.get("role"), ROLES, "operator"),
        theme=_known(cookies.get("theme"), THEMES, "auto"),
        can_sign_in=can_sign_in,
    )


_T = TypeVar("_T", bound=str)


def _known(asked: str | None, known: Sequence[_T], default: _T) -> _T:
    return next((choice for choice in known if choice == asked), default)


def _accepted(header: str) -> list[str]:
    """Return the languages of an Accept-Language header (RFC 9110), the preferred first."""
    ranges = [_LANGUAGE_RANGE.fullmatch(part.strip().lower()) for part in header[:200].split(",")]
    weighed = [(float(found["weight"] or 1), found["language"]) for found in ranges if found]
    return [language for _, language in sorted(weighed, key=lambda pair: pair[0], reverse=True)]
