"""What this host grants of the jail's layers: for `verifier doctor`."""

from __future__ import annotations

from dataclasses import dataclass, replace

from verifier.sandbox.base import Isolation
from verifier.sandbox.hiding import keeper_problems
from verifier.sandbox.policy import ALWAYS, Layer, Need, Policy, Problem, isolation, policy_of
from verifier.sandbox.zygotes import SandboxOptions, Zygote

MEANING = {
    Layer.IDENTITY: "each worker's submissions run as a user of their own",
    Layer.LIMITS: "CPU, memory, stack, file size and tasks are limited by the kernel",
    Layer.LOCK: "no file, socket, directory or program can be opened",
    Layer.SECCOMP: "the kernel refuses all system calls that honest programs don't make, and tells of break-outs",
    Layer.LANDLOCK: "no file outside a scratch directory, no TCP connection, no signal to other processes",
    Layer.NAMESPACES: "a network that leads nowhere, and no memory or queues shared with other programs",
    Layer.ROOT: "paths lead into an empty directory",
    Layer.PRIVILEGES: "no program that is executed gains privileges",
    Layer.HIDDEN_KEEPER: "processes of the same user can't look into the verifier's memory and environment",
    Layer.SWEEP: "every descendant of a submission is killed before the next one runs",
}
MEND = {
    Layer.IDENTITY: "run the verifier as root, in a container of its own",
    Layer.SECCOMP: "use Linux 4.14 or later on x86-64 or aarch64; in Docker, its default seccomp profile",
    Layer.LANDLOCK: "use Linux 5.13 or later with Landlock among its security modules (lsm=landlock,...)",
    Layer.NAMESPACES: "run as root, or allow unprivileged user namespaces (kernel.unprivileged_userns_clone=1, and "
    "kernel.apparmor_restrict_unprivileged_userns=0 on Ubuntu); Docker's default profile refuses them",
    Layer.ROOT: "run as root, or allow unprivileged user namespaces",
    Layer.PRIVILEGES: "allow prctl; AWS Lambda refuses it",
    Layer.HIDDEN_KEEPER: "choose a policy that asks for it, or run the verifier from an interpreter that its user can "
    "execute but not read (mode 0711), as the image does",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One layer on this host."""

    layer: Layer
    need: Need
    """What the policy says of it."""
    problem: Problem | None
    """Why it is not in force; None where it is."""

    @property
    def meaning(self) -> str:
        return MEANING[self.layer]

    @property
    def mend(self) -> str:
        """What to do about the problem; empty where there is none, or the policy wants it so."""
        return "" if self.problem is None or self.need is Need.OFF else MEND[self.layer]

    @property
    def stops(self) -> bool:
        """Whether the policy refuses to run anything because of it."""
        return self.problem is not None and self.need is Need.REQUIRED


def examine(options: SandboxOptions) -> tuple[list[Finding], Isolation]:
    """All layers, tried for real by a zygote; also those that the policy requires and that are missing. Raises
    SandboxError where no zygote can be started at all."""
    policy = policy_of(options.policy)
    trying = Policy(policy.name, {layer: _at_best(policy.need(layer)) for layer in Layer if layer not in ALWAYS})
    zygote = Zygote(replace(options, policy=trying), frozenset())
    zygote.close()
    problems = {**zygote.problems, **keeper_problems(trying)}
    return [Finding(layer, policy.need(layer), problems.get(layer)) for layer in Layer], isolation(policy, problems)


def _at_best(need: Need) -> Need:
    return Need.BEST_EFFORT if need is Need.REQUIRED else need
