"""`kill -9` while claims are made, remittances posted, files exchanged: what is done again ends in the same books.

A few points each time; `make soak` tries a hundred of each job on each database.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.office.conftest import ON_POSTGRESQL

ROOT = Path(__file__).parents[3]
POINTS = int(os.environ.get("REHABILL_SOAK_POINTS", "5"))


@pytest.mark.parametrize(("job", "seed"), [("bill", 1), ("post", 2), ("sync", 3)])
def test_work_that_was_killed_and_done_again_ends_in_the_same_books(job: str, seed: int, tmp_path: Path) -> None:
    environment = {**os.environ, "REHABILL_HOME": str(tmp_path)}
    environment.pop("REHABILL_DATABASE_URL", None)
    if ON_POSTGRESQL:
        address = os.environ["REHABILL_DATABASE_URL"]
        environment["REHABILL_DATABASE_URL"] = address.replace("/postgres?", f"/rehabill_{job}?")
    command = [sys.executable, "-m", "tests.office.soak.stage", job, str(POINTS), str(seed)]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    told = json.loads(done.stdout.splitlines()[-1])
    print(done.stdout.splitlines()[-1])
    assert (told["killed"], told["same_after"]) == (POINTS, POINTS)
