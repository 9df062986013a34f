"""Problems of others' datasets and packages, brought to suites."""
