"""The lock, what is made from it for pip, and `pyproject.toml` say the same."""

from __future__ import annotations

import re
import tomllib
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.command import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LOCK = tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))
PACKAGES: list[dict[str, Any]] = LOCK["package"]
(OURS,) = [package for package in PACKAGES if package["source"] == {"editable": "."}]
PYTHONS = [f"3.{minor}" for minor in range(11, 15)]
SYSTEMS = {"linux": "Linux", "darwin": "Darwin", "win32": "Windows"}


def requirements(name: str) -> list[Requirement]:
    """The lines of a file for pip."""
    return [Requirement(line) for line in (ROOT / name).read_text(encoding="utf-8").splitlines()]


def pinned(requirement: Requirement) -> tuple[str, str]:
    (only,) = requirement.specifier
    assert only.operator == "=="
    return canonicalize_name(requirement.name), only.version


def applying(name: str, python: str, system: str) -> dict[str, str]:
    """What a file for pip asks for on a Python and a system."""
    environment = {"python_version": python, "python_full_version": f"{python}.0", "sys_platform": system}
    environment |= {"platform_system": SYSTEMS[system], "implementation_name": "cpython"}
    environment |= {"platform_python_implementation": "CPython"}
    lines = [r for r in requirements(name) if r.marker is None or r.marker.evaluate(environment)]
    assert len({pinned(r)[0] for r in lines}) == len(lines), "a package is asked for in two versions"
    return dict(pinned(r) for r in lines)


def test_the_constraints_are_the_lock() -> None:
    locked = {(package["name"], package["version"]) for package in PACKAGES if package is not OURS}
    assert {pinned(r) for r in requirements("constraints.txt")} == locked, "run `just lock`"


def test_the_lock_is_made_from_what_the_project_declares() -> None:
    declared = {as_locked(Requirement(line)) for line in PROJECT["dependencies"]}
    for extra, lines in PROJECT["optional-dependencies"].items():
        of_others = [r for r in map(Requirement, lines) if r.name != PROJECT["name"]]
        declared |= {as_locked(r, extra) for r in of_others}
    metadata = [entry for entry in OURS["metadata"]["requires-dist"] if entry["name"] != PROJECT["name"]]
    assert {written(entry) for entry in metadata} == declared, "run `just lock`"
    assert LOCK["requires-python"] == PROJECT["requires-python"]


def as_locked(requirement: Requirement, extra: str = "") -> tuple[str, frozenset[str], str, str]:
    """Name, extras, versions and condition, whatever the order they are written in."""
    conditions = [str(requirement.marker)] if requirement.marker else []
    return (
        canonicalize_name(requirement.name),
        frozenset(requirement.extras),
        ",".join(sorted(map(str, requirement.specifier))),
        normal(" and ".join(conditions + ([f'extra == "{extra}"'] if extra else []))),
    )


def written(entry: dict[str, Any]) -> tuple[str, frozenset[str], str, str]:
    versions = ",".join(sorted(entry.get("specifier", "").split(","))).strip(",")
    return entry["name"], frozenset(entry.get("extras", [])), versions, normal(entry.get("marker", ""))


def normal(marker: str) -> str:
    """A condition in one spelling: uv writes full Python versions, and ends of series."""
    return " ".join(marker.replace("'", '"').replace("python_full_version", "python_version").split())


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize("python", PYTHONS)
def test_without_a_compiler_all_is_installed_that_the_project_needs_but_durable_rules(python: str, system: str) -> None:
    constraints = applying("constraints.txt", python, system)
    installed = applying("requirements-without-compiler.txt", python, system)
    assert "durable-rules" not in installed
    assert installed.items() <= constraints.items()
    needed = {canonicalize_name(Requirement(line).name) for line in PROJECT["dependencies"]} - {"durable-rules"}
    assert needed <= installed.keys()
    by_name = {package["name"]: package for package in PACKAGES if installed.get(package["name"]) == package["version"]}
    below = {d["name"] for package in by_name.values() for d in package.get("dependencies", []) if "marker" not in d}
    assert below <= installed.keys()


def test_the_lock_names_the_public_index_alone_and_no_day() -> None:
    sources = [package["source"] for package in PACKAGES if package is not OURS]
    assert all(source.keys() == {"registry"} for source in sources)
    assert len({source["registry"] for source in sources}) == 1
    assert "exclude-newer" not in LOCK.get("options", {})
    for name in ("constraints.txt", "requirements-without-compiler.txt"):
        assert not re.search(r"://|--", (ROOT / name).read_text(encoding="utf-8"))


@pytest.mark.parametrize("marker", ["main job", "tests"])
def test_the_commands_of_the_readme_install_what_is_locked(marker: str) -> None:
    command = (ROOT / "README.md").read_text(encoding="utf-8").split(f"<!-- {marker} -->\n```bash\n")[1].split("```")[0]
    assert "--constraint constraints.txt" in command
