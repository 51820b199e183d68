"""Which network addresses belong to the public internet. Knows no name and no connection."""

from __future__ import annotations

import ipaddress

# Forms of IPv6 that carry an IPv4 address: a tunnel may deliver them anywhere, so they count as private.
_CARRIERS = tuple(
    map(
        ipaddress.IPv6Network, ("::/96", "::ffff:0:0/96", "::ffff:0:0:0/96", "64:ff9b:1::/48", "2001::/32", "2002::/16")
    )
)
# Save this one, by which networks without IPv4 reach the public part of it: there the carried address decides.
_TRANSLATED = ipaddress.IPv6Network("64:ff9b::/96")

# Set aside for relays, protocols, examples and segment routing. Which of them Python knows depends on its version.
_SET_ASIDE = tuple(map(ipaddress.ip_network, ("192.0.0.0/24", "192.88.99.0/24", "2001::/23", "3fff::/20", "5f00::/16")))


def is_public(address: str) -> bool:
    """Whether an address as a resolver returns it is one that anybody on the internet can reach; False for nonsense."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        if found in _TRANSLATED:
            return is_public(str(ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)))
        if found.is_site_local or any(found in network for network in _CARRIERS):
            return False
    if any(found in network for network in _SET_ASIDE):
        return False
    return found.is_global and not (found.is_multicast or found.is_reserved or found.is_link_local)
