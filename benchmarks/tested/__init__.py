"""A realistic suite of tests and its submission, read as text by the benchmark."""
