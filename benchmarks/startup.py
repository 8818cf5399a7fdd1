"""How long it takes from the command to what the user sees, and what the process holds in memory.

Prints one table. Times are the median of RUNS, in seconds, of whole processes on this machine; cold
means an empty data folder, warm the folder that an earlier start left behind. Peers: an interpreter
that does nothing, and one that imports a chat library and nothing else.
"""

import os
import select
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

RUNS = 5
REPOSITORY = Path(__file__).parent.parent
DIGEST = b"AI news \xc2\xb7"
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
    }


def to_end(*command: str) -> Callable[[str], float]:
    """Return what measures a command from its start to its end, in seconds."""

    def measure(data: str) -> float:
        start = time.perf_counter()
        subprocess.run(command, env=environment(data), cwd=data, stdout=subprocess.DEVNULL, check=True)
        return time.perf_counter() - start

    return measure


def to_digest(data: str) -> float:
    """Return the time from `ai-news run` to the digest; the console shows one posted before as well."""
    start = time.perf_counter()
    with subprocess.Popen(
        [*AI_NEWS, "run", "--console"],
        env=environment(data),
        cwd=data,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdout
        while DIGEST not in process.stdout.readline():
            assert process.poll() is None
        elapsed = time.perf_counter() - start
        process.terminate()
    return elapsed


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
    """Return the resident and the anonymous memory of `ai-news run` after a lookup, in MB.

    What is resident and not anonymous is mapped from files, the Japanese dictionary above all, and
    is the system's to take back when memory runs short.
    """
    with subprocess.Popen(
        [*AI_NEWS, "run", "--console"],
        env=environment(data),
        cwd=data,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdin
        assert process.stdout
        process.stdin.write("/ai-news DeepSeekの開発費は？\n".encode())
        process.stdin.flush()
        end = time.monotonic() + SETTLED_S
        while (left := end - time.monotonic()) > 0:
            if select.select([process.stdout], [], [], left)[0]:
                os.read(process.stdout.fileno(), 65536)
        rollup = Path(f"/proc/{process.pid}/smaps_rollup").read_text(encoding="ascii")
        process.terminate()
    kilobytes = {line.split(":")[0]: int(line.split()[1]) for line in rollup.splitlines()[1:]}
    return kilobytes["Rss"] / 1024, kilobytes["Anonymous"] / 1024


def main() -> None:
    """Measure, and print the table."""
    ask = to_end(*AI_NEWS, "ask", "deepseek", "--json")
    rows = [
        ("run to digest, warm", median(to_digest, cold=False), "3.0 s"),
        ("run to digest, cold", median(to_digest, cold=True), ""),
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
    print(f"{'what':28}{'measured':>12}{'at most':>12}")
    for name, seconds, limit in rows:
        print(f"{name:28}{seconds:>10.2f} s{limit:>12}")
    with tempfile.TemporaryDirectory() as data:
        for start in ("first start", "later start"):
            resident, anonymous = memory_at_rest(data)
            print(f"{f'resident at rest, {start}':28}{resident:>9.0f} MB{'200 MB':>12}")
            print(f"{'  of which anonymous':28}{anonymous:>9.0f} MB")


if __name__ == "__main__":
    main()
