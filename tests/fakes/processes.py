"""Which process is at the other end of a connection on this machine, so that it can be killed."""

import asyncio
from pathlib import Path


def process_behind(transport: asyncio.BaseTransport | None) -> int:
    """Return the id of the process at the other end of a connection (proc(5)).

    Raises `ProcessLookupError` where it has ended.
    """
    peer = transport.get_extra_info("peername") if transport else None
    if peer is None:
        raise ProcessLookupError("the connection is closed")
    here = transport.get_extra_info("sockname")[1]
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        local, remote, inode = (line.split()[number] for number in (1, 2, 9))
        if (int(local.partition(":")[2], 16), int(remote.partition(":")[2], 16)) == (peer[1], here):
            return _holder(f"socket:[{inode}]")
    raise ProcessLookupError(f"nothing holds port {peer[1]}")


def _holder(socket: str) -> int:
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if any(str(file.readlink()) == socket for file in (folder / "fd").iterdir()):
                return int(folder.name)
        except OSError:  # another's, or gone meanwhile
            continue
    raise ProcessLookupError(f"no process holds {socket}")
