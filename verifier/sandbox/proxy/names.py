"""Names that proxies keep for themselves, and classes and names that they treat apart. Standard library only."""

from __future__ import annotations

NUMBER, CLASS_NUMBER, LINK, BASE = "_verifier_number", "_verifier_class_number", "_verifier_link", "_verifier_base"
FIELDS, OF_THIS_SIDE = "_verifier_fields", "_verifier_of_this_side"
SAME_HERE, HOOKS = "_verifier_same_here", "_verifier_hooks"

FORWARDED = frozenset(
    (
        "__name__ __qualname__ __doc__ __module__ __annotations__ __defaults__ __kwdefaults__ __wrapped__ __version__ "
        "__author__ __file__ __members__ __abstractmethods__ __args__ __origin__ __match_args__ __slots__ __all__ "
        "__cause__ __context__ __notes__ __self__ __func__ __isabstractmethod__ __suppress_context__ __total__ "
        "__required_keys__ __optional_keys__ __orig_bases__ __bound__ __constraints__ __supertype__ __parameters__"
    ).split()
)
"""Names between double underscores that are asked of the owner; others are answered by the proxy's own class."""

MUTABLE_BASES = (list, dict, set, bytearray)
BUILTIN_BASES = (int, float, complex, str, bytes, tuple, frozenset, *MUTABLE_BASES)
"""Builtin classes whose plain content crosses with an object of a class made from them."""
