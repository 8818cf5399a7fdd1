"""Lines of a file or of standard input, as they come, without ever blocking the event loop."""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Final

STDIN: Final = 0


async def read_lines(file: int | Path, limit: int) -> AsyncIterator[bytes]:
    """Yield each line with its end; of one longer than `limit` bytes only the first `limit + 1`.

    `file` is a path or a file descriptor, which stays open. Raises OSError when it cannot be read.
    """
    # A thread of its own reads, and dies with the process: a read that blocks can be neither
    # cancelled nor waited for when the process is asked to stop.
    loop = asyncio.get_running_loop()
    lines: asyncio.Queue[bytes | OSError] = asyncio.Queue()
    wanted = threading.Semaphore(1)

    def read() -> None:
        with suppress(RuntimeError):  # the loop has closed, nobody waits for lines
            try:
                with open(file, "rb", closefd=isinstance(file, Path)) as stream:
                    line = b"first"
                    while line:
                        wanted.acquire()
                        line = _next_line(stream, limit)
                        loop.call_soon_threadsafe(lines.put_nowait, line)
            except OSError as error:
                loop.call_soon_threadsafe(lines.put_nowait, error)

    threading.Thread(target=read, daemon=True, name=f"lines of {file}").start()
    while line := await lines.get():
        if isinstance(line, OSError):
            raise line
        yield line
        wanted.release()


def _next_line(stream: BinaryIO, limit: int) -> bytes:
    """Return the next line, cut where it is too long, or nothing at the end."""
    line = stream.readline(limit + 1)
    rest = line
    while rest and not rest.endswith(b"\n"):
        rest = stream.readline(limit + 1)
    return line
