"""The tests but the slow ones in an environment of its own: other releases than the locked ones, or another Python.

Run as `.venv/bin/python .ci/environments.py newest`, `oldest` or `pythons`.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
CONSTRAINTS = ROOT / "constraints.txt"
INSTALLED = "import importlib.metadata as m, json; print(json.dumps({d.name: d.version for d in m.distributions()}))"
"""Prints what is installed beside the Python that runs it."""
MINORS = range(11, 15)
"""The Pythons that are asked for, from 3.11 on."""
UNSET = ("CI", "SEKSKANT_TEST_SPARK", "PYTEST_ADDOPTS", "PYTHONDONTWRITEBYTECODE")
"""What the environment may not say to the tests: they are those of the desk, and what is compiled is kept."""


class Move(NamedTuple):
    """A package that is installed in another release than the locked one."""

    name: str
    locked: str
    installed: str

    def __str__(self) -> str:
        return f"{self.name} {self.locked} -> {self.installed}"


def main(task: str) -> int:
    """Do a task; 1 where tests failed or an environment could not be made."""
    if task == "pythons":
        return tried_on_other_pythons()
    how = {"newest": ["--upgrade"], "oldest": ["--resolution", "lowest-direct"]}[task]
    with tempfile.TemporaryDirectory() as folder:
        environment = made(Path(folder), sys.executable, *how)
        moves = [f"  {move}" for move in moved(environment)] or ["  nothing: all is as locked"]
        print(f"the {task}, against the lock:", *moves, sep="\n", flush=True)
        passed = tests_pass(environment)
    if not passed:
        print(f"the tests fail with the {task}; what moved:", *moves, sep="\n", flush=True)
    return 0 if passed else 1


def made(folder: Path, python: str, *how: str) -> Path:
    """An environment for a Python with the project and the extra `test`, resolved as told; its folder of commands."""
    uv = shutil.which("uv", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}") or "uv"
    environment = folder / "environment"
    folder.chmod(0o755)  # some tests run the command as a user who owns nothing
    subprocess.run([uv, "venv", "--quiet", "--no-python-downloads", "--python", python, str(environment)], check=True)
    install = [uv, "pip", "install", "--quiet", "--python", str(environment / "bin" / "python"), *how]
    subprocess.run([*install, "--editable", f"{ROOT}[test]"], check=True)
    return environment / "bin"


def moved(commands: Path) -> Iterator[Move]:
    """Every package of an environment that differs from the lock, by name."""
    inspect = [str(commands / "python"), "-c", INSTALLED]
    installed = json.loads(subprocess.run(inspect, capture_output=True, check=True).stdout)
    locked = {canonicalize_name(r.name): str(r.specifier).removeprefix("==") for r in locked_requirements()}
    for name, version in sorted((canonicalize_name(name), version) for name, version in installed.items()):
        if name != "sekskant" and version != locked.get(name):
            yield Move(name, locked.get(name, "not locked"), version)


def locked_requirements() -> Iterator[Requirement]:
    """What the lock asks for on this Python and system."""
    for line in CONSTRAINTS.read_text(encoding="utf-8").splitlines():
        requirement = Requirement(line)
        if requirement.marker is None or requirement.marker.evaluate():
            yield requirement


def tests_pass(commands: Path) -> bool:
    """Whether the tests but the slow ones pass in an environment; Spark is not installed there."""
    variables = {name: value for name, value in os.environ.items() if name not in UNSET}
    test = [str(commands / "pytest"), "-q", "-n", "2", "--dist", "worksteal", "-p", "no:cacheprovider"]
    return subprocess.run(test, cwd=ROOT, env=variables, check=False).returncode == 0


def tried_on_other_pythons() -> int:
    """Run the tests as locked on each other Python of this machine, and say which it has not."""
    failed, missed = [], []
    for minor in MINORS:
        version = f"3.{minor}"
        if minor == sys.version_info.minor:
            continue
        if (python := python_of(version)) is None:
            missed.append(version)
            continue
        print(f"Python {version}", flush=True)
        with tempfile.TemporaryDirectory() as folder:
            if not tests_pass(made(Path(folder), python, "--constraint", str(CONSTRAINTS))):
                failed.append(version)
    print("not on this machine, so not tried: Python", ", ".join(missed) or "(none)", flush=True)
    if failed:
        print("the tests fail on Python", ", ".join(failed), flush=True)
    return 1 if failed else 0


def python_of(version: str) -> str | None:
    """The path of a Python of a version: on the PATH, or where pyenv keeps it."""
    for command in (f"python{version}", *pyenv_pythons(version)):
        asked = [command, "-c", "import sys; print(sys.executable, '%d.%d' % sys.version_info[:2])"]
        if shutil.which(command) is None:
            continue
        answer = subprocess.run(asked, capture_output=True, text=True, check=False).stdout.split()
        if answer[1:] == [version]:
            return answer[0]
    return None


def pyenv_pythons(version: str) -> Iterator[str]:
    """The commands of the Pythons of a version that pyenv has, where there is a pyenv."""
    if (pyenv := shutil.which("pyenv")) is None:
        return
    listed = subprocess.run([pyenv, "versions", "--bare"], capture_output=True, text=True, check=False).stdout.split()
    for name in listed:
        if name.startswith(f"{version}."):
            prefix = subprocess.run([pyenv, "prefix", name], capture_output=True, text=True, check=False).stdout
            yield str(Path(prefix.strip()) / "bin" / "python")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
