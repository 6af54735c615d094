"""The wheel, installed in a clean environment, decides offers from another folder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from tests.command import DATA, ROOT

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of commands of an environment that has the wheel and nothing else of ours."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(folder), str(ROOT)]
    subprocess.run(build, check=True)
    (wheel,) = folder.glob("sekskant-*.whl")
    venv.create(folder / "environment", with_pip=True)
    commands = folder / "environment" / "bin"
    subprocess.run([commands / "pip", "install", "--quiet", str(wheel)], check=True)
    return commands


def test_installed_command_decides_from_another_folder(installed: Path, tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    command = [str(installed / "sekskant"), "assess", str(DATA / "gnisten.yaml"), "--year", "2018", "--format"]
    ran = subprocess.run([*command, "json"], cwd=tmp_path, env=environment, capture_output=True, check=True)
    assert [record["outcome"] for record in json.loads(ran.stdout)] == ["not_covered", "undetermined"]
    page = subprocess.run([*command, "html"], cwd=tmp_path, env=environment, capture_output=True, check=True)
    assert b"</html>" in page.stdout


def test_the_wheel_holds_our_packages_and_no_tests(installed: Path) -> None:
    show = subprocess.run(
        [installed / "pip", "show", "--files", "sekskant"], capture_output=True, check=True, text=True
    )
    files = show.stdout.split("Files:")[1].split()
    assert {file.split("/")[0] for file in files if file.endswith((".py", ".yaml", ".jinja", ".json"))} <= {
        "cli",
        "engine",
        "offers",
        "rules",
        "sekskant-0.1.0.dist-info",
    }
    assert "rules/hovedstaden/vocabulary.yaml" in files
    assert "engine/texts/da/LC_MESSAGES/sekskant.mo" in files
