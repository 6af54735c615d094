"""The files that say what the project is: its licence, its entry for catalogues, its hooks and its tasks."""

from __future__ import annotations

import re
import tomllib
from typing import Any

import pytest
import yaml

from tests.command import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PUBLIC = yaml.safe_load((ROOT / "publiccode.yml").read_text(encoding="utf-8"))
HOOKS = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
RECIPES = re.findall(r"^([a-z][a-z-]*)(?: \*\w+)?:(?!=)", (ROOT / "justfile").read_text(encoding="utf-8"), re.MULTILINE)

# What publiccode.yml 0.4 knows, and which of it must be there.
REQUIRED = {"publiccodeYmlVersion", "name", "url", "platforms", "developmentStatus", "softwareType", "description"}
REQUIRED |= {"legal", "maintenance", "localisation"}
OPTIONAL = {"applicationSuite", "landingURL", "isBasedOn", "softwareVersion", "releaseDate", "logo", "categories"}
OPTIONAL |= {"usedBy", "roadmap", "intendedAudience", "dependsOn", "organisation", "fundedBy"}
OF_THE_PUBLISHER = {"url"}
BELOW: dict[str, set[str]] = {
    "intendedAudience": {"countries", "unsupportedCountries", "scope"},
    "legal": {"license", "mainCopyrightOwner", "repoOwner", "authorsFile"},
    "maintenance": {"type", "contractors", "contacts"},
    "localisation": {"localisationReady", "availableLanguages"},
    "dependsOn": {"open", "proprietary", "hardware"},
}
DESCRIBED = {"localisedName", "genericName", "shortDescription", "longDescription", "documentation"}
DESCRIBED |= {"apiDocumentation", "features", "screenshots", "videos", "awards"}
STATUSES = {"concept", "development", "beta", "stable", "obsolete"}
DEPENDENCY = {"name", "versionMin", "versionMax", "version", "optional"}


def test_the_licence_is_one_and_whole() -> None:
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert PROJECT["project"]["license"] == PUBLIC["legal"]["license"] == "EUPL-1.2"
    assert text.startswith("EUROPEAN UNION PUBLIC LICENCE v. 1.2\nEUPL © the European Union 2007, 2016\n")
    assert re.findall(r"^(\d+)\. ?[A-Z]", text, re.MULTILINE) == [str(n) for n in range(1, 16)]
    assert text.rstrip().endswith(
        "All other changes or additions to this Appendix require the production of a new EUPL version."
    )


def test_the_entry_for_catalogues_has_the_keys_of_its_standard() -> None:
    assert PUBLIC["publiccodeYmlVersion"] == "0.4"
    assert PUBLIC.keys() <= REQUIRED | OPTIONAL
    assert REQUIRED - PUBLIC.keys() <= OF_THE_PUBLISHER
    for section, keys in BELOW.items():
        assert PUBLIC[section].keys() <= keys, section
    assert PUBLIC["developmentStatus"] in STATUSES
    assert all(dependency.keys() <= DEPENDENCY for dependency in PUBLIC["dependsOn"]["open"])


def test_the_entry_for_catalogues_says_what_the_project_says() -> None:
    assert PUBLIC["name"].lower() == PROJECT["project"]["name"]
    (python,) = [d for d in PUBLIC["dependsOn"]["open"] if d["name"] == "Python"]
    assert PROJECT["project"]["requires-python"] == f">={python['versionMin']}"
    assert sorted(PUBLIC["description"]) == sorted(PUBLIC["localisation"]["availableLanguages"]) == ["da", "en"]


@pytest.mark.parametrize("language", ["da", "en"])
def test_a_description_is_as_long_as_it_may_be(language: str) -> None:
    described: dict[str, Any] = PUBLIC["description"][language]
    assert described.keys() <= DESCRIBED
    assert len(described["shortDescription"]) <= 150
    assert 150 <= len(described["longDescription"]) <= 10_000
    assert all(len(feature) <= 100 for feature in described["features"])
    assert len(described["features"]) == len(PUBLIC["description"]["en"]["features"])


def test_every_hook_runs_what_is_there() -> None:
    (repository,) = HOOKS["repos"]
    assert repository["repo"] == "local"
    commands = [hook["entry"].split() for hook in repository["hooks"]]
    assert {command[0] for command in commands} <= {".venv/bin/just", ".venv/bin/sekskant"}
    assert {command[1] for command in commands if command[0].endswith("just")} <= set(RECIPES)


def test_the_source_distribution_has_every_file_of_the_project() -> None:
    included = PROJECT["tool"]["hatch"]["build"]["targets"]["sdist"]["include"]
    for name in included:
        assert list(ROOT.glob(name)), name
