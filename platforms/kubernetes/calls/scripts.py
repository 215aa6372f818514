"""The two programs that call inside of pods: one for every image of Bookinfo, and one for TLS of its own making.

Each writes a line per call: the status of the answer, or `-` where there was none.
"""

from __future__ import annotations

from collections.abc import Sequence

from platforms.istio.secrets import KeyPair

NO_ANSWER = "-"

_ASK = r"""
host=$1 path=$2
for _ in $(seq "$3"); do
  answer=$(
    exec 3<>"/dev/tcp/$host/9080" &&
    printf 'GET %s HTTP/1.1\r\nHost: %s:9080\r\nConnection: close\r\n\r\n' "$path" "$host" >&3 && timeout 15 cat <&3
  ) 2>/dev/null
  read -r _ status _ <<<"$answer"
  echo "${status:--}"
done
"""

_ASK_BY_TLS = """
import os, socket, ssl, sys
host, path, times, pem = sys.argv[1:]
context = ssl.create_default_context()
context.check_hostname = False
context.verify_mode = ssl.CERT_NONE
file = os.memfd_create("pem")
os.write(file, pem.encode())
context.load_cert_chain(f"/proc/self/fd/{file}")
for _ in range(int(times)):
    try:
        with context.wrap_socket(socket.create_connection((host, 9080), 15)) as connection:
            connection.sendall(f"GET {path} HTTP/1.1\\r\\nHost: {host}:9080\\r\\nConnection: close\\r\\n\\r\\n".encode())
            words = connection.recv(65536).decode("latin-1").split()
        print(words[1] if len(words) > 1 else "-")
    except OSError:
        print("-")
"""


def by_plain_http(host: str, path: str, times: int) -> list[str]:
    """Return the command that asks for a path so many times, each on a connection of its own; a sidecar does the rest."""
    return ["bash", "-c", _ASK, "ask", host, path, str(times)]


def by_tls(host: str, path: str, times: int, pair: KeyPair) -> list[str]:
    """Return the command that shows a certificate of its own."""
    return ["python", "-c", _ASK_BY_TLS, host, path, str(times), pair.key + pair.chain]


def statuses(lines: Sequence[str]) -> list[int | None]:
    """Read the answers of either."""
    return [int(line) if line.isdecimal() else None for line in lines]
