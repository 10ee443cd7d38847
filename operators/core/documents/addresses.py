"""Which addresses a document may be fetched from: those of the public internet, and no other."""

import socket
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, ip_address

from ..errors import RowError

Address = IPv4Address | IPv6Address
Policy = Callable[[Address, int], bool]
"""Says whether an address may be connected to at a port."""
Resolver = Callable[[str, int], list[str]]
"""Finds the addresses of a host, for a port."""


def is_public(address: Address, _port: int) -> bool:
    """Whether an address belongs to the public internet; one that carries another inside is not trusted.

    >>> is_public(ip_address("1.1.1.1"), 443), is_public(ip_address("10.0.0.1"), 443)
    (True, False)
    >>> is_public(ip_address("::ffff:10.0.0.1"), 443)
    False
    """
    if not address.is_global or address.is_multicast or address.is_reserved or address.is_link_local:
        return False
    if isinstance(address, IPv4Address):
        return True
    carried = (address.ipv4_mapped, address.sixtofour, address.teredo)
    return not address.is_site_local and all(inside is None for inside in carried)


def resolved(host: str, port: int) -> list[str]:
    """The addresses that the system finds for a host.

    Raises:
        RowError: there is none.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise RowError("fetch_failed", f"the host {host[:200]!r} is not found") from None
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def allowed_addresses(host: str, port: int, policy: Policy, resolve: Resolver = resolved) -> list[Address]:
    """The addresses of a host, all of which may be connected to.

    Raises:
        RowError: the host is not found (`fetch_failed`), or one of its addresses is refused (`address_refused`): a name
            that leads to several, of which only some are allowed, means no good.
    """
    found = resolve(host, port)
    addresses = [ip_address(text.partition("%")[0]) for text in found]
    if not addresses or not all(policy(one, port) for one in addresses):
        raise RowError("address_refused", f"{host[:200]!r} leads to an address that is not of the public internet")
    return addresses
