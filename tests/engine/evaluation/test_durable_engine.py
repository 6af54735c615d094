"""durable-rules is loaded wherever it can be, and where it cannot the reason is told."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from engine.evaluation.durable_engine import why_missing
from tests.command import ROOT
from tests.support import put_broken_durable_rules

LOADED = why_missing() is None


def told(folder: Path, script: str = "", **variables: str) -> str:
    """What a new process says is missing; modules in a folder come before those that are installed."""
    script = f"{script}\nfrom engine.evaluation.durable_engine import why_missing\nprint(why_missing())"
    path = os.pathsep.join((str(folder), str(ROOT)))
    environment = {**os.environ, "PYTHONPATH": path, **variables}
    done = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True, timeout=120, check=True
    )
    return done.stdout


@pytest.mark.skipif(not hasattr(sys, "setdlopenflags"), reason="this system has no such flags")
@pytest.mark.parametrize("module", ["", "raise ImportError('no')", "raise RuntimeError('no')"])
def test_how_names_are_bound_is_as_before_afterwards(module: str, tmp_path: Path) -> None:
    put_broken_durable_rules(tmp_path)
    (tmp_path / "durable_rules_engine.py").write_text(f"import sys\nprint(sys.getdlopenflags())\n{module}")
    script = """
import atexit, os, sys
sys.setdlopenflags(os.RTLD_NOW | os.RTLD_GLOBAL)
atexit.register(lambda: print(sys.getdlopenflags() == os.RTLD_NOW | os.RTLD_GLOBAL))
sys.excepthook = lambda *error: print(error[1])
"""
    path = os.pathsep.join((str(tmp_path), str(ROOT)))
    script += "from engine.evaluation.durable_engine import why_missing\nwhy_missing()"
    done = subprocess.run(
        [sys.executable, "-c", script], env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True,
        timeout=120, check=False,
    )  # fmt: skip
    lines = done.stdout.splitlines()
    assert int(lines[0]) == os.RTLD_LAZY | os.RTLD_GLOBAL
    assert lines[-1] == "True"


def test_what_is_not_installed_is_said_to_be_so(tmp_path: Path) -> None:
    out = told(tmp_path, "import sys\nsys.modules['durable_rules_engine'] = None")
    assert out == "durable-rules is not installed\n"


def test_what_cannot_be_loaded_says_why_without_the_folders_of_the_machine(tmp_path: Path) -> None:
    put_broken_durable_rules(tmp_path)
    reason = "durable_rules_engine.py: undefined symbol: PyEval_CallObject"
    expected = f"durable-rules cannot be loaded ({reason})\n"
    assert told(tmp_path) == expected


@pytest.mark.skipif(not LOADED or sys.version_info < (3, 13), reason="every name is there on Python before 3.13")
def test_where_every_name_is_bound_at_once_it_is_not_there(tmp_path: Path) -> None:
    out = told(tmp_path, LD_BIND_NOW="1")
    assert "cannot be loaded (durable_rules_engine" in out
    assert "undefined symbol: PyEval_CallObject" in out
