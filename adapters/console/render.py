"""A message in a terminal: Rich renderables, with lines broken as Japanese and English break them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, assert_never

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.constrain import Constrain
from rich.rule import Rule
from rich.style import Style
from rich.text import Text

from bot.display import printable, web_url
from bot.message import Block, Buttons, Divider, Heading, Message, Note, Paragraph, Quote, Run, stands_close

MAX_WIDTH: Final = 96
"""Cells; longer lines are hard to read."""

_NUMBER: Final = re.compile(r"[0-9]{1,4}\. ")
"""What opens a story's title. All that stands under it is indented by as much, so that it stands out."""

RUN_STYLES: Final = {"plain": "", "strong": "bold", "mark": "bold yellow"}


def print_rich(message: Message) -> None:
    """Print a message on the terminal, and a blank line."""
    Console(highlight=False).print(render(message), Text())


def render(message: Message) -> Group:
    """Return what Rich prints for a message; nothing of article text reaches the terminal as a control."""
    shown: list[RenderableType] = []
    indent = ""
    previous: Block | None = None
    for block in message.blocks:
        if previous is not None and not stands_close(previous, block):
            shown.append(Text())
        if isinstance(block, Heading | Divider):
            number = _NUMBER.match(block.text) if isinstance(block, Heading) else None
            indent = " " * number.end() if number else ""
        shown.append(_renderable(block, indent))
        previous = block
    return Group(*shown)


def _renderable(block: Block, indent: str) -> RenderableType:
    match block:
        case Heading(level=1):
            return Lines(_text([Run(block.text, url=block.url)], "bold reverse"))
        case Heading():
            return Lines(_text([Run(block.text, url=block.url)], "bold"), indent, first="")
        case Paragraph():
            return Lines(_text(block.runs), indent)
        case Quote():
            return Lines(_text(block.runs, "italic"), f"{indent}┃ ")
        case Note():
            return Lines(_text(block.runs, "dim"), indent)
        case Divider():
            return Constrain(Rule(style="dim"), MAX_WIDTH)
        case Buttons():
            return Lines(_text([Run(" · ".join(button.label for button in block.buttons))], "dim cyan"))
        case _:
            assert_never(block)


def _text(runs: Iterable[Run], style: str = "") -> Text:
    text = Text(style=style)
    for run in runs:
        text.append(printable(run.text), Style.parse(RUN_STYLES[run.style]) + Style(link=web_url(run.url)))
    return text


@dataclass(frozen=True, slots=True)
class Lines:
    """Text that fills the width of the terminal; lines stand after a prefix, the first may have its own."""

    text: Text
    prefix: str = ""
    first: str | None = None

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield the lines; Japanese breaks between characters, not at spaces alone as Rich has it."""
        width = max(min(options.max_width, MAX_WIDTH) - cell_len(self.prefix), 2)
        prefix = self.prefix if self.first is None else self.first
        for paragraph in self.text.split("\n", allow_blank=True):
            for line in paragraph.divide(line_ends(paragraph.plain, width)):
                line.rstrip()
                yield Text.assemble((prefix, "dim"), line)
                prefix = self.prefix


# Characters between which a line may end, save before closing and after opening ones (kinsoku),
# within a katakana word, and between a number and what it counts.
_WIDE = (
    "\u2e80-\u9fff\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uffef"  # East Asian scripts
    "\U0001f300-\U0001faff\U00020000-\U0003ffff"  # emoji, rare ideographs
)
_OPENING = "「『（【〈《〔［｛“‘"
_CLOSING = "」』）】〉》〕］｝”’、。，．・：；！？!?ー…‥々ゝゞぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ%％"
_COUNTERS = "兆億万千百年月日時分秒円人台件歳"
_UNIT = re.compile(  # a word with its number's counters, or a katakana word, or any one character
    rf"[{_OPENING}]*(?:[^\s{_WIDE}]+(?:(?<=\d)[{_COUNTERS}]+)?|[ァ-ヴー]+|\S)?[{_CLOSING}]*\s*"
)


def line_ends(text: str, width: int) -> list[int]:
    """Return where to break one line of text so that no piece is wider than `width` cells (at least 2)."""
    ends: list[int] = []
    used = 0
    for unit in _UNIT.finditer(text):
        if used and used + cell_len(unit.group().rstrip()) > width:
            ends.append(unit.start())
            used = 0
        for offset, character in enumerate(unit.group(), start=unit.start()):
            cells = cell_len(character)
            if used + cells > width and not character.isspace():
                ends.append(offset)
                used = 0
            used += cells
    return ends
