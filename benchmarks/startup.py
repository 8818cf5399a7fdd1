"""How long it takes from the command to what the user sees, and what the process holds in memory.

Prints one table. Times are the median of RUNS, in seconds, of whole processes on this machine; cold
means an empty data folder, warm the folder that an earlier start left behind. Peers: an interpreter
that does nothing, and one that imports a chat library and nothing else.
"""

import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import Request, urlopen

RUNS = 5
REPOSITORY = Path(__file__).parent.parent
DIGEST = b"AI news \xc2\xb7"
ADDRESS = re.compile(r"http://\S+/")
SETTLED_S = 5.0
"""After this long with nothing to do, a process is at rest."""

AI_NEWS = [sys.executable, "-m", "adapters"]


def environment(data: str) -> dict[str, str]:
    """Return the environment of a user whose data folder is `data`."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": data,
        "PYTHONPATH": str(REPOSITORY),
        "LANG": "C.UTF-8",
        "AI_NEWS_DATA_DIR": data,
        "AI_NEWS_WEB_PORT": "0",
    }


def to_end(*command: str) -> Callable[[str], float]:
    """Return what measures a command from its start to its end, in seconds."""

    def measure(data: str) -> float:
        start = time.perf_counter()
        subprocess.run(command, env=environment(data), cwd=data, stdout=subprocess.DEVNULL, check=True)
        return time.perf_counter() - start

    return measure


@contextmanager
def running(data: str) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """Run the bot; yield its process and the address that it prints."""
    with subprocess.Popen(
        [*AI_NEWS, "run"], env=environment(data), cwd=data, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout
        found = ADDRESS.search(process.stdout.readline().decode())
        assert found
        yield process, found[0]
        process.terminate()


def to_page(data: str) -> float:
    """Return the time from `ai-news run` to its page having come with the digest on it."""
    start = time.perf_counter()
    with running(data) as (_, address), urlopen(address) as page:  # noqa: S310 -- our own address
        assert DIGEST in page.read()
        return time.perf_counter() - start


def median(measure: Callable[[str], float], *, cold: bool) -> float:
    """Return the median of several measurements, each in an empty data folder where `cold`."""
    with tempfile.TemporaryDirectory() as shared:
        if not cold:
            measure(shared)
        times = []
        for _ in range(RUNS):
            with tempfile.TemporaryDirectory() as fresh:
                times.append(measure(fresh if cold else shared))
    return statistics.median(times)


def memory_at_rest(data: str) -> tuple[float, float]:
    """Return the resident and the anonymous memory of `ai-news run` after a page and a lookup, in MB.

    What is resident and not anonymous is mapped from files, the Japanese dictionary above all, and
    is the system's to take back when memory runs short.
    """
    with running(data) as (process, address):
        channel = urlopen(address).url  # noqa: S310 -- our own address
        fields = urlencode({"command": "/ai-news DeepSeekの開発費は？", "id": "benchmark"}).encode()
        origin = {"Origin": address.rstrip("/")}
        with urlopen(Request(f"{channel}/command", data=fields, headers=origin)) as reply:  # noqa: S310
            assert reply.status == 200
        time.sleep(SETTLED_S)
        rollup = Path(f"/proc/{process.pid}/smaps_rollup").read_text(encoding="ascii")
    kilobytes = {line.split(":")[0]: int(line.split()[1]) for line in rollup.splitlines()[1:]}
    return kilobytes["Rss"] / 1024, kilobytes["Anonymous"] / 1024


def main() -> None:
    """Measure, and print the table."""
    ask = to_end(*AI_NEWS, "ask", "deepseek", "--json")
    rows = [
        ("run to the page with digest, warm", median(to_page, cold=False), "3.0 s"),
        ("run to the page with digest, cold", median(to_page, cold=True), ""),
        ("ask, warm data folder", median(ask, cold=False), "1.5 s"),
        ("ask, empty data folder", median(ask, cold=True), ""),
        ("--help", median(to_end(*AI_NEWS, "--help"), cold=False), ""),
        ("peer: python -c pass", median(to_end(sys.executable, "-c", "pass"), cold=False), ""),
        ("peer: import discord", median(to_end(sys.executable, "-c", "import discord"), cold=False), ""),
        (
            "peer: import slack_bolt",
            median(to_end(sys.executable, "-c", "import slack_bolt"), cold=False),
            "",
        ),
    ]
    print(f"{'what':36}{'measured':>12}{'at most':>12}")
    for name, seconds, limit in rows:
        print(f"{name:36}{seconds:>10.2f} s{limit:>12}")
    with tempfile.TemporaryDirectory() as data:
        for start in ("first start", "later start"):
            resident, anonymous = memory_at_rest(data)
            print(f"{f'resident at rest, {start}':36}{resident:>9.0f} MB{'200 MB':>12}")
            print(f"{'  of which anonymous':36}{anonymous:>9.0f} MB")


if __name__ == "__main__":
    main()
