"""The small sample warehouse of the command-line tests."""

from tests.cli.conftest import exports, home

__all__ = ["exports", "home"]
