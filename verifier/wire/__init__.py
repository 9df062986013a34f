"""What comes in and what goes out: the reward function's contract with Nova, Bedrock and SageMaker, and the forms of
other trainers' samples. `request.py` reads events, `references.py` reads test cases in the field's formats,
`response.py` writes results."""

from verifier.wire.references import Reference, find_reference, read_reference
from verifier.wire.request import Envelope, Malformed, Request, Sample, read_request, read_sample, sample_of
from verifier.wire.response import respond, response_entry

__all__ = [
    "Envelope",
    "Malformed",
    "Reference",
    "Request",
    "Sample",
    "find_reference",
    "read_reference",
    "read_request",
    "read_sample",
    "respond",
    "response_entry",
    "sample_of",
]
