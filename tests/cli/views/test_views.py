"""Every view of a trace, of a journal and of a run, in both languages, to the letter.

`views.yaml` names them. With SEKSKANT_WRITE_EXPECTED=1 in the environment, what is shown becomes what is expected.
"""

from __future__ import annotations

import csv
import io
import itertools
import json
import os
import re
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import openpyxl
import pytest
import yaml
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from engine.decisions.evaluators import DURABLE_RULES, REFERENCE, why_reference
from engine.evaluation.durable_engine import why_missing
from engine.explanation.justification import justification
from engine.rulebooks.library import SHIPPED
from engine.texts.catalogue import Language
from offers.records.offer import Offer
from offers.records.reader import read_offers
from tests.command import here
from tests.journals import copied, deciders, edited

FOLDER = Path(__file__).parent
EXPECTED = FOLDER / "expected"
VIEWS: dict[str, dict[str, Any]] = yaml.safe_load((FOLDER / "views.yaml").read_text())
YEAR = "2018"
WRITES = os.environ.get("SEKSKANT_WRITE_EXPECTED") == "1"
_DIGEST = re.compile("[0-9a-f]{64}")


def say(*arguments: str, code: int = 0, columns: int = 80, engine: str = REFERENCE, journal: str = "") -> str:
    """What a command prints on standard output; the reference decides, unless it is told otherwise."""
    variables = {"SEKSKANT_ENGINE": engine} | ({"SEKSKANT_JOURNAL": journal} if journal else {})
    ran = here(*arguments, environment=variables, columns=columns)
    assert ran.code == code, ran.err
    return ran.out


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with offers, journals, receipts and runs that are made at the same time, in the same order, each day."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("views")
        patch.chdir(folder)
        _patch_the_clock(patch)
        for name in ("offers", "again"):
            shutil.copytree(FOLDER / name, folder / name)
        for name in ("before.csv", "after.csv"):
            shutil.copy(FOLDER / name, folder / name)
        _record()
        _alter(folder)
        _seal(folder)
        _run(folder)
        yield folder


def _patch_the_clock(patch: pytest.MonkeyPatch) -> None:
    """A minute goes by between looks at the clock; names of runs and journals are counted; no version is named."""
    minutes, numbers = itertools.count(), itertools.count(1)

    def now() -> str:
        hours, minute = divmod(next(minutes), 60)
        return f"2018-03-{1 + hours:02}T09:{minute:02}:00.000000Z"

    patch.setattr("engine.journal.journal.now", now)
    patch.setattr("engine.journal.journal.software", lambda: "sekskant 1.0")
    patch.setattr(uuid, "uuid4", lambda: uuid.UUID(int=next(numbers) << 80 | next(numbers)))


def _record() -> None:
    """`whole.db`: decisions, an override, and decisions on other evidence. `fired.db`: one by durable-rules."""
    to = ("--year", YEAR, "--summary", "--journal", "whole.db")
    say("assess", "offers", *to, "--by", "Ane")
    why = ("--because", "Tallene er afrundet; gennemsnittet er 50 %.")
    say("audit", "override", "7", "--verdict", "met", *why, "--by", "taskforcen", "--journal", "whole.db")
    say("assess", "again", *to, "--by", "Bo")
    Path("receipt.json").write_text(say("audit", "receipt", "6", "--journal", "whole.db"))
    engine = DURABLE_RULES if why_reference() is None else REFERENCE
    say(
        "assess",
        "offers/kastanjen.yaml",
        "--year",
        YEAR,
        "--summary",
        "--journal",
        "fired.db",
        "--by",
        "Ane",
        engine=engine,
    )


def _alter(folder: Path) -> None:
    """A journal and a receipt in which somebody has altered what was decided."""
    with edited(copied(folder / "whole.db", folder / "altered.db")) as connection:
        altered = """replace(content, '"at_least":"3"', '"at_least":"1"')"""
        connection.execute(f"UPDATE entries SET content = {altered} WHERE number = 5")  # noqa: S608 - written above
        connection.execute("UPDATE entries SET recorded_by = 'Eva' WHERE number = 2")
        connection.execute("DELETE FROM entries WHERE number = 9")
    receipt = (folder / "receipt.json").read_text()
    (folder / "altered.json").write_text(receipt.replace("taskforcen", "Eva"))


