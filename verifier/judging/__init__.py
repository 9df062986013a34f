"""From facts to verdicts, and from verdicts to a reward."""
