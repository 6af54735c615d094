"""A year is sealed, signed by several people, and shows what became of the journal to who has the seal alone."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import rfc8785
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from engine.journal.entry import sealed
from engine.journal.journal import Journal
from engine.journal.merkle import root
from engine.journal.seal import leaf_of
from engine.values.canonical import canonical, sha256
from tests.chance import AT_THE_DESK, chance
from tests.command import ROOT, Ran, here
from tests.journals import copied, edited, record

COUNT, ALL = 8, ("ane", "bo", "cy")
PEM, PKCS8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
PUBLIC = serialization.PublicFormat.SubjectPublicKeyInfo
DATE = ("--date", "2018-12-31 12:00", "--year", "2018")
RIGHT = "open sesame"
HALF = chr(0xD800)
"""Half a character, which JSON can name and no text has."""


def audit(path: Path, *arguments: str, **variables: str) -> Ran:
    return here("audit", *arguments, environment={"SEKSKANT_JOURNAL": str(path), **variables}, columns=200)


def keys_of(folder: Path, *names: str) -> list[str]:
    return [part for name in names for part in ("--public-key", str(folder / f"{name}.pub"))]


def cosigned(seal: Path, folder: Path, *names: str) -> Path:
    for name in names:
        ran = here("audit", "cosign", str(seal), "--key", str(folder / f"{name}.pem"), "--name", name)
        assert ran.code == 0, ran.err
    return seal


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Keys of three people, a journal, its seal, and the seal with all signatures."""
    folder = tmp_path_factory.mktemp("seals")
    plain, locked = serialization.NoEncryption(), serialization.BestAvailableEncryption(RIGHT.encode())
    for name in (*ALL, "other"):
        key = Ed25519PrivateKey.generate()
        (folder / f"{name}.pem").write_bytes(key.private_bytes(PEM, PKCS8, plain))
        (folder / f"{name}-locked.pem").write_bytes(key.private_bytes(PEM, PKCS8, locked))
        (folder / f"{name}.pub").write_bytes(key.public_key().public_bytes(PEM, PUBLIC))
    record(str(folder / "whole.db"))
    for name in ("plain.json", "signed.json"):
        assert audit(folder / "whole.db", "seal", *DATE, "--out", str(folder / name)).code == 0
    cosigned(folder / "signed.json", folder, *ALL)
    return folder


@pytest.fixture
def seal(folder: Path, tmp_path: Path) -> Path:
    return copied(folder / "plain.json", tmp_path / "seal.json")


def verified(path: Path, *seals: Path, more: Sequence[str] = ()) -> Ran:
    return audit(path, "verify", *(part for seal in seals for part in ("--seal", str(seal))), *more)


def kinds(path: Path, *seals: Path, more: Sequence[str] = ()) -> list[list[str]]:
    """The kinds of faults that are found of each seal."""
    ran = verified(path, *seals, more=[*more, "--format", "json"])
    report = json.loads(ran.out)
    assert report["holds"] == (ran.code == 0)
    return [[fault["kind"] for fault in seal["faults"]] for seal in report["seals"]]


# the seal


def test_a_seal_says_what_the_journal_holds_of_the_year(folder: Path) -> None:
    text = (folder / "plain.json").read_text()
    seal = json.loads(text)
    assert rfc8785.dumps(seal).decode() + "\n" == text
    with Journal(str(folder / "whole.db")) as journal:
        entries = list(journal.entries())
        header = journal.header()
        kept = list(journal.texts())
    assert seal["root"] == root([leaf_of(entry.digest) for entry in entries]).hex()
    assert (seal["count"], seal["head"]) == (COUNT, entries[-1].digest)
    assert seal["journal"] == {"id": header.id, "digest": header.digest}
    assert (seal["decisions"], seal["decisions_of_runs"], seal["overrides"], seal["runs"]) == (COUNT, 0, 0, [])
    assert seal["rulebooks"] == sorted(digest for digest, text in kept if text.kind == "rulebook")
    assert seal["vocabularies"] == sorted(digest for digest, text in kept if text.kind == "vocabulary")
    assert (seal["sealed_at"], seal["after"]) == ("2018-12-31T12:00:00.000000Z", None)


def test_equal_journals_give_equal_seals(folder: Path, tmp_path: Path) -> None:
    path = copied(folder / "whole.db", tmp_path / "copy.db")
    assert audit(path, "seal", *DATE).out == (folder / "plain.json").read_text()


