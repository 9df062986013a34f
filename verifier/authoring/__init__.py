"""What authors of suites use: a skeleton, proofs, calibration, generation, mutation, audits."""
