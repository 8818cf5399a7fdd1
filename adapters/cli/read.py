"""The command that looks things up: ask."""

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from adapters.cli.session import AsJson, InLanguage, operator, print_json, print_message, with_engine
from bot.commands import MAX_QUERY_CHARACTERS, Ask
from bot.errors import InvalidInput
from bot.lookup import Answer, Depth
from bot.model import Actor

if TYPE_CHECKING:
    from bot.engine import Engine
    from bot.settings import Settings


def ask(
    query: Annotated[
        str,
        typer.Argument(help="A word, a name or a question; - answers each line of standard input in JSON."),
    ],
    as_json: AsJson = False,
    depth: Annotated[
        Depth, typer.Option(help="Titles, summaries, or passages with their claims. JSON has it all.")
    ] = "medium",
    language: InLanguage = None,
    limit: Annotated[int, typer.Option(min=1, max=50, help="How many stories at most.")] = 5,
) -> None:
    """Look something up."""

    async def use(engine: "Engine", settings: "Settings") -> bool:
        asking = _Asking(engine, operator(language or settings.language), limit)
        if query == "-":
            return await asking.answer_lines()
        answer = await asking.answer(query)
        if as_json:
            print_json(asking.document(answer))
        else:
            from bot.replies import answer_message

            asked = Ask(query=answer.query.text, depth=depth)
            print_message(answer_message(answer, asked, False, asking.actor.language))
        return True

    if not with_engine(use):
        raise typer.Exit(1)


@dataclass(frozen=True, slots=True)
class _Asking:
    """Who asks whom, and for how many stories."""

    engine: "Engine"
    actor: Actor
    limit: int

    async def answer(self, typed: str) -> Answer:
        """Answer a query. Raises `InvalidInput` where it is empty or too long."""
        # Bytes that are no text in the shell's encoding come as lone surrogates.
        text = typed.encode("utf-8", "replace").decode().strip()
        if not text:
            raise InvalidInput("query_empty")
        if len(text) > MAX_QUERY_CHARACTERS:
            raise InvalidInput("query_too_long", limit=MAX_QUERY_CHARACTERS, length=len(text))
        return await self.engine.answer(text, self.actor, self.limit)

    async def answer_lines(self) -> bool:
        """Answer each line of standard input with one of JSON; return whether none had to be refused."""
        from adapters.lines import STDIN, read_lines
        from bot.phrases import phrase_error

        none_refused = True
        async for line in read_lines(STDIN, limit=MAX_QUERY_CHARACTERS * 8):
            text = line.decode("utf-8", "replace").strip()
            start = time.perf_counter()
            try:
                document = self.document(await self.answer(text))
            except InvalidInput as error:
                none_refused = False
                document = {"query": text, "error": phrase_error(error, self.actor.language)}
            elapsed_ms = (time.perf_counter() - start) * 1000
            print_json({**document, "elapsed_ms": round(elapsed_ms, 3)})
        return none_refused

    def document(self, answer: Answer) -> dict[str, object]:
        """Return an answer as JSON has it."""
        from adapters.cli.documents import answer_document
        from bot.replies import nothing_found

        return answer_document(answer, None if answer.found else nothing_found(answer, self.actor.language))
