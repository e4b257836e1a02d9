"""The other end of the socket benchmark: plays recorded frames at a steady pace.

`python -m cockpit.bench.server STEPS` records so many steps; a connection's path is `/VENUE/RATE`,
messages a second from the first on. Its first line says where it listens and how many frames of
each venue it has. Ends when its stdin closes.
"""

import asyncio
import json
import sys
import time
from contextlib import suppress

from cockpit.bench.traffic import record
from cockpit.venues.contract import Frame

BURST_S = 0.005


async def serve(steps: int) -> None:
    from websockets.asyncio.server import ServerConnection
    from websockets.asyncio.server import serve as listen
    from websockets.exceptions import ConnectionClosed
    from websockets.protocol import State

    frames = {
        name: [i.data for i in inputs if isinstance(i, Frame) and i.link == "main"]
        for name, inputs in record(steps).items()
    }

    async def play(connection: ServerConnection) -> None:
        path = connection.request.path if connection.request else ""
        venue, rate = path.strip("/").split("/")
        messages = frames[venue]
        began, sent = time.monotonic(), 0
        while connection.state is State.OPEN:
            due = min(int((time.monotonic() - began) * float(rate)), len(messages))
            with suppress(ConnectionClosed):
                for message in messages[sent:due]:
                    await connection.send(message)
            sent = due
            await asyncio.sleep(BURST_S)

    async with listen(play, "127.0.0.1", 0, compression=None, max_queue=None) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        counts = {name: len(messages) for name, messages in frames.items()}
        sys.stdout.write(json.dumps({"port": port, "frames": counts}) + "\n")
        sys.stdout.flush()
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
