"""A sandboxed verifier that turns model-written code into rewards. Start at `verifier.pipeline`."""
