import logging

log = logging.getLogger(__name__)


def f(n):
    log.info("f(%s)", n)
    if n > 100:
        log.warning("large: %s", n)
    return 3 * n + 1
