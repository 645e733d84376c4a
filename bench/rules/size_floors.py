"""The floors of the size classes (heads, revenue, assets; None: does not count), written down once for the peers."""

from __future__ import annotations

Floors = tuple[int | None, int | None, int | None]

LARGE, MEDIUM, SMALL, MICRO = 3, 2, 1, 0
"""The classes as codes; a firm is of the highest class all of whose floors it reaches, otherwise micro."""

FLOORS: dict[str, tuple[Floors, Floors, Floors]] = {
    # industry: large, medium, small
    "agriculture": ((None, 20000, None), (None, 500, None), (None, 50, None)),
    "industry": ((1000, 40000, None), (300, 2000, None), (20, 300, None)),
    "construction": ((None, 80000, 80000), (None, 6000, 5000), (None, 300, 300)),
    "wholesale": ((200, 40000, None), (20, 5000, None), (5, 1000, None)),
    "retail": ((300, 20000, None), (50, 500, None), (10, 100, None)),
    "transport": ((1000, 30000, None), (300, 3000, None), (20, 200, None)),
    "warehousing": ((200, 30000, None), (100, 1000, None), (20, 100, None)),
    "post": ((1000, 30000, None), (300, 2000, None), (20, 100, None)),
    "accommodation": ((300, 10000, None), (100, 2000, None), (10, 100, None)),
    "catering": ((300, 10000, None), (100, 2000, None), (10, 100, None)),
    "info_transmission": ((2000, 100000, None), (100, 1000, None), (10, 100, None)),
    "software_it": ((300, 10000, None), (100, 1000, None), (10, 50, None)),
    "real_estate": ((None, 200000, 10000), (None, 1000, 5000), (None, 100, 2000)),
    "property_mgmt": ((1000, 5000, None), (300, 1000, None), (100, 500, None)),
    "leasing_business": ((300, None, 120000), (100, None, 8000), (10, None, 100)),
    "other": ((300, None, None), (100, None, None), (10, None, None)),
}

CLASSES = (LARGE, MEDIUM, SMALL)
"""In the order of each industry's floors."""
