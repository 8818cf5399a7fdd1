"""The `ai-news` command: which commands there are, and how each kind of failure ends the process."""

import logging
import sys
import tempfile
import traceback
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

from adapters.cli import doctor, load, preview, read, serve
from bot.errors import BotError, UserError

FAILED = 1
BUG = 70
"""sysexits.h: EX_SOFTWARE."""

app = typer.Typer(
    name="ai-news",
    help="A self-hosted news-briefing bot. `ai-news run` starts it.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.command()(serve.run)
app.command()(read.ask)
app.command()(preview.digest)
app.command()(preview.segment)
app.command()(load.add)
app.add_typer(read.story_app, name="story")
app.command("import")(load.import_stories)
app.command()(load.export)
app.command()(doctor.doctor)


def _show_version(wanted: bool) -> None:
    if wanted:
        print(f"ai-news {version('ai-news')}")
        raise typer.Exit


@app.callback()
def options(
    show_version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version.")
    ] = False,
    verbose: Annotated[bool, typer.Option("--verbose", help="Log more on standard error.")] = False,
) -> None:
    """Take the options that come before a command."""
    logging.basicConfig(
        stream=_StandardError(),
        level=logging.INFO if verbose else logging.WARNING,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
    )


class _StandardError:
    """Standard error as it is at each write: a prompt puts another in its place while it is open."""

    def write(self, text: str) -> None:
        """Write to it."""
        sys.stderr.write(text)

    def flush(self) -> None:
        """Write through."""
        sys.stderr.flush()


def main() -> None:
    """Run the command line. Every failure is one line on standard error and a status that is not 0."""
    sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr]
    sys.stderr.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    try:
        app()  # ends with status 1 and no word when nobody reads its output any more
    except UserError as error:
        _end(_in_words(error))
    except BotError as error:
        _end(str(error))
    except OSError as error:
        _end(f"{error.filename}: {error.strerror}" if error.filename else str(error))
    except Exception:  # noqa: BLE001  the last line of defence; the report has the details
        _end(f"this should not have happened; please report it with {_write_report()}", BUG)


def _end(lines: str, status: int = FAILED) -> None:
    for line in lines.splitlines():
        print(f"ai-news: {line}", file=sys.stderr)
    sys.exit(status)


def _in_words(error: UserError) -> str:
    from bot.phrases import phrase_error
    from bot.settings import default_language, read_settings

    try:
        return phrase_error(error, read_settings().language)
    except BotError:
        return phrase_error(error, default_language())


def _write_report() -> str:
    """Write down what happened; return the file's name."""
    with tempfile.NamedTemporaryFile("w", prefix="ai-news-", suffix=".log", delete=False) as report:
        traceback.print_exc(file=report)
        return str(Path(report.name))


if __name__ == "__main__":
    main()
