"""`make bench`: the product's speed in ratios to what bounds it and to a peer, all measured in one run.

Sets the stage as the tests do (conftest.py), on PostgreSQL: nothing of the developer's own installation is touched.
"""

import os
import sys

import django

from tests.bench.world_folder import copied_cabinets
from tests.support import environment

os.environ["OPENLK_TEST_DATABASE"] = "postgres"
# A server of our own: another's processes could not be counted.
os.environ.pop("OPENLK_TEST_DATABASE_URL", None)
environment.prepare()
os.environ["OPENLK_CABINETS"] = str(copied_cabinets(environment.folder()))
# Every browser names a network address of its own, as behind a proxy: one address has 60 tries.
os.environ["OPENLK_PROXIES"] = "1"
django.setup()

from tests.bench.course import main  # noqa: E402 -- models need Django set up

sys.exit(main())
