"""Offer files in Danish and in English mean the same, wherever they stand; each is told its mistakes in its words."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from collections.abc import Mapping as MappingType
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from engine.decisions.decision_record import decision_record
from engine.diagnostics import Diagnostic, Place, Rejected
from engine.documents.document import Mapping, read_documents, read_one
from engine.documents.shape import danish_keys
from engine.evaluation.evidence import Evidence
from engine.journal.entry import Entry
from engine.journal.journal import Journal
from engine.rulebooks.rulebook import FactDeclaration
from engine.texts.catalogue import Language
from offers.cases.bilingual_schema import bilingual_offer_schema
from offers.cases.examples import example_offer
from offers.records.notation import DANISH_FILE, as_key
from offers.records.offer import Offer, read_offer_file
from offers.records.offer_file import OfferFile, danish_names
from offers.records.reader import read_offers
from offers.records.words import names_of_facts
from offers.tables.opening import open_table
from tests.chance import AT_THE_DESK, SOAK, chance
from tests.command import DATA, ROOT, sekskant
from tests.journals import deciders, traces_of
from tests.offers import danish_documents as danish
from tests.offers.danish_documents import in_danish, in_plain_english
from tests.offers.random_offers import VOCABULARY, random_document
from tests.support import Written, flow, make_vocabulary

BROKEN = ROOT / "tests" / "broken" / "offers"
OFFERS = 60 if AT_THE_DESK else 400 * SOAK
ASKED = {
    *("id", "navn", "del_af", "driftsherre", "aftalepart", "type", "kode", "område", "målgruppe", "tilbudstype"),
    *("ydelser", "lov", "paragraffer", "pladser", "oplysninger", "mindst", "højst", "under", "over", "mellem", "svar"),
    *("begrundelse", "forbehold", "kilde", "opgjort", "af", "dato", "opmærksomhed", "offentliggjort"),
}
HEAD = "format: sekskant/offer/2\nid: a\nnavn: A\n"


def read(document: MappingType[str, Any], form: str = "a.yaml") -> Offer:
    return read_offer_file(read_one(flow(document).encode(), form), VOCABULARY, keep_written=True)


def said_of(text: str) -> list[str]:
    """What is said of an offer file, each mistake with its hint."""
    try:
        read_offer_file(read_one(text.encode(), "a.yaml"), VOCABULARY)
    except Rejected as error:
        return [str(diagnostic) for diagnostic in error.diagnostics]
    return []


def without_places(offer: Offer) -> list[tuple[str, object, Evidence]]:
    evidence: list[tuple[str, object, Evidence]] = []
    for name, stated in offer.stated.items():
        years = {None: stated} if isinstance(stated, Evidence) else stated
        evidence += [(name, year, one._replace(place=Place(""))) for year, one in years.items()]
    return evidence


@pytest.mark.hypothesis
@pytest.mark.parametrize("share", [1.0, 0.5])
def test_the_same_offer_in_danish_and_in_english_is_one_record(share: float) -> None:
    of_chance = chance(f"two languages {share}")
    for number in range(OFFERS):
        document = in_plain_english(random_document(of_chance, number))
        english, other = read(document), read(in_danish(document, of_chance, share))
        assert other.written == english.written
        assert without_places(other) == without_places(english)
        if number % 20 == 0:
            of_both = [[decision_record(t) for t in traces_of(deciders(), offer)] for offer in (english, other)]
            assert of_both[0] == of_both[1]


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The cases of 2018 in two folders: as they are, and in Danish, each a file."""
    folder, of_chance = tmp_path_factory.mktemp("languages"), chance("folders")
    english, other = folder / "english", folder / "danish"
    english.mkdir()
    other.mkdir()
    for path in sorted(DATA.glob("*.yaml")):
        document = in_plain_english(read_one(path.read_bytes(), path.name).plain())  # type: ignore[arg-type]
        (english / path.name).write_text(flow(document), encoding="utf-8")
        (other / path.name).write_text(flow(in_danish(document, of_chance)), encoding="utf-8")
    return english, other


def test_decisions_and_journal_entries_are_the_same(folders: tuple[Path, Path]) -> None:
    entries: list[list[Entry]] = []
    printed = []
    for folder in folders:
        ran = sekskant("assess", ".", "--year", "2018", "--format", "json", "--journal", "j.db", cwd=folder)
        assert ran.code == 0, ran.err
        printed.append(json.loads(ran.out))
        with Journal(str(folder / "j.db")) as journal:
            entries.append(list(journal.entries()))
    assert printed[0] == printed[1]
    own = ("run", "previous", "digest", "time", "checksums", "recorded_at")
    assert [without(entry, own) for entry in entries[0]] == [without(entry, own) for entry in entries[1]]


