"""How many networks an engine can still make: it gives each a piece of its address pools. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Network, ip_network

from taskslib.stacks.surroundings import NOWHERE, routes


@dataclass(frozen=True, slots=True)
class Pool:
    """A range of addresses, and the size of the pieces that networks get."""

    base: IPv4Network
    size: int
    """The pieces' prefix length."""


DEFAULT_POOLS = (
    *(Pool(IPv4Network(f"172.{number}.0.0/16"), 16) for number in (17, 18, 19)),
    *(Pool(IPv4Network(f"172.{number}.0.0/14"), 16) for number in (20, 24, 28)),
    Pool(IPv4Network("192.168.0.0/16"), 20),
)
"""What an engine has of which `default-address-pools` says nothing."""


def pool(base: str, size: int) -> Pool | None:
    """Return a pool as the engine names it; None for one of IPv6, or none at all."""
    network = _network(base)
    return None if network is None else Pool(network, size)


def left(pools: Iterable[Pool], subnets: Iterable[str]) -> int:
    """Return for how many more networks there are addresses.

    Args:
        pools: What the engine gives from.
        subnets: The address ranges of the networks that there are, its own bridge's included,
            and what its machine itself uses.
    """
    used = [network for one in subnets if (network := _network(one)) is not None]
    return sum(_left(one, used) for one in pools)


def linked(text: str) -> Iterator[str]:
    """Yield the ranges that a machine reaches on a link of its own, from its table of routes.

    An engine gives no addresses that overlap them: those of a VPN, of another engine's bridge, of
    a bridge that an engine left when it was killed.
    """
    for base, gateway, mask in routes(text):
        if gateway == NOWHERE != mask:  # not the default route
            yield f"{base}/{mask}"


def resolvers(text: str) -> Iterator[str]:
    """Yield the addresses of a resolv.conf's name servers: an engine gives them to nobody else."""
    for line in text.splitlines():
        match line.split():
            case ["nameserver", address, *_]:
                yield address


def _left(one: Pool, used: Iterable[IPv4Network]) -> int:
    taken: set[IPv4Network] = set()
    for network in used:
        if network.supernet_of(one.base):
            return 0
        if one.base.supernet_of(network):
            if network.prefixlen >= one.size:
                taken.add(network.supernet(new_prefix=one.size))
            else:
                taken.update(network.subnets(new_prefix=one.size))
    return int(2 ** (one.size - one.base.prefixlen)) - len(taken)


def _network(text: str) -> IPv4Network | None:
    try:
        found = ip_network(text, strict=False)
    except ValueError:
        return None
    return found if isinstance(found, IPv4Network) else None
