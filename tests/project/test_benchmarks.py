"""The one entry to the benchmarks: what there is, and what each is asked for."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from tests.command import ROOT


def ran(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "benchmarks", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_every_benchmark_is_listed_with_what_it_measures_and_what_is_wanted() -> None:
    folder = (ROOT / "benchmarks").glob("[!_]*.py")
    names = sorted(path.stem for path in folder if 'if __name__ == "__main__"' in path.read_text())
    entries = re.findall(r"^(\w+)\n    ([A-Z].*[.])\n    (Wanted: .*[.])$", ran().stdout, re.MULTILINE)
    assert [name for name, _, _ in entries] == names
    assert names


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("registrs", "registrs: no benchmark of this name; meant is perhaps registers\n"),
        ("offers_table", "offers_table: no benchmark of this name\n"),
    ],
)
def test_a_name_that_is_none_is_told(name: str, said: str) -> None:
    done = ran(name)
    assert (done.returncode, done.stderr) == (2, said)


def test_a_benchmark_is_run_with_its_options() -> None:
    done = ran("growth", "--most", "1")
    assert done.returncode == 2
    assert "usage: python -m benchmarks growth" in done.stderr