def without(entry: Entry, fields: tuple[str, ...]) -> dict[str, object]:
    return {name: value for name, value in entry._asdict().items() if name not in fields}


def test_both_may_stand_in_one_folder_and_one_file(tmp_path: Path) -> None:
    english = {"format": "sekskant/offer/1", "id": "a", "name": "A", "evidence": {"diagnoses": {"at_least": 2}}}
    other = {"format": "sekskant/offer/2", "id": "b", "navn": "B", "oplysninger": {"Diagnoser": {"mindst": 2}}}
    (tmp_path / "a.yaml").write_text(flow(english), encoding="utf-8")
    (tmp_path / "b.yaml").write_text(flow(other), encoding="utf-8")
    (tmp_path / "both.json").write_text(json.dumps([{**english, "id": "c"}, {**other, "id": "d"}]), encoding="utf-8")
    offers = read_offers([str(tmp_path)], VOCABULARY)
    assert [o.id for o in offers if isinstance(o, Offer)] == ["a", "b", "c", "d"]
    assert len({str(without_places(o)) for o in offers if isinstance(o, Offer)}) == 1


def test_the_danish_keys_are_those_that_are_documented() -> None:
    tables = (danish.OFFER, danish.PARTY, danish.SERVICE, danish.PUBLISHED, danish.BOUNDS, danish.DETAILS, danish.KINDS)
    listed = {english: name for table in tables for english, name in table.items()}
    assert dict(danish_names()) == {**listed, "finding": "konstatering"}
    assert ASKED - {"id"} <= set(listed.values())


def test_the_words_of_kinds_are_those_of_the_vocabulary() -> None:
    for fact in ("operator_kind", "agreement_kind"):
        labels = {answer: label.da for answer, label in VOCABULARY.facts[fact].answers.items() if answer != "none"}
        assert labels == danish.KINDS


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("navn: B", "duplicate-key"),
        ("name: B", "`name` says the same as `navn`, which stands already in line 3"),
        ("område: voksne\narea: adults", "`area` says the same as `område`, which stands already in line 4"),
        ("oplysninger: {Diagnoser: 1, diagnoses: 1}", "`diagnoses` says the same as `Diagnoser`"),
        ("oplysninger: {Diagnoser: {mindst: 1, at_least: 1}}", "`at_least` says the same as `mindst`"),
        ("driftsherre: {navn: B, type: privat, kind: private}", "`kind` says the same as `type`"),
    ],
)
def test_two_writings_of_one_key_are_a_duplicate(written: str, said: str) -> None:
    try:
        (told,) = said_of(f"{HEAD}{written}\n")
    except Rejected as error:
        (told,) = map(str, error.diagnostics)
    assert said in told
    assert "duplicate-key" in told


def test_a_danish_key_in_the_format_in_english_is_told_with_the_format_that_has_it() -> None:
    text = "format: sekskant/offer/1\nid: a\nnavn: A\noplysninger: {Diagnoser: {midst: 2}}\n"
    wrong = "a.yaml:1:9: wrong-type: `navn` is a Danish key, which `sekskant/offer/1` does not have"
    misspelt = "a.yaml:4:27: unknown-key: unknown key `midst`\n  hint: did you mean `mindst`?"
    assert said_of(text) == [f"{wrong}\n  hint: write `sekskant/offer/2`", misspelt]
    mended = text.replace("offer/1", "offer/2").replace("midst", "mindst")
    assert said_of(mended) == []


def test_a_file_of_before_has_no_danish_keys_and_is_read_as_before() -> None:
    text = (
        "format: sekskant/offer/1\nid: a\nname: A\narea: voksne\nservice_type: Social\nevidence: {diagnoses: ukendt}\n"
    )
    assert said_of(text) == [
        "a.yaml:4:7: unknown-term: `voksne` is not in the list of `area`\n  hint: write `adults`",
        "a.yaml:5:15: unknown-answer: `Social` is not an answer to `service_type`\n  hint: did you mean `social`?",
    ]
    assert said_of(text.replace("offer/1", "offer/2")) == []
    stays = '{"format":"sekskant/offer/1","id":"a","name":"A","evidence":{"diagnoses":"ukendt"}}'
    assert read(json.loads(stays)).written == stays


