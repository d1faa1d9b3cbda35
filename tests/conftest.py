"""What holds for all tests."""

from __future__ import annotations

from hypothesis import settings

# A slow moment of a shared machine is no fault of the code; what must be fast has a benchmark of its own.
settings.register_profile("practice", deadline=None)
settings.load_profile("practice")
