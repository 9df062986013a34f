"""The group `verifier suite`: each command stands in a module of its own beside this one."""

from __future__ import annotations

import click


@click.group(name="suite")
def suite_group() -> None:
    """Write, prove, calibrate and publish test suites."""
