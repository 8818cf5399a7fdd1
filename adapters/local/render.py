"""Pages as HTML: the templates, and how text from outside is set in them so that nothing in it is markup."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from difflib import SequenceMatcher
from functools import partial
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from adapters.local.viewer import CHOICES, Viewer
from bot.display import printable, web_url
from bot.model import Language
from bot.phrases import phrase, phrase_date

FOLDER: Final = Path(__file__).parent
STATIC: Final[Mapping[str, bytes]] = {file.name: file.read_bytes() for file in (FOLDER / "static").iterdir()}
"""What the page loads, by name. Nothing else is ever served from the disk."""

_VERSION: Final = hashlib.sha256(b"".join(STATIC[name] for name in sorted(STATIC))).hexdigest()[:12]

MAX_UNBROKEN: Final = 20
"""Characters; what is longer may be broken, so that it fits a narrow screen."""

# A number with what it counts, and a date, are not broken over lines.
_COUNTERS: Final = "ドル|ユーロ|パーセント|ポイント|[かヶカ]月|[円人年月日時分秒台件歳社本倍回位号枚%％]"
_NUMBER: Final = re.compile(
    r"[A-Za-z]{1,12}-\d[0-9A-Za-z.]{0,8}|[A-Za-z]{1,3}\d{1,3}-[a-z]{1,8}"  # GPT-4, o3-mini
    rf"|[$€£¥]?\d[\d,.:]{{0,20}}(?:[兆億万千百]{{1,2}}[\d,]{{0,9}}){{0,4}}(?:{_COUNTERS})?(?:\d{{1,2}}(?:{_COUNTERS})){{0,4}}"
    r"(?:[ \u00a0](?:million|billion|trillion|percent))?"
)


_BREAKS: Final = re.compile(r"[ \n]+")


class Renderer:
    """Renders templates; times are told in the operator's zone."""

    def __init__(self, time_zone: str) -> None:
        self._zone = ZoneInfo(time_zone)
        self._environment = Environment(
            loader=FileSystemLoader(FOLDER / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self._environment.globals |= {"static": static_url, "choices": CHOICES, "zone": time_zone}
        self._environment.filters |= {
            "show": show,
            "line": line,
            "url": web_url,
            "diff": changes_shown,
            "xml": xml_text,
        }

    def page(self, template: str, viewer: Viewer, **context: object) -> str:
        """Return a template as text for a viewer. `t` in it is the phrase book in the viewer's language."""
        return self._environment.get_template(template).render(
            viewer=viewer,
            t=partial(phrase, language=viewer.language),
            clock=partial(self.clock, language=viewer.language),
            day=partial(phrase_date, language=viewer.language),
            **context,
        )

    def clock(self, at: datetime, language: Language) -> str:
        """Return an instant in the operator's zone as the language writes it, to the minute."""
        local = at.astimezone(self._zone)
        return f"{phrase_date(local.date(), language)} {local:%H:%M}"


def static_url(name: str) -> str:
    """Return the address of a file of the page; it changes with the files, so browsers may keep it."""
    return f"/static/{name}?v={_VERSION}"


def show(text: str) -> Markup:
    """Return text from outside as it is shown: no controls, no markup, no broken numbers."""
    return _typeset(printable(text))


def line(text: str) -> Markup:
    """Return text from outside on one line. A wide space, which parts Japanese headlines, stays as it is."""
    return _typeset(_BREAKS.sub(" ", printable(text)).strip())


def _typeset(text: str) -> Markup:
    parts: list[str] = []
    end = 0
    for number in _NUMBER.finditer(text):
        whole = number.group()
        parts.append(escape(text[end : number.start()]))
        is_unit = 1 < len(whole) <= MAX_UNBROKEN
        parts.append(Markup('<span class="whole">{}</span>').format(whole) if is_unit else escape(whole))
        end = number.end()
    return Markup("").join([*parts, escape(text[end:])])


_WORD: Final = re.compile(r"[A-Za-z0-9']+|\s+|.", re.DOTALL)
_MAX_PAIRS_COMPARED: Final = 40_000
"""Words before times words after; of more, all that differs is shown as one change. The time it takes to
compare grows faster than this product."""


def changes_shown(before: str, after: str) -> Markup:
    """Return `after` with what was taken out of `before` and what was put in, each marked as such."""
    old, new = (_WORD.findall(printable(text)) for text in (before, after))
    start = _shared_length(old, new)
    end = _shared_length(old[start:][::-1], new[start:][::-1])
    old_middle, new_middle = old[start : len(old) - end], new[start : len(new) - end]
    changed = _compared(old_middle, new_middle)
    return Markup("").join([escape("".join(new[:start])), changed, escape("".join(new[len(new) - end :]))])


def _shared_length(old: Sequence[str], new: Sequence[str]) -> int:
    """Return with how many equal words two texts begin."""
    differing = (at for at, (word, other) in enumerate(zip(old, new, strict=False)) if word != other)
    return next(differing, min(len(old), len(new)))


def _compared(old: Sequence[str], new: Sequence[str]) -> Markup:
    if len(old) * len(new) > _MAX_PAIRS_COMPARED:
        return _change("".join(old), "".join(new))
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    return Markup("").join(
        escape("".join(new[new_start:new_end]))
        if kind == "equal"
        else _change("".join(old[start:end]), "".join(new[new_start:new_end]))
        for kind, start, end, new_start, new_end in matcher.get_opcodes()
    )


def _change(removed: str, added: str) -> Markup:
    shown = Markup("<del>{}</del>").format(removed) if removed else Markup("")
    return shown + Markup("<ins>{}</ins>").format(added) if added else shown


_NOT_IN_XML: Final = re.compile("[\ufffe\uffff]")


def xml_text(text: str) -> str:
    """Return text as XML may hold it (XML 1.0, production 2), on one line."""
    return " ".join(_NOT_IN_XML.sub("\ufffd", printable(text)).split())
