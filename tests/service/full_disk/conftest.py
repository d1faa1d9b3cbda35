"""One council whose whole installation lies on a small disk."""

from __future__ import annotations

import shutil
from collections import namedtuple
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.service.council import standing_council
from tests.service.full_disk.place import Place
from tests.service.full_disk.small_disk import WHERE_NOT, NoMountError, SmallDisk, small_disk

_Usage = namedtuple("_Usage", "total used free")


@pytest.fixture(scope="package")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmallDisk]:
    try:
        with small_disk(tmp_path_factory.mktemp("disk")) as made:
            yield made
    except NoMountError:
        pytest.skip(WHERE_NOT)


@pytest.fixture(scope="package")
def standing(disk: SmallDisk) -> Iterator[Place]:
    """It takes uploads as if there were room, as when something else takes the last of it afterwards."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shutil, "disk_usage", lambda path: _Usage(1 << 40, 0, 1 << 40))
        with standing_council(disk.folder, PRACTICE_OPEN_UPLOADS="100") as council:
            yield Place(disk, council)


@pytest.fixture
def place(standing: Place) -> Iterator[Place]:
    """With room at the beginning and at the end, and with everybody signed in anew."""
    for name in list(standing.council.callers):
        standing.council.again(name)
    yield standing
    standing.disk.empty()


@pytest.fixture
def folder(disk: SmallDisk, tmp_path: Path) -> Iterator[Path]:
    """An empty folder on the small disk."""
    made = disk.root / tmp_path.name
    made.mkdir(mode=0o700)
    yield made
    shutil.rmtree(made)
