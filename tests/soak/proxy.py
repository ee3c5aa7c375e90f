"""TCP proxy between ComfyUI and PostgreSQL, which refuses or cuts connections when it's told to.

It is a process of its own, so that it takes no time of the process that measures:
`python proxy.py PORT SERVER_PORT`. Its commands are lines on the standard input: `refuse` closes
the listening port, and `accept` opens it again. It ends with its standard input.
"""

import asyncio
import subprocess
import sys
from contextlib import suppress

HOST = "127.0.0.1"
CHUNK = 1 << 16  # bytes


class Proxy:
    """Proxy process with the port that the database's address names.

    Args:
        port: free port to listen on.
        server_port: port of PostgreSQL.
    """

    def __init__(self, port: int, server_port: int) -> None:
        self.port = port
        command = [sys.executable, __file__, str(port), str(server_port)]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._await_line()

    def refuse(self) -> None:
        """Refuse new connections; those that are open stay open."""
        self._command("refuse")

    def accept(self) -> None:
        """Accept connections again."""
        self._command("accept")

    def close(self) -> None:
        """End the process and its connections."""
        self._process.kill()
        self._process.wait()

    def _command(self, command: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{command}\n")
        self._process.stdin.flush()
        self._await_line()

    def _await_line(self) -> None:
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == "done\n", "The proxy has ended."


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while chunk := await reader.read(CHUNK):
            writer.write(chunk)
            await writer.drain()
    with suppress(OSError):
        writer.close()


async def _serve(port: int, server_port: int) -> None:
    async def connect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            server_reader, server_writer = await asyncio.open_connection(HOST, server_port)
        except OSError:
            writer.close()
            return
        await asyncio.gather(_pump(reader, server_writer), _pump(server_reader, writer))

    server: asyncio.Server | None = await asyncio.start_server(connect, HOST, port)
    print("done", flush=True)
    while command := (await asyncio.to_thread(sys.stdin.readline)).strip():
        if command == "refuse" and server is not None:
            server.close()  # its open connections go on
            server = None
        elif command == "accept" and server is None:
            server = await asyncio.start_server(connect, HOST, port)
        print("done", flush=True)


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1]), int(sys.argv[2])))
