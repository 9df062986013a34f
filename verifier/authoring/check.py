"""A suite proves itself: everything that can be wrong with it, as findings (docs/checks.md).

package -> cases, material, leaks, code (read) -> answers (checked) -> submissions (run again and again) -> findings
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from verifier.authoring.check_answers import check_answers
from verifier.authoring.check_cases import check_cases
from verifier.authoring.check_code import check_code
from verifier.authoring.check_leaks import check_leaks
from verifier.authoring.check_material import check_material
from verifier.authoring.check_runs import DEFAULT_RUNS, Ran, check_runs, run_submissions
from verifier.authoring.check_strength import check_strength
from verifier.authoring.findings import Finding, Severity, by_severity, counts, finding
from verifier.authoring.places import Places
from verifier.authoring.running import Runner
from verifier.errors import RequestError, VerifierError
from verifier.sandbox.values import NotPlain
from verifier.suite.package import Package

KNOWN_KINDS = frozenset({"function", "stdio", "interactive", "pytest", "asserts"})


@dataclass(frozen=True, slots=True)
class Report:
    """What is known of one suite after its check."""

    name: str
    digest: str = ""
    """"" where the suite can't be read."""
    kind: str = ""
    findings: tuple[Finding, ...] = ()
    """The gravest first."""
    ran: tuple[Ran, ...] = field(default=(), repr=False)

    def has(self, severity: Severity) -> bool:
        return any(found.severity is severity for found in self.findings)

    @property
    def judged(self) -> bool:
        """Whether every submission could be judged."""
        return not any(found.code == "judge-error" for found in self.findings)

    @property
    def read(self) -> bool:
        return bool(self.digest)

    def entry(self) -> dict[str, object]:
        """As a JSON object."""
        return {
            "suite": self.name,
            "digest": self.digest,
            "kind": self.kind,
            **counts(self.findings),
            "findings": [found.entry() for found in self.findings],
            "submissions": [
                {
                    "name": one.submission.name,
                    "verdicts": [str(judgement.verdict) for judgement in one.judgements],
                    "rewards": [round(judgement.score.reward, 6) for judgement in one.judgements],
                    "passed": one.first.score.passed,
                    "cases": one.first.score.total,
                }
                for one in self.ran
            ],
        }


def unreadable(name: str, problem: RequestError) -> Report:
    """Of a suite that can't be read, for which the others must not suffer."""
    return Report(name, findings=(finding("unreadable", problem.path or name, problem.problem),))


def read_findings(package: Package) -> list[Finding]:
    """What can be found without running anything."""
    places = Places(package)
    suite = package.suite
    findings = [
        *check_cases(suite, places),
        *check_material(package, places),
        *check_leaks(package, places),
        *check_code(package, places),
    ]
    if suite.kind not in KNOWN_KINDS:
        findings.append(finding("unknown-kind", places.field("kind"), f"kind {suite.kind!r}"))
    return list(dict.fromkeys(findings))


def check_package(package: Package, runner: Runner, *, runs: int = DEFAULT_RUNS, ignored: Sequence[str] = ()) -> Report:
    """Never raises for what a package holds. `runs` is how often each submission is judged, `ignored` are codes of
    findings that are left out."""
    places = Places(package)
    findings = read_findings(package)
    ran: list[Ran] = []
    try:
        findings += check_answers(package, runner, places)
        ran = run_submissions(package, runner, runs=runs)
        findings += check_runs(package, ran, places)
        findings += check_strength(package, ran, runner, places)
    except (VerifierError, NotPlain) as error:
        findings.append(finding("judge-error", places.suite, str(error)))
    kept = [found for found in findings if found.code not in ignored]
    return Report(package.folder.name, package.suite.digest, package.suite.kind, tuple(by_severity(kept)), tuple(ran))
