"""The group `verifier suite`: each command stands in a module of its own beside this one."""

from __future__ import annotations

import click

from verifier.commands.audit import audit_command
from verifier.commands.calibrate import calibrate_command
from verifier.commands.check import check_command
from verifier.commands.generate import generate_command
from verifier.commands.importing import import_command
from verifier.commands.mutate import mutate_command
from verifier.commands.new import new_command
from verifier.commands.publish import publish_command
from verifier.commands.show import diff_command, digest_command, list_command, show_command


@click.group(name="suite")
def suite_group() -> None:
    """Write, prove, calibrate and publish test suites."""


suite_group.add_command(import_command)
suite_group.add_command(check_command)
suite_group.add_command(calibrate_command)
suite_group.add_command(new_command)
for _command in (show_command, list_command, diff_command, digest_command):
    suite_group.add_command(_command)
for _command in (mutate_command, generate_command, audit_command, publish_command):
    suite_group.add_command(_command)
