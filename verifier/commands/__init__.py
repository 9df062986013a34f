"""The command line's groups: what authors of suites use."""