def test_a_key_may_be_in_the_other_unicode_form() -> None:
    for text in (f"{HEAD}område: voksne\n", f"{HEAD}oplysninger: {{Avanceret velfærdsteknologi: ja}}\n"):
        assert said_of(unicodedata.normalize("NFD", text)) == []


@pytest.mark.parametrize("word", ["ingen", "Ingen", "none", "null"])
def test_that_there_is_no_agreement_is_a_word_or_null(word: str) -> None:
    text = f"{HEAD}aftalepart: {word}\ndriftsherre: {{navn: A, type: privat}}\n"
    offer = read_offer_file(read_one(text.encode(), "a.yaml"), VOCABULARY)
    agreement = offer.stated["agreement_kind"]
    assert isinstance(agreement, Evidence)
    assert agreement.possible == frozenset({"none"})


def test_every_key_of_an_offer_has_a_danish_name_but_those_that_are_the_same() -> None:
    assert set(OfferFile.__dataclass_fields__) - set(danish_keys(OfferFile)) == {"format", "id"}


ASIDE = re.compile(r"hint: it belongs below `(?P<key>[^`]+)`, as `(?P<name>[^`]+)`")


@pytest.mark.parametrize("fact", VOCABULARY.facts.values(), ids=lambda fact: fact.id)
def test_a_fact_among_the_keys_of_the_offer_is_told_where_it_belongs(fact: FactDeclaration) -> None:
    """By each of its names, also misspelt, in both formats; and there it is known."""
    names = [fact.id, fact.label.da, fact.label.en]
    for head in (HEAD, "format: sekskant/offer/1\nid: a\nname: A\n"):
        for name in [*names, *(f"{name[:-2]}{name[-1]}" for name in names)]:
            (said,) = said_of(f"{head}{as_key(name)}: ukendt\n")
            if fact.is_attribute:
                assert "tilbudstype" in said or "service_type" in said
                continue
            assert (belongs := ASIDE.search(said)), said
            assert not [
                d for d in said_of(f"{head}{belongs['key']}: {{{belongs['name']}: ukendt}}\n") if "unknown" in d
            ]


@pytest.mark.parametrize(("key", "meant"), [("omrade", "område"), ("ydelse", "ydelser"), ("Målgrupe", "målgruppe")])
def test_a_key_of_the_offer_that_is_misspelt_is_no_fact(key: str, meant: str) -> None:
    (said,) = said_of(f"{HEAD}{key}: voksne\n")
    assert said.endswith(f"hint: did you mean `{meant}`?")


PASTED = re.compile(r"`([^`]+)`")


def proposals(text: str) -> Iterator[tuple[str, Diagnostic, str]]:
    """What is said of each offer of a file, and the file with what is proposed pasted over what was written."""
    lines = text.splitlines()
    for diagnostic in mistakes_in(text):
        line, column = diagnostic.place.line - 1, diagnostic.place.column - 1
        written, hint = PASTED.search(diagnostic.message), diagnostic.hint or ""
        before, after = lines[line][:column], lines[line][column:]
        is_there = written is not None and after.strip("\"'").startswith(written[1])
        if written is None or not is_there or not hint.startswith(("did you mean `", "write `", "one of `")):
            continue
        quotes = after[0] if after[0] in "\"'" else ""
        rest = after.removeprefix(f"{quotes}{written[1]}{quotes}")
        for proposed in PASTED.findall(hint):
            pasted = [*lines[:line], f"{before}{proposed}{rest}", *lines[line + 1 :]]
            yield "\n".join(pasted), diagnostic, proposed


@pytest.mark.parametrize("path", sorted(BROKEN.rglob("*.yaml")), ids=lambda p: f"{p.parent.name}-{p.stem}")
def test_what_is_proposed_is_read_where_it_is_pasted(path: Path) -> None:
    for text, diagnostic, proposed in proposals(path.read_text(encoding="utf-8")):
        again = [one.place for one in mistakes_in(text)]
        assert diagnostic.place not in again, (diagnostic, proposed)


def mistakes_in(text: str) -> Iterator[Diagnostic]:
    for document in read_documents(text.encode(), "a.yaml"):
        try:
            if not isinstance(document, Rejected):
                read_offer_file(document, VOCABULARY)
        except Rejected as error:
            yield from error.diagnostics


