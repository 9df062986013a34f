"""`verifier suite publish`: suites to S3."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path

import click

from verifier.authoring.publish import TIMEOUT_S, Outcome, WritableS3Store, publish
from verifier.commands.packages import find_folders, suites_argument, suites_option
from verifier.console import EXIT_USAGE, fail
from verifier.errors import RequestError
from verifier.suite.s3 import new_client, place_of
from verifier.text import one_line

EXIT_SOME_FAILED = 1


@click.command("publish")
@suites_argument
@click.argument("place", metavar="s3://BUCKET/PREFIX")
@suites_option
@click.option("--replace", is_flag=True, help="Replace suites that are there with another digest.")
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
@click.option("--kms-key", default="", metavar="KEY", help="Have S3 encrypt by this key, its id or ARN.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def publish_command(
    names: Sequence[str], place: str, suites: Path, replace: bool, dry_run: bool, kms_key: str, as_json: bool
) -> None:
    """Uploads suites to S3, checks what arrived, and prints `<id>@sha256:<hex>` of each: the reference for samples.

    ID|DIR is a suite's id, its directory, or a directory of suites. Only what judges is uploaded: no submissions, no
    statement. A suite that is there already with the same digest is left alone.

    The exit status is 0 when all suites are there, 1 when one is not (not valid, refused, or S3 failed), 2 when a
    directory or the place is of no use.
    """  # fmt: skip
    try:
        folders = find_folders(names, suites)
        place_of(place, path="place")
        store = WritableS3Store(place, new_client(read_timeout_s=TIMEOUT_S), kms_key=kms_key)
    except RequestError as problem:
        fail(str(problem), EXIT_USAGE)
    outcomes = _shown(publish(folders, store, replace=replace, dry_run=dry_run), dry_run, as_json)
    if as_json:
        entries = [{"reference": outcome.reference, **asdict(outcome)} for outcome in outcomes]
        click.echo(json.dumps({"place": str(store.place), "dry_run": dry_run, "suites": entries}, indent=2))
    sys.exit(EXIT_SOME_FAILED if any(outcome.has_failed for outcome in outcomes) else 0)


def _shown(outcomes: Iterable[Outcome], dry_run: bool, as_json: bool) -> list[Outcome]:
    """All of them, each shown as it comes."""
    done = []
    for outcome in outcomes:
        done.append(outcome)
        if as_json:
            continue
        if outcome.has_failed:
            click.echo(f"verifier: {one_line(outcome.problem, 1000)}", err=True)
        else:
            click.echo(f"{outcome.reference}  {_told(outcome, dry_run)}")
    return done


def _told(outcome: Outcome, dry_run: bool) -> str:
    status = f"would be {outcome.status}" if dry_run and outcome.status != "unchanged" else outcome.status
    changes = [f"{len(outcome.uploaded)} uploaded"] if outcome.uploaded else []
    changes += [f"{len(outcome.deleted)} deleted"] if outcome.deleted else []
    return f"{status} ({', '.join(changes)})" if changes else status
