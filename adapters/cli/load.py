"""Commands that bring many stories in and out: import, export."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Protocol

import typer

from adapters.cli.session import AsJson, print_json, with_engine
from adapters.lines import STDIN, read_lines
from bot.display import printable
from bot.errors import InvalidInput
from bot.model import PUBLIC, Language, Source, Story, StoryId
from bot.phrases import phrase_error

if TYPE_CHECKING:
    from bot.engine import Engine
    from bot.settings import Settings

BATCH = 500
"""Lines that are saved, or stories that are written, at a time."""

BATCH_BYTES = 8_000_000
"""Lines that are saved at a time, where they are long."""

MAX_REFUSED_NAMED = 1_000
"""Refused lines that a report names; all are counted."""


def import_stories(
    file: Annotated[str, typer.Argument(metavar="FILE", help="JSON lines, a story each; - reads stdin.")],
    as_json: AsJson = False,
) -> None:
    """Take in stories from JSON lines. What was taken before stays as it is, so a run can be repeated."""
    from bot.reading.imports import MAX_LINE_BYTES, read_source

    source = read_source("import" if file == "-" else Path(file).stem, url=None)

    async def use(engine: "Engine", settings: "Settings") -> Report:
        importing = _Import(engine, settings.language, source)
        with _progress(file) as seen:
            async for line in read_lines(STDIN if file == "-" else Path(file), MAX_LINE_BYTES):
                await importing.take(line)
                seen(len(line))
            await importing.flush()
        return importing.report

    report = with_engine(use, bulk=True)
    if as_json:
        print_json(report.document())
    else:
        for refused in report.refused:
            print(f"line {refused.line}: {printable(refused.reason)}", file=sys.stderr)
        print(
            f"{report.added} added, {report.changed} changed, {report.unchanged} unchanged, "
            f"{report.refused_count} refused"
        )
    if report.refused_count:
        raise typer.Exit(1)


@dataclass(frozen=True, slots=True)
class Refused:
    """A line that was not taken, counted from 1, and why."""

    line: int
    reason: str


@dataclass(slots=True)
class Report:
    """What an import did."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    refused_count: int = 0
    refused: list[Refused] = field(default_factory=list)

    def refuse(self, line: int, reason: str) -> None:
        """Count a line that was not taken."""
        self.refused_count += 1
        if len(self.refused) < MAX_REFUSED_NAMED:
            self.refused.append(Refused(line, reason))

    def document(self) -> dict[str, object]:
        """Return the report as JSON has it."""
        refused = [{"line": each.line, "reason": each.reason} for each in self.refused]
        return {
            "added": self.added,
            "changed": self.changed,
            "unchanged": self.unchanged,
            "refused_count": self.refused_count,
            "refused": refused,
        }


class _Import:
    """Lines on their way into the store, saved a batch at a time."""

    def __init__(self, engine: "Engine", language: Language, source: Source) -> None:
        self.report = Report()
        self._engine = engine
        self._language = language
        self._source = source
        self._line = 0
        self._batch: dict[StoryId, tuple[int, Story]] = {}
        self._batch_bytes = 0

    async def take(self, line: bytes) -> None:
        """Read a line, and save the batch where that fills it. Blank lines are passed over."""
        from bot.reading.imports import read_line

        self._line += 1
        if not line.strip():
            return
        try:
            story = read_line(line, self._engine.names, self._source, self._engine.clock())
        except InvalidInput as error:
            self.report.refuse(self._line, phrase_error(error, self._language))
            return
        if story.id in self._batch:
            await self.flush()
        self._batch[story.id] = (self._line, story)
        self._batch_bytes += len(line)
        if len(self._batch) == BATCH or self._batch_bytes >= BATCH_BYTES:
            await self.flush()

    async def flush(self) -> None:
        """Save what was read so far: together, or line by line where one of them is refused."""
        batch = list(self._batch.values())
        self._batch.clear()
        self._batch_bytes = 0
        try:
            await self._save([story for _, story in batch])
        except InvalidInput:
            for line, story in batch:
                try:
                    await self._save([story])
                except InvalidInput as error:
                    self.report.refuse(line, phrase_error(error, self._language))

    async def _save(self, stories: list[Story]) -> None:
        # A story without a date of its own keeps the one it got when it first came.
        undated = [story.id for story in stories if story.published_at == story.added_at]
        known = await self._engine.store.stored_stories(undated)
        dated = [
            replace(story, published_at=known[story.id].published_at) if story.id in known else story
            for story in stories
        ]
        saved = await self._engine.save(dated, actor="import", reason=self._source.name)
        self.report.added += saved.added
        self.report.changed += saved.changed
        self.report.unchanged += saved.unchanged


class _Seen(Protocol):
    def __call__(self, size: int, /) -> None: ...


@contextmanager
def _progress(file: str) -> Iterator[_Seen]:
    """Show on a terminal how many bytes of a file went by; yield what is to be told of each line."""
    if not sys.stderr.isatty():
        yield lambda size: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    total = None if file == "-" else Path(file).stat().st_size
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("import", total=total)
        yield lambda size: progress.advance(task, size)


def export(
    file: Annotated[str, typer.Argument(metavar="FILE", help="Where to; - writes to stdout.")] = "-",
) -> None:
    """Write every public story as JSON lines that `import` takes, oldest change first."""
    from bot.reading.imports import line_of

    async def use(engine: "Engine", _: "Settings") -> int:
        written = 0
        position = 0
        while entries := await engine.store.index_entries(position, BATCH):
            position = entries[-1].number
            stories = await engine.store.stories([entry.story_id for entry in entries], PUBLIC)
            out.writelines(line_of(story) for story in stories.values())
            written += len(stories)
        return written

    with open(1 if file == "-" else file, "wb", closefd=file != "-") as out:
        written = with_engine(use)
    if file != "-":
        print(f"{written} stories written to {file}")
