"""`sekskant audit` beyond reading: why, history, replay, receipts, exports, overrides."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
import rfc8785
from prov.model import ProvDocument

from engine.diagnostics import Rejected
from engine.journal.journal import Journal
from engine.journal.receipt import mismatches, read_receipt, receipt_text
from engine.rulebooks.rulebook import Verdict
from engine.values.canonical import sha256
from offers.recorded.mask import MASK
from offers.recorded.replay import Replayer, recorded_in
from tests.command import DATA, ROOT, Ran, here, sekskant
from tests.journals import edited, record

GNISTEN, JONSTRUPVANG = str(DATA / "gnisten.yaml"), str(DATA / "jonstrupvang.yaml")
YEAR = ("--year", "2018")


def audit(path: Path, *arguments: str, columns: int = 120) -> Ran:
    return here("audit", *arguments, environment={"SEKSKANT_JOURNAL": str(path)}, columns=columns)


def words(ran: Ran) -> str:
    return " ".join(ran.out.replace("│", " ").replace("├──", " ").replace("└──", " ").split())


# why, why-not


def test_why_is_the_decisive_part_only(whole: Path) -> None:
    gnisten = words(audit(whole, "why", "1"))
    assert "Gnisten is not covered by the development strategy" in gnisten
    assert "A5 Organisational coordination: not fulfilled" in gnisten
    assert "Included by executive order" not in gnisten
    assert "A1 Small volume" not in gnisten
    danish = words(audit(whole, "why", "3", "--lang", "da"))
    assert "A4 Faglig koordinering: uafklaret" in danish
    assert "A1 Lille" not in danish


def test_why_not_names_the_smallest_change_first_and_what_the_evidence_would_have_to_show(whole: Path) -> None:
    out = words(audit(whole, "why-not", "4", "--outcome", "not_most_specialised"))
    assert "1. B1 and B2" in out
    assert "Cases per 10,000 inhabitants: at most 0.5; would have to be above 0.5" in out
    assert "or Judgement of volume: not stated; would have to be no" in out
    assert "together:" in out
    undetermined = words(audit(whole, "why-not", "3", "--outcome", "covered", "--lang", "da"))
    assert "A2, A3 og A4" in undetermined
    assert "Behov for faglig koordinering: ikke oplyst; skulle være ja" in undetermined
    assert "already: most specialised" in words(audit(whole, "why-not", "4", "--outcome", "most_specialised"))


def test_why_not_knows_the_outcomes_of_the_rulebook(whole: Path) -> None:
    ran = audit(whole, "why-not", "4", "--outcome", "covered")
    assert ran.code == 1
    assert "unknown-outcome" in ran.err
    assert "`most_specialised`, `not_most_specialised`" in ran.err


# replay


def test_replay_needs_neither_offer_file_nor_rulebook_file(tmp_path: Path) -> None:
    rules = tmp_path / "rules"
    rules.mkdir()
    for file in ("vocabulary.yaml", "mest-specialiserede-2018.yaml"):
        (rules / file).write_bytes((ROOT / "rules" / "hovedstaden" / file).read_bytes())
    offer, path = tmp_path / "offer.yaml", tmp_path / "journal.db"
    offer.write_text(Path(JONSTRUPVANG).read_text())
    rulebook = rules / "mest-specialiserede-2018.yaml"
    ran = here("assess", str(offer), "--rulebook", str(rulebook), *YEAR, "--journal", str(path))
    assert ran.code == 0, ran.err
    rulebook.write_text(rulebook.read_text().replace("at_least: 5", "at_least: 6"))
    offer.unlink()
    (rules / "vocabulary.yaml").unlink()
    alone = audit(path, "replay", "1")
    assert (alone.code, alone.err) == (0, "")
    assert alone.out == "Entry 1 (jonstrupvang, hovedstaden.mest-specialiserede 2018): identical\n"


def test_replay_says_identical_different_where_and_not_replayable_why(journal: Path) -> None:
    assert audit(journal, "replay", "--all").out == "8 identical, 0 different, 0 not replayable\n"
    with edited(journal) as connection:
        connection.execute("UPDATE entries SET content = replace(content, '0.5', '0.4') WHERE number = 4")
        connection.execute("UPDATE entries SET document = NULL WHERE number = 5")
    ran = audit(journal, "replay", "--all")
    assert ran.code == 4
    lines = ran.out.splitlines()
    assert lines[0].startswith("Entry 4 (jonstrupvang, hovedstaden.mest-specialiserede 2018): different: criteria.B1.")
    assert lines[1].endswith("not replayable: the entry does not hold a whole decision")
    assert lines[2] == "6 identical, 1 different, 1 not replayable"
    results = json.loads(audit(journal, "replay", "4", "--format", "json").out)
    assert results[0]["result"] == "different"
    with edited(journal) as connection:
        connection.execute("DELETE FROM texts WHERE kind = 'rulebook'")
    assert "er ikke bevaret" in audit(journal, "replay", "1", "--lang", "da").out
    assert audit(journal, "replay").code == 2


@pytest.mark.parametrize("variables", [{"PYTHONHASHSEED": "1"}, {"PYTHONHASHSEED": "2", "LC_ALL": "da_DK.UTF-8"}])
@pytest.mark.slow
@pytest.mark.parametrize("engine", ["durable-rules", "reference"])
def test_replay_is_identical_across_processes_hash_seeds_locales_and_engines(
    engine: str, variables: dict[str, str], whole: Path
) -> None:
    environment = {"SEKSKANT_JOURNAL": str(whole), "SEKSKANT_ENGINE": engine, **variables}
    ran = sekskant("audit", "replay", "--all", "--format", "json", environment=environment)
    assert ran.code == 0
    assert {r["result"] for r in json.loads(ran.out)} == {"identical"}


# history


def test_history_says_what_changed_and_why(tmp_path: Path) -> None:
    path, changed = tmp_path / "journal.db", tmp_path / "changed.yaml"
    here("assess", JONSTRUPVANG, *YEAR, "--journal", str(path))
    text = Path(JONSTRUPVANG).read_text()
    changed.write_text(text.replace("at_most: 0.5", "above: 0.7").replace("at_least: 4", "at_most: 3"))
    here("assess", str(changed), *YEAR, "--journal", str(path))
    here("assess", str(changed), *YEAR, "--journal", str(path))
    out = words(audit(path, "history", "jonstrupvang", "--rulebook", "hovedstaden.mest-specialiserede"))
    assert "✗ not most specialised entry 4" in out
    assert "The outcome changed because of the data" in out
    assert "B2: fulfilled → not fulfilled" in out
    assert "Cases per 10,000 inhabitants: at most 0.5 → above 0.7" in out
    assert out.endswith("unchanged")
    events = json.loads(audit(path, "history", "jonstrupvang", "--format", "json").out)
    changes = [e["changed"]["cause"] for e in events if e["changed"]]
    assert sorted(changes) == ["data", "none", "none", "none"]
    ran = audit(path, "history", "nobody")
    assert ran.code == 1
    assert "there is no decision on `nobody`" in ran.err


@pytest.mark.slow
def test_history_tells_a_changed_rule_from_changed_data(tmp_path: Path) -> None:
    path, rules = tmp_path / "journal.db", tmp_path / "rules"
    rules.mkdir()
    (rules / "vocabulary.yaml").write_bytes((ROOT / "rules" / "hovedstaden" / "vocabulary.yaml").read_bytes())
    text = (ROOT / "rules" / "hovedstaden" / "mest-specialiserede-2018.yaml").read_text()
    offer = str(DATA / "lyngdal-skaermede-enheder.yaml")
    for required in ("5", "6"):
        rulebook = rules / "r.yaml"
        rulebook.write_text(text.replace("at_least: 5", f"at_least: {required}"))
        assert sekskant("assess", offer, *YEAR, "--rulebook", str(rulebook), "--journal", str(path)).code == 0
    out = words(audit(path, "history", "lyngdal-skaermede-enheder", "--lang", "da"))
    assert "Udfaldet er ændret på grund af reglen" in out
    assert "Regelsæt: 2018 (" in out


def test_history_names_an_override_and_takes_a_rename_for_none(tmp_path: Path) -> None:
    path, rules = tmp_path / "journal.db", tmp_path / "rules"
    rules.mkdir()
    (rules / "vocabulary.yaml").write_bytes((ROOT / "rules" / "hovedstaden" / "vocabulary.yaml").read_bytes())
    text = (ROOT / "rules" / "hovedstaden" / "udviklingsstrategi-2018.yaml").read_text(encoding="utf-8")
    renamed = re.sub(r"\bA([1-6])\b", r"K\1", text).replace(
        "operator_kind, is: region}", "operator_kind, is: municipality}", 1
    )
    rulebook = rules / "r.yaml"
    for written in (text, renamed):
        rulebook.write_text(written, encoding="utf-8")
        offer = (str(DATA / "gnisten.yaml"), *YEAR, "--rulebook", str(rulebook))
        assert here("assess", *offer, "--journal", str(path)).code == 0
    _, event = json.loads(audit(path, "history", "gnisten", "--format", "json").out)
    turned = [[[{"kind": "test", "of": "included_by_order", "fact": "operator_kind"}]]]
    assert event["changed"] == {
        "cause": "rule",
        "causes": turned,
        "causes_complete": True,
        "criteria": [],
        "overrides": ["included_by_order"],
        "facts": [],
        "rulebook": True,
    }
    out = words(audit(path, "history", "gnisten", "--lang", "da"))
    assert "Nok i sig selv: kravet i »Medtaget efter bekendtgørelse« til Type driftsherre" in out


M, N, U = Verdict.MET, Verdict.NOT_MET, Verdict.UNDETERMINED


# receipts


def test_a_receipt_holds_on_its_own(whole: Path, tmp_path: Path) -> None:
    receipt = tmp_path / "receipt.json"
    receipt.write_text(audit(whole, "receipt", "4").out)
    assert rfc8785.dumps(json.loads(receipt.read_text())).decode() + "\n" == receipt.read_text()
    ran = sekskant("receipt", "verify", str(receipt), cwd=tmp_path)
    assert (ran.code, ran.err) == (0, "")
    assert "✓ All digests agree." in ran.out
    assert "✓ Made again, the decision is identical." in ran.out
    compared = sekskant("receipt", "verify", "-", "--journal", str(whole), "--lang", "da", stdin=receipt.read_bytes())
    assert compared.code == 0
    assert "✓ Posten står i journalen." in compared.out
    record_ = json.loads(sekskant("receipt", "verify", str(receipt), "--format", "json").out)
    assert (record_["holds"], record_["entry"], record_["decided_again"]) == (True, 4, "identical")


def test_a_receipt_from_another_journal_does_not_stand_in_this_one(whole: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    record(str(other))
    ran = sekskant("receipt", "verify", "-", "--journal", str(other), stdin=audit(whole, "receipt", "4").out.encode())
    assert ran.code == 4
    assert "✗ The entry does not stand in the journal" in ran.out.replace("so in the", "in the")


@pytest.mark.slow
def test_every_flipped_byte_of_a_receipt_is_noticed(whole: Path) -> None:
    with Journal(str(whole)) as journal:
        data = bytearray(receipt_text(journal, journal.entry(2)).encode())
    assert not list(mismatches(read_receipt(bytes(data), "r.json")))
    for i in range(0, len(data), 7):
        for bit in (0x01, 0x20):
            data[i] ^= bit
            with contextlib.suppress(Rejected):
                assert list(mismatches(read_receipt(bytes(data), "r.json"))), i
            data[i] ^= bit


def _resealed(record_: dict[str, Any]) -> str:
    rest = {key: value for key, value in record_.items() if key != "seal"}
    return rfc8785.dumps(rest | {"seal": sha256(rfc8785.dumps(rest).decode())}).decode()


def _rehashed(record_: dict[str, Any]) -> str:
    """A receipt forged with care: every digest fits again."""
    entry = record_["entry"]
    entry["content_digest"] = sha256(rfc8785.dumps(record_["decision"]).decode())
    entry["document"] = sha256(record_["document"])
    record_["digest"] = sha256(rfc8785.dumps(entry).decode())
    return _resealed(record_)


@pytest.fixture
def receipt(whole: Path) -> dict[str, Any]:
    return json.loads(audit(whole, "receipt", "4").out)  # type: ignore[no-any-return]


def test_what_is_wrong_with_a_receipt_is_named(receipt: dict[str, Any]) -> None:
    receipt["decision"]["verdict"] = receipt["entry"]["verdict"] = "not_met"
    ran = sekskant("receipt", "verify", "-", stdin=_resealed(receipt).encode())
    assert ran.code == 4
    assert "✗ The decision does not have its digest." in ran.out
    assert "✗ The entry does not have its digest." in ran.out


def test_a_carefully_forged_receipt_is_found_out_by_deciding_again(receipt: dict[str, Any]) -> None:
    receipt["document"] = receipt["document"].replace('"at_most":0.5', '"at_most":0.6')
    ran = sekskant("receipt", "verify", "-", stdin=_rehashed(receipt).encode(), columns=200)
    assert ran.code == 4
    assert "✓ All digests agree." in ran.out
    assert "✗ Made again, the decision differs in: criteria.B1." in ran.out


def test_a_receipt_without_its_rulebook_does_not_hold(receipt: dict[str, Any]) -> None:
    receipt["texts"] = dict(list(receipt["texts"].items())[1:])
    ran = sekskant("receipt", "verify", "-", stdin=_resealed(receipt).encode())
    assert ran.code == 4
    assert "✗ A rulebook or vocabulary is missing" in ran.out


@pytest.mark.parametrize(
    "text",
    ["", "nonsense", "[]", "{}", '{"format": "sekskant/receipt/1"}', '{"format": "x", "format": 1}'],
)
def test_what_is_no_receipt_is_said(text: str) -> None:
    ran = sekskant("receipt", "verify", "-", stdin=text.encode())
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith("standard input: receipt-form: ")


@pytest.mark.parametrize("depth", [10, 41, 42, 1000, 100_000])
def test_a_receipt_of_any_depth_is_a_line(depth: int) -> None:
    ran = sekskant("receipt", "verify", "-", stdin=(b'{"a": ' * depth) + b"1" + b"}" * depth)
    assert (ran.code, ran.out) == (1, "")
    deep = "standard input:1:247: too-deep: more than 40 levels of nesting\n"
    assert ran.err == deep if depth > 41 else ran.err.startswith("standard input: receipt-form: ")


def test_a_receipt_that_is_nested_too_deeply_is_refused_at_its_place() -> None:
    ran = sekskant("receipt", "verify", "-", stdin=b"[" * 100_000)
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith("standard input:1:42: too-deep: ")


def test_a_receipt_of_what_is_no_decision_is_refused(journal: Path) -> None:
    audit(journal, "override", "1", "--verdict", "met", "--because", "x", "--by", "y")
    ran = audit(journal, "receipt", "9")
    assert ran.code == 1
    assert "entry 9 is no decision" in ran.err


# export


def test_export_as_json_lines_gives_all_that_entries_hold(whole: Path) -> None:
    lines = audit(whole, "export", "--offer", "jonstrupvang").out.splitlines()
    entries = [json.loads(audit(whole, "show", str(n), "--format", "json").out) for n in (3, 4)]
    assert [json.loads(line) for line in lines] == entries


def test_export_as_csv_has_a_row_for_each_test(whole: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(audit(whole, "export", "--format", "csv", "--offer", "jonstrupvang").out)))
    volume = next(row for row in rows if row["criterion"] == "B1")
    assert (volume["number"], volume["fact"], volume["threshold"]) == ("4", "cases_per_10000", "0.5")
    assert json.loads(volume["evidence"]) == {"at_most": "0.5"}
    assert {row["criterion"] for row in rows} >= {"A5", "B6", "included_by_order"}


def test_export_as_prov_is_read_by_others(journal: Path) -> None:
    audit(journal, "override", "1", "--verdict", "met", "--because", "x", "--by", "Åse Ø")
    document = ProvDocument.deserialize(content=audit(journal, "export", "--format", "prov").out, format="json")
    provn = document.get_provn()
    assert provn.count("activity(") == 9
    assert "wasAssociatedWith(sekskant:recording-9, sekskant:person-_c5_se_20__d8_, -)" in provn
    assert "wasDerivedFrom(sekskant:entry-9, sekskant:entry-1, -, -, -, [prov:type='prov:Revision'])" in provn
    assert "entity(sekskant:entry-4, [" in provn


def test_masked_texts_are_gone_and_all_else_stays(whole: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    ran = audit(whole, "export", "--offer", "jonstrupvang", "--mask", "severe_complexities", "--out", str(out))
    assert (ran.code, ran.out, ran.err) == (0, "", "")
    text = out.read_text()
    assert "spastikere" not in text
    masked = json.loads(text.splitlines()[1])
    assert masked["masked"] == ["severe_complexities"]
    assert masked["document"]["evidence"]["severe_complexities"]["because"] == MASK
    assert masked["content"]["criteria"][1]["because"] == MASK
    assert masked["content"]["criteria"][1]["tests"][0]["evidence"] == {"at_least": "4"}
    plain = json.loads(audit(whole, "export", "--offer", "jonstrupvang").out.splitlines()[1])
    assert plain["content"]["criteria"][3] == masked["content"]["criteria"][3]
    assert "spastikere" in json.dumps(plain)
    csv_text = audit(whole, "export", "--format", "csv", "--mask", "severe_complexities").out
    assert "spastikere" not in csv_text
    assert MASK in csv_text


def test_a_mask_goes_with_what_is_derived(whole: Path) -> None:
    for fact in ("outside_share", "outside_share_mean"):
        ran = audit(whole, "export", "--offer", "gnisten", "--mask", fact)
        assert (ran.code, ran.out) == (1, "")
        assert "stands also in `content.published.reference` of entry 1" in ran.err
        out = audit(whole, "export", "--offer", "gnisten", "--mask", fact, "--mask", "published").out
        assert "I gennemsnit over tre år" not in out
        assert json.loads(out.splitlines()[0])["masked"] == ["outside_share", "outside_share_mean", "published"]


def test_a_failed_mask_writes_nothing(whole: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    ran = audit(whole, "export", "--mask", "severe_complexity", "--out", str(out))
    assert (ran.code, ran.out) == (1, "")
    assert "there is no fact `severe_complexity` in what is exported; nothing was written" in ran.err
    assert "did you mean `severe_complexities`?" in ran.err
    path, reason = tmp_path / "leak.db", "En nabo har fortalt om borgerne."
    evidence = f"evidence: {{severe_complexities: {{answer: 4, because: '{reason}'}}}}\nattention: ['{reason}']\n"
    offer = f"format: sekskant/offer/1\nid: x\nname: X\n{evidence}".encode()
    sekskant("assess", "-", *YEAR, "--journal", str(path), stdin=offer)
    for arguments in ((), ("--out", str(out))):
        ran = audit(path, "export", "--mask", "severe_complexities", *arguments)
        assert (ran.code, ran.out) == (1, "")
        assert "mask-incomplete: a text that is to be masked stands also in `content.attention` of entry 1" in ran.err
        assert reason not in ran.err
    assert [p.name for p in tmp_path.iterdir() if "out" in p.name] == []


# overrides


def test_an_override_is_appended_and_shown_beside_later_decisions(journal: Path) -> None:
    ran = audit(journal, "override", "1", "--verdict", "covered", "--because", "Aftalt politisk.", "--by", "Udvalget")
    assert (ran.code, ran.out) == (0, "")
    assert "entry 9 overrides entry 1: Gnisten is now recorded as covered by the development strategy" in ran.err
    assert audit(journal, "verify").code == 0
    again = here("assess", GNISTEN, *YEAR, "--journal", str(journal), "--summary")
    printed = " ".join(again.out.split())
    assert "overridden for the agreement year 2018 by Udvalget" in printed
    assert "Reason: Aftalt politisk." in printed
    assert "has changed" not in printed
    assert "✗ four of six" in printed
    records = here("assess", GNISTEN, *YEAR, "--journal", str(journal), "--format", "json")
    assert "overridden" in records.err
    assert [r["verdict"] for r in json.loads(records.out)] == ["not_met", "undetermined"]


def test_an_override_is_flagged_when_the_evidence_under_it_has_changed(journal: Path, tmp_path: Path) -> None:
    audit(journal, "override", "1", "--verdict", "met", "--because", "Aftalt.", "--by", "Udvalget")
    offer = Path(GNISTEN).read_text().replace("below: 0.5", "below: 0.4").encode()
    ran = sekskant("assess", "-", *YEAR, "--journal", str(journal), "--lang", "da", stdin=offer, columns=300)
    note = "OBS: Oplysningerne under tilsidesættelsen er ændret siden: Gennemsnitlig andel"
    assert note in ran.out
    same = here("assess", GNISTEN, *YEAR, "--journal", str(journal), "--lang", "da", columns=300)
    assert "er ændret siden" not in same.out


def test_an_override_needs_a_decision_a_verdict_and_a_reason(journal: Path) -> None:
    for arguments, message in (
        (("99", "--verdict", "met", "--because", "x"), "there is no entry 99"),
        (("1", "--verdict", "coverd", "--because", "x"), "did you mean `covered`?"),
        (("1", "--verdict", "undetermined", "--because", "x"), "there is no verdict or outcome `undetermined`"),
    ):
        ran = audit(journal, "override", *arguments)
        assert ran.code == 1
        assert message in ran.err
    assert audit(journal, "override", "1", "--verdict", "met", "--because", " ").code == 2
    with Journal(str(journal)) as source:
        assert source.head().entries == 8


def test_replayed_traces_are_the_recorded_ones(whole: Path) -> None:
    with Journal(str(whole)) as journal:
        replayer = Replayer(journal.text)
        for entry in journal.entries():
            replayed = replayer.replay(recorded_in(entry))
            assert replayed.differs_at == ()
            assert replayed.trace.verdict.value == entry.verdict
