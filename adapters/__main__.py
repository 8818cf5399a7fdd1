"""The `ai-news` command: which commands there are, and how each kind of failure ends the process."""

import logging
import os
import sys
import tempfile
import traceback
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Final, NoReturn

import typer

from adapters.cli import (
    add,
    delivery,
    doctor,
    load,
    preview,
    read,
    serve,
    slack,
    story,
    story_acts,
    subscription,
)
from bot.display import printable
from bot.errors import BotError, UserError

STDERR: Final = 2

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
app.command()(add.add)
story.app.add_typer(add.app)
story.app.add_typer(story_acts.app)
app.add_typer(story.app, name="story")
app.add_typer(subscription.app, name="subscription")
app.add_typer(delivery.delivery_app, name="delivery")
app.command("import")(load.import_stories)
app.command()(load.export)
app.command()(doctor.doctor)
app.command()(slack.slack_manifest)


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
    _prepare_streams()
    try:
        _run()
    except UserError as error:
        _end(_in_words(error))
    except BotError as error:
        _end(str(error))
    except BrokenPipeError:
        sys.exit(FAILED)  # nobody reads the output any more, which is no news to whoever left
    except OSError as error:
        _end(f"{error.filename or 'standard input or output'}: {error.strerror or error}")
    except Exception:  # noqa: BLE001  the last line of defence; the report has the details
        _end(f"this should not have happened; please report it with {_write_report()}", BUG)


def _prepare_streams() -> None:
    """Put the null device where a standard stream is closed; let none fail on characters it does not have."""
    # A database opened next would get the lowest free number, and what is printed would go into it.
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= STDERR:
        pass
    os.close(descriptor)
    sys.stdin = sys.stdin or os.fdopen(0)
    sys.stdout = sys.stdout or os.fdopen(1, "w")
    sys.stderr = sys.stderr or os.fdopen(STDERR, "w")
    sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr]
    sys.stderr.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]


def _run() -> None:
    """Run the command, and write out what it printed while a failure to do so can still be told."""
    try:
        app()
    finally:
        try:
            sys.stdout.flush()
        except OSError:
            # What could not be written would be tried again when Python ends, with a trace.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise


def _end(lines: str, status: int = FAILED) -> NoReturn:
    for line in lines.splitlines():
        print(f"ai-news: {printable(line)}", file=sys.stderr)
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
