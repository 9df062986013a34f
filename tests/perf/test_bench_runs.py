"""The benchmark runs, and its subjects judge as expected. No timing is asserted: that is for a quiet machine."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
@pytest.mark.skipif(not (ROOT / "benchmarks").is_dir(), reason="a distribution without benchmarks/")
def test_quick_run_without_peers(tmp_path):
    report = tmp_path / "report.json"
    command = [sys.executable, "-m", "benchmarks.speed", "--quick", "--peers", "none", "--json", str(report)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    figures = json.loads(report.read_text())
    assert figures["unexpected"] == []
    assert {"functions", "cheap cases", "programs", "loops", "soak"} <= figures["works"].keys()
    assert set(figures["works"]["functions"]["subjects"]) == {"ours", "subprocess", "floor: fork and wait"}
    assert "descriptor lock" in " ".join(figures["works"]["functions"]["layers"]).replace("_", " ").replace("-", " ")
    assert figures["works"]["soak"]["wrong"] == 0
    assert "Goals" in done.stdout
