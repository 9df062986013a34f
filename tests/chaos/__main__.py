"""`python -m tests.chaos`: applies faults at random while a mixed batch is scored, and prints what came of it.

A round is one fault and one verifier: a batch during which the fault comes and goes, a batch of honest submissions
right after it, and a look at what is left once the verifier is closed. The status is 1 where anything was not as it
should be.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections.abc import Sequence

from tests.chaos.batch import HONEST, OTHERS, Batch, Outcome, not_recovered
from tests.chaos.faults import FAULTS, Fault
from tests.chaos.scene import WORKERS, Scene, descriptors, left_behind, temporary_place
from verifier.pipeline import Verifier

SAMPLES = 30
"""Of a round; two of three are honest."""


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="FAULT", help=f"of {', '.join(FAULTS)}; all if none is given")
    parser.add_argument("--minutes", type=float, default=1.0, help="how long (1)")
    parser.add_argument(
        "--seed", type=int, default=0, help="of the order of faults and submissions, and of the moments"
    )
    parser.add_argument("--json", action="store_true", help="print a JSON document")
    options = parser.parse_args(arguments)
    if unknown := set(options.names) - FAULTS.keys():
        parser.error(f"no fault is called {', '.join(sorted(unknown))}")
    chance = random.Random(options.seed)
    with temporary_place() as (folder, is_small):
        probe = Scene(folder, is_small)
        left_out = {name: why for name, fault in FAULTS.items() if (why := fault.needs(probe))}
        chosen = [FAULTS[name] for name in options.names or FAULTS if name not in left_out]
        outcomes = {fault.name: Outcome(fault.name) for fault in chosen}
        until, rounds, turn = time.monotonic() + 60 * options.minutes, 0, list[Fault]()
        while chosen and time.monotonic() < until:
            turn = turn or chance.sample(chosen, len(chosen))  # all as often as each other, but for the last turn
            fault = turn.pop()
            if sys.stderr.isatty():
                print(f"\r\x1b[K{fault.name}", end="", file=sys.stderr, flush=True)
            outcomes[fault.name].add(one_round(fault, Scene(folder, is_small, chance), chance))
            rounds += 1
    report = _report(list(outcomes.values()), left_out, rounds, options.seed)
    print(json.dumps(report, indent=2) if options.json else _table(report))
    return 1 if any(not outcome.is_good for outcome in outcomes.values()) else 0


def one_round(fault: Fault, scene: Scene, chance: random.Random) -> Outcome:
    before = descriptors()
    with Verifier(workers=WORKERS) as verifier:
        if chance.random() < 0.7:
            not_recovered(verifier)  # warm: its zygotes stand when the fault comes
        entries = [chance.choice(HONEST if chance.random() < 2 / 3 else OTHERS) for _ in range(SAMPLES)]
        outcome = Batch(verifier, fault, WORKERS).run(entries, scene)
        outcome.not_recovered += not_recovered(verifier)
        outcome.left_behind += left_behind(scene, closed=False)
    outcome.left_behind += left_behind(scene, closed=True)
    if (after := descriptors()) > before:
        outcome.left_behind.append(f"{after - before} descriptors")
    return outcome


def _report(outcomes: Sequence[Outcome], left_out: dict[str, str], rounds: int, seed: int) -> dict[str, object]:
    return {
        "seed": seed,
        "rounds": rounds,
        "faults": {
            outcome.fault: {
                "sentence": FAULTS[outcome.fault].sentence,
                "times": outcome.times,
                "samples": outcome.verdicts.total(),
                "verdicts": dict(sorted(outcome.verdicts.items())),
                "judge_errors": outcome.verdicts["JE"],
                "false_verdicts": outcome.wrong,
                "not_recovered": outcome.not_recovered,
                "left_behind": outcome.left_behind,
                "messages": dict(outcome.messages.most_common()),
            }
            for outcome in outcomes
        },
        "left_out": left_out,
    }


def _table(report: dict[str, object]) -> str:
    faults: dict[str, dict[str, object]] = report["faults"]  # type: ignore[assignment]
    titles = ("fault", "times applied", "samples", "verdicts", "JE", "false verdicts", "recovered", "left behind")
    lines = [" | ".join(titles), " | ".join("---" for _ in titles)]
    problems = []
    for name, row in faults.items():
        others = " ".join(f"{verdict} {count}" for verdict, count in row["verdicts"].items() if verdict != "JE")
        lists = [row["false_verdicts"], row["not_recovered"], row["left_behind"]]
        wrong, missed, left = map(len, lists)
        recovered = f"no ({missed})" if missed else "yes"
        cells = (name, row["times"], row["samples"], others, row["judge_errors"], wrong, recovered, left or "nothing")
        lines.append(" | ".join(map(str, cells)))
        problems += [f"{name}: {text}" for texts in lists for text in texts]
    text = "\n".join(f"| {line} |" for line in lines)
    text += f"\n\n{report['rounds']} rounds, seed {report['seed']}"
    for name, why in report["left_out"].items():  # type: ignore[attr-defined]
        text += f"\nnot applied: {name}: {why}"
    return "\n".join([text, *problems[:40]])


if __name__ == "__main__":
    sys.exit(main())
