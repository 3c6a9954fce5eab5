"""The demo county 云岭县: invented places and people, seeded through the services that real data would come through.

No such county exists, its area code 539925 belongs to nobody, and numbers beginning with 100 are given out to nobody.
"""

from .county import County
from .seeding import county_of, seed

__all__ = ["County", "county_of", "seed"]
