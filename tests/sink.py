"""A service on loopback that takes messages, as apprise's `json://` sends them."""

import contextlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SECRET = "s3cr3t-t0ken"


class Sink:
    """`messages` were taken; while `refuses` it answers that it is broken."""

    def __init__(self, port: int) -> None:
        self.url = f"json://127.0.0.1:{port}/{SECRET}"
        self.messages: list[dict[str, Any]] = []
        self.refuses = False
        self.refused = 0


@contextlib.contextmanager
def sink() -> Iterator[Sink]:
    """Listens until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if found.refuses:
                found.refused += 1
            else:
                found.messages.append(json.loads(body))
            self.send_response(503 if found.refuses else 200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found = Sink(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
