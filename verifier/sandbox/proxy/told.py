"""What the standard library reports from a submission to whoever listens: warnings and log records.

Tests listen in their own interpreter (`pytest.warns`, `caplog`, `assertLogs`), so both are handed over to it.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from verifier.sandbox.proxy.link import Link


# In the cell


def forward(link: Link) -> None:
    """Hands over what comes from the modules that are loaded by now."""
    if "warnings" in sys.modules:
        _forward_warnings(link, sys.modules["warnings"])
    if "logging" in sys.modules:
        _forward_logs(link, sys.modules["logging"])


def _forward_warnings(link: Link, warnings: Any) -> None:
    show, shown = warnings._showwarnmsg, warnings._showwarnmsg_impl
    if getattr(show, "_verifier_forwards", False):
        return

    def forwarded(message: Any) -> None:
        if link.gone or warnings._showwarnmsg_impl is not shown:  # the submission records its own
            show(message)
        else:
            link.request("warn", message.message)

    forwarded._verifier_forwards = True  # type: ignore[attr-defined]
    warnings._showwarnmsg = forwarded
    if not sys.warnoptions:
        warnings.resetwarnings()
        warnings.simplefilter("always")


def _forward_logs(link: Link, logging: Any) -> None:
    root = logging.getLogger()
    if any(getattr(handler, "_verifier_forwards", False) for handler in root.handlers):
        return

    class Forward(logging.Handler):  # type: ignore[misc]
        _verifier_forwards = True

        def emit(self, record: Any) -> None:
            if not link.gone:
                link.request("log", record.name, record.levelno, record.getMessage(), _has_own_level(logging, record))

    if root.level == logging.WARNING:  # nobody chose it: the tests' loggers decide
        for handler in root.handlers:
            handler.setLevel(max(handler.level, logging.WARNING))
        root.setLevel(logging.NOTSET + 1)
    root.addHandler(Forward())


def _has_own_level(logging: Any, record: Any) -> bool:
    """Whether the submission itself chose what its logger lets pass."""
    logger = logging.getLogger(record.name)
    while logger is not None:
        if logger.level > 1:
            return True
        logger = logger.parent
    return False


# In the tester


def warn(link: Link, warning: Any) -> None:
    import warnings

    if not isinstance(warning, Warning):
        raise TypeError("no warning")
    # Raises it where the tests made warnings errors, and so it is raised in the submission.
    warnings.warn_explicit(warning, type(warning), "solution.py", 1)


def log(link: Link, name: str, level: int, text: str, lets_all_pass: bool) -> None:
    logging = sys.modules.get("logging")
    if logging is None:  # a tester of asserts is lean; nobody can be listening there
        return
    logger = logging.getLogger(str(name)[:200])
    if lets_all_pass is True or logger.isEnabledFor(int(level)):
        logger.handle(logging.LogRecord(logger.name, int(level), "solution.py", 1, str(text), (), None))