def _seal(folder: Path) -> None:
    """Seals of `whole.db`, of which the first is signed by two with keys that are the same each day; and a receipt."""
    for number, name in enumerate(("ane", "bo"), 1):
        key = Ed25519PrivateKey.from_private_bytes(bytes([number] * 32))
        plain = (Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        (folder / f"{name}.pem").write_bytes(key.private_bytes(*plain))
        public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        (folder / f"{name}.pub").write_bytes(public)
    year = ("--year", YEAR, "--journal", "whole.db")
    say("audit", "seal", *year, "--date", "2018-12-31", "--out", "first.json")
    for name in ("ane", "bo"):
        say("audit", "cosign", "first.json", "--key", f"{name}.pem", "--name", name.title())
    say("audit", "seal", *year, "--date", "2019-12-31", "--after", "first.json", "--out", "second.json")
    say("audit", "cosign", "second.json", "--key", "ane.pem")
    forged = json.loads((folder / "second.json").read_text()) | {"decisions": 1}
    (folder / "forged.json").write_text(json.dumps(forged))
    sealed = say("audit", "receipt", "6", "--seal", "first.json", "--journal", "whole.db")
    (folder / "sealed.json").write_text(sealed)


def _run(folder: Path) -> None:
    """The register, once as it was and then as it is, in both languages; and a rulebook that asks for more."""
    for lang in get_args(Language):
        to = ("--year", YEAR, "--lang", lang)
        say("reclassify", "before.csv", *to, "--out", f"before-{lang}")
        say("reclassify", "after.csv", *to, "--previous", f"before-{lang}", "--out", f"run-{lang}", code=1)
    # A run is called by its bytes, and how a workbook is packed differs between systems.
    arguments = ("before.csv", "--year", YEAR, "--out", "recorded", "--journal", "run.db", "--by", "Ane", "--no-list")
    say("reclassify", *arguments)
    rules = (SHIPPED / "hovedstaden" / "udviklingsstrategi-2018.yaml").read_text()
    shutil.copy(SHIPPED / "hovedstaden" / "vocabulary.yaml", folder)
    changes = {'version: "2018"': 'version: "2018-a"', "  at_least: 4\n": "  at_least: 6\n"}
    for old, new in changes.items():
        assert old in rules
        rules = rules.replace(old, new)
    (folder / "stricter.yaml").write_text(rules)


def shown(view: dict[str, Any], language: Language, folder: Path, columns: int | None = None) -> str:
    """A view in a language, in a terminal of the width that it names or of another one."""
    if "justification" in view:
        return _justifications(view["justification"], language)
    if "file" in view:
        return _text_of(folder / f"run-{language}" / view["file"])
    command = [_RUN if word == "RUN" else word for word in view["command"]]
    command += ["--year", YEAR] if command[0] in ("assess", "preview") else []
    command += ["--lang", language] if view.get("speaks", True) else []
    journal = view.get("reads", "whole.db")
    if view.get("copies"):
        command += ["--journal", str(copied(Path(journal), Path("copy.db")))]
    named = journal if command[0] == "audit" else ""
    text = say(*command, code=view.get("code", 0), columns=columns or view.get("columns", 80), journal=named)
    # The files of a run come out another way from another Polars.
    return _DIGEST.sub("(digest)", text) if journal == "run.db" and columns is None else text


_RUN = uuid.UUID(int=3 << 80 | 4).hex[:12]


def _justifications(name: str, language: Language) -> str:
    """The justifications of the offers in a folder, each section under its heading."""
    those = deciders()
    lines = []
    for offer in read_offers([name], those[0].program.rulebook.vocabulary):
        assert isinstance(offer, Offer)
        for decider in those:
            trace = decider.decide(offer.subject(), offer.stated, int(YEAR))
            lines.append(f"{trace.subject.name}, {trace.rulebook.id}")
            for section in justification(trace, language):
                lines += [f"# {section.heading}", *section.sentences]
            lines.append("")
    return "\n".join(lines)


def _text_of(path: Path) -> str:
    """A file as text; of a workbook the cells."""
    if path.suffix != ".xlsx":
        return path.read_bytes().decode()
    target = io.StringIO()
    csv.writer(target, lineterminator="\n").writerows(openpyxl.load_workbook(path).active.values)
    return target.getvalue()


def _expected(name: str, language: Language) -> Path:
    same, ending = VIEWS[name].get("same"), VIEWS[name].get("ends", "txt")
    return EXPECTED / (f"{name}.{ending}" if same else f"{name}.{language}.{ending}")


@pytest.mark.parametrize("language", get_args(Language))
@pytest.mark.parametrize("name", VIEWS)
def test_a_view_shows_what_it_should(name: str, language: Language, place: Path) -> None:
    view = VIEWS[name]
    if "needs" in view and (missing := why_missing()) is not None:
        pytest.skip(str(missing))
    text, path = shown(view, language, place), _expected(name, language)
    if WRITES:
        path.write_bytes(text.encode())
    assert text == path.read_bytes().decode()


def test_every_expected_file_is_that_of_a_view() -> None:
    names = {_expected(name, language) for name in VIEWS for language in get_args(Language)}
    assert set(EXPECTED.iterdir()) == names


def test_a_record_is_well_formed() -> None:
    for path in EXPECTED.glob("*.json"):
        json.loads(path.read_text())
