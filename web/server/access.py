"""The checks of who sends a request and from which page, before a route reads anything of it.

Nobody signs in at ComfyUI, so these checks keep other websites and other machines out:

- The Host of every request is an address, `localhost`, or a name that the user allowed. A website
  whose name suddenly leads to this machine (DNS rebinding) can't read anything.
- A request that changes something has an Origin of this ComfyUI, or none, as programs send none.
  A body is JSON and says so, which no form of another website can.
- What destroys something is accepted from this machine alone, or with the user's token.
"""

import hmac
import ipaddress
import re
from pathlib import Path

from aiohttp import web

from ...models.settings import ALLOWED_HOSTS, TOKEN
from .refusals import Refusal

TOKEN_HEADER = "X-Anime-Token"
TOKEN_COMMAND = "python quickstart.py token"
READING = ("GET", "HEAD", "OPTIONS")
JSON = "application/json"
LOCALHOST = "localhost"
MOST_QUOTED = 100  # characters of a received header that a refusal quotes
DEFAULT_PORTS = {"http": 80, "https": 443}
# A proxy adds one of these headers, or one that begins with `FORWARDED`. A request that has one
# comes from another machine, although its connection comes from this one.
FORWARDED = "x-forwarded"
FORWARDING = {
    *("forwarded", "via", "x-real-ip", "x-client-ip", "x-cluster-client-ip", "x-original-host"),
    *("x-original-forwarded-for", "x-proxyuser-ip", "x-remote-ip", "x-remote-addr"),
    *("client-ip", "true-client-ip", "cf-connecting-ip", "cf-ray", "fastly-client-ip"),
    *("fly-client-ip", "x-envoy-external-address", "x-appengine-user-ip", "cdn-loop"),
}
AUTHORITY = r"(?P<host>\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9._-]{1,253})(?::(?P<port>[0-9]{1,5}))?"
HOST = re.compile(AUTHORITY)
ORIGIN = re.compile(rf"(?P<scheme>https?)://{AUTHORITY}")


def refuse_stranger(request: web.Request, is_destructive: bool, private: Path) -> None:
    """Raise `Refusal` if the sender of a request may not use the route.

    Args:
        request: the request; its body isn't read.
        is_destructive: True if the route deletes, installs or changes what can't be undone.
        private: the pack's private folder, with the settings of allowed names and of the token.

    Raises:
        Refusal: the Host, the Origin, the content type or the sender isn't allowed.
    """
    host, port = _host_of(request)
    if not (host == LOCALHOST or _address(host) or host in ALLOWED_HOSTS.read(private)):
        raise Refusal("host_not_allowed", host=host, variable=ALLOWED_HOSTS.variable)
    if request.method in READING:
        return
    _refuse_other_origin(request, host, port)
    if request.method != "DELETE" and request.content_type != JSON:
        received = request.headers.get("Content-Type", "none")[:MOST_QUOTED]
        raise Refusal("not_json", type=JSON, got=received)
    if is_destructive and not _comes_from_this_machine(request, host):
        _refuse_without_token(request, private)


def _host_of(request: web.Request) -> tuple[str, int | None]:
    """Return the name and the port of a request's Host."""
    hosts = request.headers.getall("Host", [])
    match = HOST.fullmatch(hosts[0]) if len(hosts) == 1 else None
    if match is None:
        received = ", ".join(hosts)[:MOST_QUOTED] or "none"
        raise Refusal("host_not_allowed", host=received, variable=ALLOWED_HOSTS.variable)
    return match["host"].lower(), None if match["port"] is None else int(match["port"])


def _refuse_other_origin(request: web.Request, host: str, port: int | None) -> None:
    """Refuse a change that a page of another website asks for."""
    for origin in request.headers.getall("Origin", []):
        match = ORIGIN.fullmatch(origin)
        if match is not None:
            default_port = DEFAULT_PORTS[match["scheme"]]
            origin_port = int(match["port"] or default_port)
            if (match["host"].lower(), origin_port) == (host, port or default_port):
                continue
        raise Refusal(
            "origin_not_allowed", origin=origin[:MOST_QUOTED], host=request.headers["Host"]
        )


def _comes_from_this_machine(request: web.Request, host: str) -> bool:
    """Return True if a request was sent by a program or page on this machine, past any proxy."""
    peer = request.transport and request.transport.get_extra_info("peername")
    if not isinstance(peer, tuple) or not _is_loopback(str(peer[0])):
        return False
    if host != LOCALHOST and not _is_loopback(host):
        return False
    names = [name.lower() for name in request.headers]
    return not any(each in FORWARDING or each.startswith(FORWARDED) for each in names)


def _refuse_without_token(request: web.Request, private: Path) -> None:
    sent = request.headers.get(TOKEN_HEADER, "")
    if not sent:
        raise Refusal("token_needed", header=TOKEN_HEADER, command=TOKEN_COMMAND)
    token = TOKEN.read(private)
    if not token or not hmac.compare_digest(sent.encode("utf-8", "replace"), token.encode()):
        raise Refusal("token_wrong", header=TOKEN_HEADER, command=TOKEN_COMMAND)


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """Return the IP address that a host stands for; None for a name."""
    try:
        address = ipaddress.ip_address(host.strip("[]").partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


def _is_loopback(host: str) -> bool:
    address = _address(host)
    return address is not None and address.is_loopback
