"""Where a request comes from: the network address that throttles count by.

Behind a proxy that is trusted (REVERIE_HTTPS=1) it is the address that the proxy saw; else the peer's.
"""

from __future__ import annotations

import ipaddress

from allauth.core.internal.httpkit import get_client_ip
from django.http import HttpRequest


def address_of(request: HttpRequest) -> str:
    """The client's address, or "" when it cannot be told."""
    return get_client_ip(request) or ""


def network_of(request: HttpRequest) -> str:
    """What one household or clinic holds: the address, or the /64 of an IPv6 address."""
    address = address_of(request)
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return address