def test_a_new_file_in_danish_has_danish_keys_and_proposes_words_that_are_read() -> None:
    text = sekskant("offer", "new", "--lang", "da", "--year", "2018").out
    node = read_one(text.encode(), "a.yaml")
    assert isinstance(node, Mapping)
    assert set(node.entries) <= {"format", "id", *danish.OFFER.values()}
    facts = node.entries["oplysninger"]
    assert isinstance(facts, Mapping)
    assert set(facts.entries) <= {fact.label.da for fact in VOCABULARY.facts.values()}
    assert Draft202012Validator(bilingual_offer_schema()).is_valid(node.plain())
    plain = re.sub(r"\n# ", " ", text)
    for key in ("område", "målgruppe", "tilbudstype"):
        proposed = re.search(rf" {key}: (?:en eller flere af|én af) (.*)\n", plain)
        assert proposed is not None
        for word in proposed[1].split(", "):
            assert said_of(text.replace(f"\n{key}:", f"\n{key}: {word}")) == []


def test_a_label_that_two_facts_have_is_written_as_their_ids() -> None:
    vocabulary = make_vocabulary({name: {"type": "whole_number"} for name in ("first", "second")})
    names = [DANISH_FILE.written_name_of(fact, vocabulary) for fact in vocabulary.facts.values()]
    assert names == [vocabulary.facts["first"].label.da, "second"]


RENAMED = [fact for fact in VOCABULARY.facts.values() if fact.former_labels]


@pytest.mark.parametrize("fact", RENAMED, ids=lambda fact: fact.id)
def test_a_name_of_before_is_read_in_files_and_tables(fact: FactDeclaration, tmp_path: Path) -> None:
    """What was handed out under it comes back as ever, in a Danish file as a Danish one."""
    for label in fact.former_labels:
        for name in (label.da, label.en):
            text = f"{HEAD}oplysninger: {{{name}: ukendt}}\n"
            offer = read_offer_file(read_one(text.encode(), "a.yaml"), VOCABULARY)
            assert offer.stated.keys() >= {fact.id}
            assert offer.notation is DANISH_FILE
        (tmp_path / "r.csv").write_text(f"id;{label.da};{label.da}, begrundelse\na;ukendt;x\n", encoding="utf-8")
        table = open_table(tmp_path / "r.csv", VOCABULARY, tmp_path)
        assert [column.name for column in table.columns] == ["id", fact.id, f"{fact.id}_because"]
        assert all(column.is_headed_in_danish for column in table.columns[1:])


def test_there_is_a_name_of_before() -> None:
    assert [fact.id for fact in RENAMED] == ["no_alternative_in_region"]


def test_a_name_of_before_goes_behind_the_names_of_now() -> None:
    old = {"da": "Gammel", "en": "Old"}
    first: Written = {"type": "whole_number", "label": {"da": "Ny", "en": "New"}, "former_labels": [old]}
    facts = make_vocabulary({"a": first, "b": {"type": "whole_number", "label": old}}).facts
    assert {name: fact.id for name, fact in names_of_facts(facts.values()).items()} == {
        "a": "a",
        "ny": "a",
        "new": "a",
        "b": "b",
        "gammel": "b",
        "old": "b",
    }


def test_an_example_is_the_same_offer_in_both_languages() -> None:
    values: dict[str, Fraction | str] = {
        "operator_kind": "private",
        "agreement_kind": "none",
        "service_type": "social",
        "diagnoses": Fraction(2),
        "large_catchment_needed": "yes",
        "self_supply_needed": "unknown",
    }
    languages: tuple[Language, ...] = ("da", "en")
    texts = [example_offer(values, VOCABULARY, "X", ["an example"], "et", language) for language in languages]
    offers = [read_offer_file(read_one(text.encode(), "a.yaml"), VOCABULARY, keep_written=True) for text in texts]
    assert offers[0].written == offers[1].written
    assert "aftalepart: ingen" in texts[0]


def test_what_is_wrong_with_a_danish_file_in_a_run_is_told_with_its_keys(tmp_path: Path) -> None:
    file = "departure-without-reason.yaml"
    sekskant("reclassify", file, "--year", "2018", "--out", str(tmp_path / "run"), cwd=BROKEN / "danish")
    told = (tmp_path / "run" / "rejected.csv").read_text(encoding="utf-8")
    assert "`Vurdering af volumen` departs from the measure" in told
    assert "give the reason as `begrundelse`" in told
