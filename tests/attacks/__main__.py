"""`python -m tests.attacks`: runs the attack library against a verifier and prints what came of it, by class.

The status is 1 where anything was not as it should be.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence

from tests.attacks.library import CLASSES, CONTROL, SUITES, Attack, Bench, Trial, arrangement, load
from verifier.pipeline import Verifier
from verifier.sandbox.keeper import SandboxOptions
from verifier.sandbox.policy import LEVELS
from verifier.verdict import Verdict


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.attacks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="of entries or classes; all if none is given")
    parser.add_argument("--json", action="store_true", help="print a JSON document")
    parser.add_argument(
        "--preset",
        choices=sorted(LEVELS),
        help="no more layers than it requires; all that this host grants if not given",
    )
    options = parser.parse_args(arguments)
    entries = [e for e in load() if not options.names or e.name in options.names or e.of_class in options.names]
    unknown = set(options.names) - {name for entry in entries for name in (entry.name, entry.of_class)}
    if unknown:
        parser.error(f"no entry or class is called {', '.join(sorted(unknown))}")
    policy = arrangement(options.preset) if options.preset else "library"
    with Verifier(SUITES, workers=1, sandbox=SandboxOptions(policy=policy)) as verifier:
        bench = Bench(verifier)
        layers = bench.layers
        run = [entry for entry in entries if not entry.needs or entry.needs & layers]
        trials = [_run(bench, entry, quiet=options.json) for entry in run]
    report = _report(trials, [entry for entry in entries if entry not in run], layers)
    if options.json:
        print(json.dumps(report, indent=2))
    else:
        _print(report)
    return 1 if report["problems"] else 0


def _run(bench: Bench, attack: Attack, *, quiet: bool) -> Trial:
    trial = bench.run(attack)
    if not quiet and sys.stderr.isatty():
        print(f"\r\x1b[K{attack.name}", end="", file=sys.stderr, flush=True)
    return trial


def _report(trials: Sequence[Trial], not_run: Sequence[Attack], layers: frozenset[str]) -> dict[str, object]:
    classes = {}
    for name in CLASSES:
        mine = [trial for trial in trials if trial.attack.of_class == name]
        left_out = sum(attack.of_class == name for attack in not_run)
        if mine or left_out:
            classes[name] = {
                "attacks": len(mine),
                "earned_too_much": sum(trial.earned_too_much for trial in mine),
                "SV": sum(trial.result.verdict is Verdict.SV for trial in mine),
                "JE": sum(trial.result.verdict is Verdict.JE for trial in mine),
                "other_problems": sum(bool(trial.problems) and not trial.earned_too_much for trial in mine),
                "not_run": left_out,
            }
    controls = [trial for trial in trials if trial.attack.is_control]
    return {
        "layers": sorted(layers),
        "classes": classes,
        CONTROL: {
            "controls": len(controls),
            "with_full_marks": sum(t.correctness == 1 and t.result.verdict is Verdict.AC for t in controls),
        },
        "problems": {trial.attack.name: list(trial.problems) for trial in trials if trial.problems},
        "seconds": round(sum(trial.seconds for trial in trials), 1),
    }


def _print(report: dict[str, object]) -> None:
    if sys.stderr.isatty():
        print("\r\x1b[K", end="", file=sys.stderr)
    classes: dict[str, dict[str, int]] = report["classes"]  # type: ignore[assignment]
    titles = ("attacks", "earned too much", "SV", "JE", "other problems", "not run")
    print(f"{'class':<16}" + "".join(f"{title:>{len(title) + 3}}" for title in titles))
    rows = dict(classes)
    if len(classes) > 1:
        rows["all"] = {key: sum(row[key] for row in classes.values()) for key in next(iter(classes.values()))}
    for name, row in rows.items():
        counts = zip(titles, row.values(), strict=True)
        print(f"{name:<16}" + "".join(f"{count:>{len(title) + 3}}" for title, count in counts))
    controls: dict[str, int] = report[CONTROL]  # type: ignore[assignment]
    print(f"\nodd but honest: {controls['with_full_marks']} of {controls['controls']} with full marks")
    print(f"layers in force: {', '.join(report['layers'])}")  # type: ignore[arg-type]
    print(f"{report['seconds']} s")
    problems: dict[str, list[str]] = report["problems"]  # type: ignore[assignment]
    for name, texts in problems.items():
        print(f"\n{name}", *texts, sep="\n    ")


if __name__ == "__main__":
    sys.exit(main())