def test_overrides_and_runs_of_the_year_are_in_its_seal(folder: Path, tmp_path: Path) -> None:
    path = copied(folder / "whole.db", tmp_path / "journal.db")
    assert audit(path, "override", "3", "--verdict", "met", "--because", "so").code == 0
    register = tmp_path / "register.csv"
    register.write_text(
        "id;name;operator_name;operator_kind\na;A;Aarhus Kommune;municipality\nb;B;Aarhus Kommune;municipality\n"
    )
    to = ("--year", "2018", "--out", str(tmp_path / "out"), "--journal", str(path))
    assert here("reclassify", str(register), *to).code == 0
    seal = json.loads(audit(path, "seal", *DATE).out)
    assert (seal["decisions"], seal["decisions_of_runs"], seal["overrides"]) == (COUNT, 4, 1)
    with Journal(str(path)) as journal:
        run = journal.entry(COUNT + 2)
    assert (run.kind, seal["runs"]) == ("run", [run.content_digest])
    assert seal["runs"][0].startswith(next((tmp_path / "out.runs").iterdir()).name)


def test_a_year_without_entries_is_not_sealed(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "seal.json"
    ran = audit(folder / "whole.db", "seal", "--year", "2019", "--out", str(out))
    assert (ran.code, ran.out) == (1, "")
    assert "unknown-entry: the journal has no entry of 2019" in ran.err
    assert not out.exists()


def test_a_journal_that_does_not_hold_is_not_sealed(journal: Path, tmp_path: Path) -> None:
    with edited(journal) as connection:
        connection.execute("UPDATE entries SET recorded_by = 'Eva' WHERE number = 2")
    out = tmp_path / "seal.json"
    ran = audit(journal, "seal", *DATE, "--out", str(out), "--lang", "da")
    assert (ran.code, ran.out) == (4, "")
    assert "journalen er ikke i orden og er ikke forseglet" in ran.err
    assert "Post 2 er ændret: recorded_by." in ran.err
    assert not out.exists()


# what became of the journal


def cut(path: Path) -> None:
    with edited(path) as connection:
        connection.execute("DELETE FROM entries WHERE number = 8")


def rewritten(path: Path, start: int = 3) -> None:
    """From an entry on somebody else has recorded all: every digest fits again, and the journal holds."""
    with Journal(str(path)) as journal:
        entries = list(journal.entries())
    previous = entries[start - 2].digest if start > 1 else entries[0].previous
    with edited(path) as connection:
        for entry in entries[start - 1 :]:
            made = sealed(entry._replace(recorded_by="Eva", previous=previous))
            previous = made.digest
            connection.execute(
                "UPDATE entries SET recorded_by = 'Eva', previous = ?, digest = ?, checksums = ? WHERE number = ?",
                (made.previous, made.digest, made.checksums, made.number),
            )


def renumbered(path: Path) -> None:
    with edited(path) as connection:
        connection.execute("UPDATE entries SET number = number + 100")
        connection.execute("UPDATE entries SET number = number - 97")


def test_what_was_sealed_holds_and_what_came_after_does_not_matter(folder: Path, tmp_path: Path) -> None:
    ran = verified(folder / "whole.db", folder / "plain.json")
    assert ran.code == 0
    assert "✓ The first 8 entries are those that were sealed." in ran.out
    assert "Nobody has signed the seal." in ran.out
    assert "cannot be ruled out" not in ran.out
    path = copied(folder / "whole.db", tmp_path / "journal.db")
    record(str(path), ["gnisten"])
    assert kinds(path, folder / "plain.json") == [[]]
    danish = verified(path, folder / "plain.json", more=["--lang", "da"])
    assert "De første 8 poster er dem, der blev forseglet." in danish.out


def test_a_cut_tail_shows(folder: Path, journal: Path, seal: Path) -> None:
    path = copied(folder / "whole.db", journal)
    cut(path)
    assert audit(path, "verify").code == 0
    ran = verified(path, seal)
    assert ran.code == 4
    assert "The journal has 7 entries, and 8 were sealed: its end was cut off, or entries were removed." in ran.out
    assert kinds(path, seal) == [["too_few"]]


@pytest.mark.parametrize("start", [1, 3, 8])
def test_a_journal_that_was_written_anew_shows(start: int, folder: Path, journal: Path, seal: Path) -> None:
    path = copied(folder / "whole.db", journal)
    rewritten(path, start)
    assert audit(path, "verify").code == 0
    assert kinds(path, seal) == [["other_entries"]]
    ran = verified(path, seal, more=["--lang", "da"])
    assert "De første 8 poster er ikke dem, der blev forseglet: journalen er skrevet om." in ran.out


def test_a_tail_that_was_cut_and_filled_up_shows(folder: Path, journal: Path, seal: Path) -> None:
    path = copied(folder / "whole.db", journal)
    cut(path)
    record(str(path), ["gnisten"])
    assert audit(path, "verify").code == 0
    assert kinds(path, seal) == [["other_entries"]]


def test_renumbered_entries_do_not_hold_though_they_are_those_of_the_seal(
    folder: Path, journal: Path, seal: Path
) -> None:
    path = copied(folder / "whole.db", journal)
    renumbered(path)
    ran = verified(path, seal)
    assert ran.code == 4
    assert "were renumbered" in ran.out


def test_another_journal_is_not_that_of_the_seal(tmp_path: Path, seal: Path) -> None:
    record(str(tmp_path / "other.db"))
    assert kinds(tmp_path / "other.db", seal) == [["other_journal"]]


FORGED: dict[str, tuple[dict[str, Any], list[str]]] = {
    "the head": ({"head": "0" * 64}, ["other_head"]),
    "the root": ({"root": "0" * 64}, ["other_entries"]),
    "the count": ({"count": 7}, ["other_entries"]),
    "a larger count": ({"count": 9}, ["too_few"]),
    "an endless count": ({"count": 2**53 - 1}, ["too_few"]),
    "the decisions": ({"decisions": 7}, ["other_contents"]),
    "the runs": ({"runs": ["0" * 64]}, ["other_contents"]),
    "the year": ({"year": 2017}, ["other_contents"]),
    "the rulebooks": ({"rulebooks": []}, ["other_contents"]),
}


@pytest.mark.parametrize("name", FORGED)
def test_what_a_seal_says_wrongly_is_named(name: str, folder: Path, seal: Path) -> None:
    altered, found = FORGED[name]
    seal.write_text(json.dumps(json.loads(seal.read_text()) | altered))
    assert kinds(folder / "whole.db", seal) == [found]
    signed = seal.with_name("signed.json")
    signed.write_text(json.dumps(json.loads((folder / "signed.json").read_text()) | altered))
    assert kinds(folder / "whole.db", signed) == [[*found, "signature", "signature", "signature"]]


# signatures


def test_several_people_sign_in_any_order_in_one_file_or_in_copies(folder: Path, tmp_path: Path) -> None:
    names = [*reversed(ALL)]
    copies = [cosigned(copied(folder / "plain.json", tmp_path / f"{n}.json"), folder, n) for n in names]
    out = tmp_path / "together.json"
    ran = here("audit", "cosign", *map(str, copies), "--out", str(out))
    assert (ran.code, ran.out) == (0, "")
    assert out.read_text() == (folder / "signed.json").read_text()
    assert copies[0].read_text() != out.read_text()
    added = here("audit", "cosign", *map(str, copies[:2]), "--key", str(folder / "ane.pem"), "--name", "ane")
    assert added.code == 0
    assert copies[0].read_text() == out.read_text()


def test_who_signs_twice_has_signed_once(folder: Path, seal: Path) -> None:
    cosigned(seal, folder, "ane", "ane")
    once = seal.read_text()
    again = here("audit", "cosign", str(seal), "--key", str(folder / "ane.pem"), "--name", "somebody else")
    assert again.code == 0
    assert "ane.pem: the key has signed the seal before; its first signature stays" in again.err
    assert seal.read_text() == once
    assert len(json.loads(once)["signatures"]) == 1


def test_a_key_with_a_passphrase_signs(folder: Path, seal: Path) -> None:
    command = ("cosign", str(seal), "--key", str(folder / "bo-locked.pem"), "--name", "bo")
    wrong = audit(folder / "whole.db", *command, SEKSKANT_PASSPHRASE=RIGHT[:-1])
    assert (wrong.code, "signing-key" in wrong.err) == (1, True)
    assert audit(folder / "whole.db", *command, SEKSKANT_PASSPHRASE=RIGHT).code == 0
    assert (
        seal.read_text() == cosigned(copied(folder / "plain.json", seal.with_name("b.json")), folder, "bo").read_text()
    )


def test_a_seal_whose_signature_does_not_hold_is_not_signed_on(folder: Path, seal: Path) -> None:
    record_ = json.loads(cosigned(seal, folder, "ane").read_text())
    record_["signatures"][0]["name"] = "Bo"
    seal.write_text(json.dumps(record_))
    before = seal.read_bytes()
    ran = here("audit", "cosign", str(seal), "--key", str(folder / "bo.pem"))
    assert ran.code == 4
    assert "does not hold" in ran.err
    assert seal.read_bytes() == before


def test_another_seal_is_no_copy(folder: Path, tmp_path: Path, seal: Path) -> None:
    other = tmp_path / "other.json"
    other.write_text(audit(folder / "whole.db", "seal", "--year", "2018", "--date", "2019-01-01").out)
    ran = here("audit", "cosign", str(seal), str(other))
    assert ran.code == 4
    assert f"{other}: not-as-sealed: this is another seal than that of {seal}" in ran.err


def test_what_is_refused_is_said_in_danish_to_danes(folder: Path, tmp_path: Path, seal: Path) -> None:
    danish = ("--lang", "da")
    none = audit(folder / "whole.db", "seal", "--year", "2031", *danish)
    assert (none.code, "unknown-entry: journalen har ingen post fra 2031" in none.err) == (1, True)
    other = tmp_path / "other.json"
    other.write_text(audit(folder / "whole.db", "seal", "--year", "2018", "--date", "2019-01-01").out)
    ran = here("audit", "cosign", str(seal), str(other), *danish)
    assert (ran.code, f"{other}: not-as-sealed: dette er et andet segl end det i {seal}" in ran.err) == (4, True)
    record(str(tmp_path / "another.db"))
    ran = audit(tmp_path / "another.db", "seal", "--year", "2018", "--after", str(seal), *danish)
    assert (ran.code, "not-as-sealed: journalen begynder ikke med det, som seglet for 2018 har" in ran.err) == (4, True)
    altered = json.loads(cosigned(seal, folder, "ane").read_text())
    altered["signatures"][0]["name"] = "Bo"
    seal.write_text(json.dumps(altered))
    ran = here("audit", "cosign", str(seal), "--key", str(folder / "bo.pem"), *danish)
    assert (ran.code, "not-as-sealed: signaturen med nøglen" in ran.err) == (4, True)


POLICIES: dict[str, tuple[tuple[str, ...], tuple[str, ...], int | None, int]] = {
    # who signed, whose keys are given, how many are needed, the exit code
    "all of three": (ALL, ALL, None, 0),
    "one of three is missing": (("ane", "bo"), ALL, None, 4),
    "two of three": (("ane", "bo"), ALL, 2, 0),
    "three of three": (("ane", "bo"), ALL, 3, 4),
    "one of three": (("cy",), ALL, 1, 0),
    "none of three": ((), ALL, 1, 4),
    "another": (("other",), ALL, 1, 4),
    "two, and one of them counts": (("ane", "other"), ALL, 2, 4),
    "no key": (("ane",), (), None, 0),
    "one key in two files": (("ane",), ("ane", "ane"), 1, 0),
    "one key in two files, of which two are needed": (("ane",), ("ane", "ane"), 2, 2),
    "more than there are": (ALL, ("ane",), 2, 2),
    "no key, and one is needed": (ALL, (), 1, 2),
}


@pytest.mark.parametrize("name", POLICIES)
def test_as_many_of_the_given_keys_as_the_policy_says_have_signed(name: str, folder: Path, seal: Path) -> None:
    signed, given, needed, code = POLICIES[name]
    cosigned(seal, folder, *signed)
    policy = [] if needed is None else ["--policy", str(needed)]
    assert verified(folder / "whole.db", seal, more=[*keys_of(folder, *given), *policy]).code == code
    alone = here("receipt", "verify", str(seal), *keys_of(folder, *given), *policy)
    assert alone.code == code
    assert "Traceback" not in alone.err


def test_it_is_said_who_has_signed_and_who_has_not(folder: Path, seal: Path) -> None:
    cosigned(seal, folder, "ane", "other")
    more = keys_of(folder, "ane", "bo")
    ran = verified(folder / "whole.db", seal, more=more)
    assert f"1 of the given keys have signed, and 2 must have; these have not: {folder / 'bo.pub'}." in ran.out
    assert f"Signed with {folder / 'ane.pub'} (ane) (1 of 2 keys, 2 needed)." in ran.out.replace("\n", " ")
    assert "Signed with a key that was not given" in ran.out
    danish = verified(folder / "whole.db", seal, more=[*more, "--lang", "da"])
    assert "1 af de givne nøgler har signeret, og 2 skal have gjort det; her mangler" in danish.out


@pytest.mark.parametrize(
    "arguments",
    [
        ("verify", "--policy", "1"),
        ("verify", "--public-key", "ane.pub"),
        ("verify", "--seal", "plain.json", "--policy", "0"),
        ("verify", "--seal", "plain.json", "--signed", "x", "--public-key", "ane.pub"),
        ("verify", "--signed", "x", "--public-key", "ane.pub", "--public-key", "bo.pub"),
        ("cosign", "plain.json"),
        ("cosign", "plain.json", "signed.json", "--name", "Ane"),
        ("cosign", "plain.json", "--key", "ane.pem", "--name", ""),
        ("cosign", "plain.json", "--key", "ane.pem", "--name", "x" * 201),
        ("cosign",),
        ("seal",),
        ("seal", "--year", "2018", "--date", "soon"),
    ],
)
def test_options_that_do_not_go_together_are_a_mistake_of_usage(
    arguments: tuple[str, ...], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    assert audit(folder / "whole.db", *arguments).code == 2


# one seal after the other


@pytest.fixture(scope="module")
def later(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the journal as it went on, and seals that follow the first: with a proof and without."""
    later = tmp_path_factory.mktemp("later")
    path = copied(folder / "whole.db", later / "journal.db")
    record(str(path), ["gnisten"])
    for name, more in (("after.json", ("--after", str(folder / "plain.json"))), ("alone.json", ())):
        assert audit(path, "seal", *DATE, *more, "--out", str(later / name)).code == 0
    return later


def test_two_seals_are_compared_with_the_journal_and_with_each_other(folder: Path, later: Path) -> None:
    for name in ("after.json", "alone.json"):
        assert kinds(later / "journal.db", later / name, folder / "plain.json") == [[], []]
        assert kinds(later / "journal.db", folder / "plain.json", later / name) == [[], []]
    ran = verified(later / "journal.db", folder / "plain.json", later / "after.json")
    assert ran.out.count("It goes on from the earlier seal.") == 1
    assert kinds(folder / "whole.db", folder / "plain.json", later / "after.json") == [[], ["too_few"]]
    assert kinds(folder / "whole.db", folder / "plain.json", later / "alone.json") == [[], ["too_few"]]


def test_two_seals_are_compared_without_the_journal(folder: Path, later: Path) -> None:
    ran = here("receipt", "verify", str(later / "after.json"), "--seal", str(folder / "signed.json"))
    assert ran.code == 0
    assert "✓ It goes on from the earlier seal." in ran.out
    without = here("receipt", "verify", str(later / "alone.json"), "--seal", str(folder / "plain.json"))
    assert without.code == 4
    assert "There is no proof for the given seal" in without.out
    other = here("receipt", "verify", str(later / "after.json"), "--seal", str(later / "alone.json"), "--lang", "da")
    assert other.code == 4
    assert "Beviset er for et andet segl end det givne" in other.out


def test_a_proof_that_does_not_hold_is_told(folder: Path, later: Path, tmp_path: Path) -> None:
    forged = json.loads((later / "after.json").read_text())
    forged["after"]["path"][0] = "0" * 64
    (tmp_path / "forged.json").write_text(json.dumps(forged))
    for more in ((), ("--seal", str(folder / "plain.json"))):
        ran = here("receipt", "verify", str(tmp_path / "forged.json"), *more, "--format", "json")
        assert (ran.code, json.loads(ran.out)["holds"]) == (4, False)
        assert json.loads(ran.out)["seals"][0]["faults"][0]["kind"] == "not_consistent"
    assert kinds(later / "journal.db", tmp_path / "forged.json") == [["not_consistent"]]
    assert kinds(later / "journal.db", tmp_path / "forged.json", folder / "plain.json")[1] == []


def test_a_journal_that_was_written_anew_gets_no_seal_after_the_first(
    folder: Path, tmp_path: Path, later: Path
) -> None:
    path = copied(later / "journal.db", tmp_path / "journal.db")
    rewritten(path)
    ran = audit(path, "seal", *DATE, "--after", str(folder / "plain.json"))
    assert (ran.code, ran.out) == (4, "")
    assert "the journal does not begin with what the seal of 2018 has" in ran.err
    anew = tmp_path / "anew.json"
    assert audit(path, "seal", *DATE, "--out", str(anew)).code == 0
    assert kinds(path, folder / "plain.json", anew) == [["other_entries"], ["not_consistent"]]


# receipts


@pytest.fixture(scope="module")
def receipt(folder: Path) -> str:
    return audit(folder / "whole.db", "receipt", "4", "--seal", str(folder / "signed.json")).out


def receipt_verified(receipt: str, *arguments: str) -> Ran:
    return here("receipt", "verify", "-", *arguments, stdin=receipt.encode(), columns=200)


def test_a_receipt_proves_that_its_entry_was_sealed(folder: Path, receipt: str) -> None:
    record_ = json.loads(receipt)
    assert record_["format"] == "sekskant/receipt/3"
    assert rfc8785.dumps(record_).decode() + "\n" == receipt
    against = ("--seal", str(folder / "signed.json"), *keys_of(folder, *ALL), "--policy", "2")
    ran = receipt_verified(receipt, *against)
    assert ran.code == 0
    assert "✓ The entry is one of the 8 that were sealed." in ran.out
    danish = receipt_verified(receipt, *against, "--lang", "da", "--journal", str(folder / "whole.db"))
    assert "✓ Posten er en af de 8, der blev forseglet." in danish.out
    assert json.loads(receipt_verified(receipt, *against, "--format", "json").out)["holds"] is True
    alone = receipt_verified(receipt)
    assert alone.code == 0
    assert "The entry was sealed; that is seen with the seal only" in alone.out
    assert receipt_verified(receipt, "--public-key", str(folder / "ane.pub")).code == 2
    missing = receipt_verified(receipt, *against[:2], *keys_of(folder, "other"))
    assert missing.code == 4


def test_a_receipt_does_not_hold_against_another_seal(folder: Path, later: Path, receipt: str, tmp_path: Path) -> None:
    ran = receipt_verified(receipt, "--seal", str(later / "alone.json"))
    assert ran.code == 4
    assert "The proof is for another seal than that given" in ran.out
    record(str(tmp_path / "other.db"))
    audit(tmp_path / "other.db", "seal", *DATE, "--out", str(tmp_path / "other.json"))
    assert (
        "The seal is that of another journal." in receipt_verified(receipt, "--seal", str(tmp_path / "other.json")).out
    )
    plain = audit(folder / "whole.db", "receipt", "4").out
    assert json.loads(plain)["format"] == "sekskant/receipt/1"
    none = receipt_verified(plain, "--seal", str(folder / "plain.json"), "--format", "json")
    assert (none.code, json.loads(none.out)["seals"][0]["faults"][0]["kind"]) == (4, "no_proof")


def test_what_was_recorded_after_the_seal_has_no_proof(folder: Path, later: Path, tmp_path: Path) -> None:
    ran = audit(later / "journal.db", "receipt", "9", "--seal", str(folder / "plain.json"))
    assert (ran.code, ran.out) == (1, "")
    assert "entry 9 was recorded after the seal, which has 8 entries" in ran.err
    path = copied(later / "journal.db", tmp_path / "journal.db")
    rewritten(path, 8)
    ran = audit(path, "receipt", "4", "--seal", str(folder / "plain.json"))
    assert (ran.code, ran.out) == (4, "")


def test_a_receipt_of_a_decision_of_a_run_proves_that_the_run_was_sealed(folder: Path, tmp_path: Path) -> None:
    path, register = copied(folder / "whole.db", tmp_path / "journal.db"), tmp_path / "register.csv"
    register.write_text("id;name;operator_name;operator_kind\na;A;Aarhus Kommune;municipality\n")
    to = ("--year", "2018", "--rulebook", "hovedstaden.udviklingsstrategi", "--journal", str(path))
    assert here("reclassify", str(register), *to, "--out", str(tmp_path / "out")).code == 0
    seal = tmp_path / "seal.json"
    assert audit(path, "seal", *DATE, "--out", str(seal)).code == 0
    receipt = audit(path, "receipt", "9/a", "--seal", str(seal)).out
    record_ = json.loads(receipt)
    assert (record_["format"], record_["name"], record_["sealed"]["index"]) == ("sekskant/receipt/4", "A", 8)
    assert receipt_verified(receipt, "--seal", str(seal), "--journal", str(path)).code == 0


# whatever stands in the files


def test_every_flipped_byte_of_a_signed_seal_is_noticed(folder: Path, seal: Path) -> None:
    data = (folder / "signed.json").read_bytes().removesuffix(b"\n")
    choose = chance("flipped bytes of a seal")
    for place in choose.sample(range(len(data)), 20 if AT_THE_DESK else 200):
        flipped = bytearray(data)
        flipped[place] ^= 1 << choose.randrange(8)
        seal.write_bytes(bytes(flipped))
        ran = here("receipt", "verify", str(seal), *keys_of(folder, *ALL))
        assert ran.code in (1, 4), (place, ran.out)
        assert "Traceback" not in ran.err


def put(*path: str | int, value: Any) -> Callable[[dict[str, Any]], None]:
    """Put a value at a place; None as a key takes what is there away."""

    def alter(record: Any) -> None:
        for key in path[:-1]:
            record = record[key]
        record[path[-1]] = value

    return alter


ODD: tuple[Any, ...] = (None, True, -1, 2**53, 1.5, "", "x", [], {}, [1], ["x"], "0" * 63, "A" * 64, "\u0000", [[]])
FIELDS: tuple[tuple[str | int, ...], ...] = (
    *((name,) for name in ("format", "journal", "year", "count", "head", "root", "runs", "rulebooks", "vocabularies")),
    *((name,) for name in ("decisions", "decisions_of_runs", "overrides", "sealed_at", "signatures")),
    *(("journal", name) for name in ("id", "digest")),
    *(("after", name) for name in ("seal", "count", "root", "path")),
    *(("signatures", 0, name) for name in ("key", "signature")),
    ("signatures", 0),
    ("more",),
)
SOUND: dict[tuple[str | int, ...], tuple[Any, ...]] = {
    ("journal", "id"): (),
    ("runs",): ([],),
    ("rulebooks",): ([],),
    ("vocabularies",): ([],),
    ("signatures",): ([],),
}
SOUND |= {("after", "path"): ([],)}


@pytest.mark.parametrize("path", FIELDS, ids=str)
def test_what_is_no_seal_is_a_line_for_every_command(
    path: tuple[str | int, ...], folder: Path, later: Path, seal: Path
) -> None:
    whole = json.loads((later / "after.json").read_text())
    whole["signatures"] = json.loads((folder / "signed.json").read_text())["signatures"]
    odd = chance(path).sample(ODD, 4) if AT_THE_DESK else ODD
    for value in odd:
        if value in SOUND.get(path, ()):
            continue
        record_ = json.loads(json.dumps(whole))
        put(*path, value=value)(record_)
        seal.write_text(json.dumps(record_))
        ran = here("audit", "cosign", str(seal), "--key", str(folder / "ane.pem"))
        assert (ran.code, ran.out) == (1, ""), value
        assert re.match(rf"{re.escape(str(seal))}(:[0-9]+:[0-9]+)?: receipt-form: ", ran.err), value


NO_SEALS = {
    "nothing": b"",
    "no JSON": b"{",
    "a list": b"[]",
    "no mapping": b"7",
    "another format": b'{"format": "sekskant/seal/2"}',
    "a receipt": b'{"format": "sekskant/receipt/1"}',
    "no UTF-8": b'{"format": "\xff"}',
    "a key that stands twice": b'{"format": "sekskant/seal/1", "format": "sekskant/seal/1"}',
    "half a character": b'{"format": "sekskant/seal/1", "year": "\\ud800"}',
    "a number without end": b'{"format": "sekskant/seal/1", "year": ' + b"9" * 10_000 + b"}",
    "what is no number": b'{"format": "sekskant/seal/1", "year": NaN}',
    "too deep": b'{"format":' + b"[" * 100_000,
    "too large": b" " * (16 * 2**20 + 1),
}


@pytest.mark.parametrize("name", NO_SEALS)
def test_a_file_that_is_no_seal_is_a_line(name: str, folder: Path, seal: Path, receipt: str) -> None:
    seal.write_bytes(NO_SEALS[name])
    ran = verified(folder / "whole.db", seal)
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith(f"{seal}:")
    assert receipt_verified(receipt, "--seal", str(seal)).code == 1
    assert audit(folder / "whole.db", "seal", *DATE, "--after", str(seal)).code == 1
    assert audit(folder / "whole.db", "receipt", "4", "--seal", str(seal)).code == 1


@pytest.mark.parametrize("name", [(), ("format",), ("journal",), ("signatures",), ("after",)], ids=str)
def test_a_seal_with_a_key_less_is_none(name: tuple[str, ...], folder: Path, seal: Path) -> None:
    record_ = json.loads(seal.read_text())
    seal.write_text(json.dumps({key: value for key, value in record_.items() if key not in name}))
    assert verified(folder / "whole.db", seal).code == (1 if name else 0)


@pytest.mark.parametrize("part", ["count", "root", "index", "path", "seal"])
def test_no_part_of_the_proof_in_a_receipt_can_be_another(part: str, folder: Path, receipt: str) -> None:
    record_ = json.loads(receipt)
    del record_["seal"]
    values = ["0" * 64, 0, 1, 9, 2**53 - 1, [], ["0" * 64] * 3, ["0" * 64] * 65, None, "x", -1, True]
    for value in chance(part).sample(values, 5) if AT_THE_DESK else values:
        if record_["sealed"][part] == value:
            continue
        altered = record_ | {"sealed": record_["sealed"] | {part: value}}
        made = canonical(altered | {"seal": sha256(canonical(altered))})
        ran = receipt_verified(made, "--seal", str(folder / "signed.json"))
        assert ran.code in (1, 4), value
        assert "✓ The entry is one" not in ran.out
        assert ran.code == 4 or "receipt-form" in ran.err


def test_the_commands_in_the_document_do_what_they_say(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    section = (ROOT / "docs" / "auditors.md").read_text().split("## Seal a year")[1].split("\n## ")[0]
    blocks = re.findall(r"```bash\n(.*?)```", section, re.DOTALL)
    monkeypatch.chdir(tmp_path)
    for name in ALL:
        for ending in ("pem", "pub"):
            copied(folder / f"{name}.{ending}", tmp_path / f"{name}.{ending}")
    path = copied(folder / "whole.db", tmp_path / "decisions.db")
    record(str(path))
    lines = [line for block in blocks for line in block.splitlines() if line.startswith("sekskant ")]
    commands = [shlex.split(line) for line in lines]
    assert len(commands) == 11
    for _, *written in commands:
        words, target = (written[:-2], Path(written[-1])) if ">" in written else (written, None)
        ran = here(*words, environment={"SEKSKANT_JOURNAL": str(path)} if words[0] == "audit" else {})
        assert ran.code == 0, (words, ran.err, ran.out)
        if target is not None:
            target.write_text(ran.out)


@pytest.mark.parametrize("target", ["whole.db", "ane.pem", "plain.json"])
def test_a_seal_takes_the_place_of_nothing_else(target: str, folder: Path, tmp_path: Path) -> None:
    for name in ("whole.db", "ane.pem", "plain.json", "bo.pem"):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    (tmp_path / "seal.json").write_bytes((folder / "plain.json").read_bytes())
    out, before = tmp_path / target, (tmp_path / target).read_bytes()
    made = audit(tmp_path / "whole.db", "seal", *DATE, "--out", str(out))
    signed = here("audit", "cosign", str(tmp_path / "seal.json"), "--key", str(tmp_path / "bo.pem"), "--out", str(out))
    for ran in (made, signed):
        assert (ran.code, f"{out} is there already; choose another name" in ran.err) == (2, True)
    assert out.read_bytes() == before


@pytest.mark.parametrize("place", ["document", "texts", "format"])
def test_a_receipt_with_what_is_no_text_is_said_to_be_none(place: str, folder: Path, tmp_path: Path) -> None:
    record_ = json.loads(audit(folder / "whole.db", "receipt", "1").out)
    if place == "format":
        record_["entry"]["format"] = []
    elif place == "texts":
        record_["texts"] = dict.fromkeys(record_["texts"], HALF)
    else:
        record_["document"] = HALF
    path = tmp_path / "receipt.json"
    path.write_text(json.dumps(record_))
    assert here("receipt", "verify", str(path)).code == 1


def test_one_entry_is_told_in_the_singular(tmp_path: Path) -> None:
    journal, seal = ("--journal", str(tmp_path / "journal.db")), str(tmp_path / "seal.json")
    offer = tmp_path / "offer.yaml"
    offer.write_text("{format: sekskant/offer/1, id: sol, name: Sol, evidence: {}}", encoding="utf-8")
    wide = ("--year", "2018", "--rulebook", "hovedstaden.udviklingsstrategi")
    assert here("assess", str(offer), *wide, *journal).code == 0
    dated = ("--year", "2018", "--date", "2018-12-31")
    made = here("audit", "seal", *dated, "--out", seal, "--lang", "da", *journal)
    assert ": 1 post er forseglet; seglets digest: " in made.err
    verified = here("audit", "verify", "--seal", seal, "--lang", "da", *journal)
    assert "Den første post er den, der blev forseglet." in verified.out
