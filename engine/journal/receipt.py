"""A receipt: one decision with all that it rests on, verifiable without the journal.

A receipt is canonical JSON (RFC 8785): the entry, the decision, its execution, the offer as it was written, and the
texts of the rulebooks and vocabularies by their digests. Its seal is the digest of all the rest.

That of a decision of a run has the run's entry and record, names the file in which the decision stands, and proves by
its row that it does; where the entry has no root of the rows (as in runs of before), that is seen with the journal.

One that was made with the seal of a year has the proof that its entry lies below that seal.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from engine.diagnostics import Malformed, Place, Rejected, rejected
from engine.documents.fields import Fields, read_json
from engine.journal.entry import DECISION, FORMATS, Entry, RowEntry, frame, kind_in_words
from engine.journal.form_file import read_form, text_of_form
from engine.journal.forms import check_form
from engine.journal.journal import Journal
from engine.journal.records import RecordedDecision, RunRecord, columns_of, rulebooks_named
from engine.journal.row_proof import RowProof, file_of_decisions, root_in, row_proof_in, rows_in
from engine.journal.sealed import Sealed, is_of, sealed_in
from engine.rulebooks.rulebook_ref import RulebookRef
from engine.texts.catalogue import message
from engine.texts.joined import SEMICOLON, joined
from engine.values.canonical import canonical, canonical_record, sha256
from engine.values.json_record import JsonRecord

FORMAT, OF_RUN, BELOW_SEAL = "sekskant/receipt/1", "sekskant/receipt/2", "sekskant/receipt/3"
"""Of a decision in an entry, of one in a file of a run, and of either with the proof that it lies below a seal; there
`run` and `name` are null where the decision stands in the entry."""
OF_ROW = "sekskant/receipt/4"
"""Of a decision in a file of a run, with the proof that it stands there; `sealed` is null where it has none."""
KEYS = frozenset({"format", "journal", "entry", "digest", "decision", "execution", "document", "texts", "seal"})
KEYS_BY_FORMAT = {FORMAT: KEYS, OF_RUN: KEYS | {"run", "name"}, BELOW_SEAL: KEYS | {"run", "name", "sealed"}}
KEYS_BY_FORMAT[OF_ROW] = KEYS_BY_FORMAT[BELOW_SEAL] | {"row"}
_HINT = message("`sekskant audit receipt` writes one")
_SEE = message("`sekskant audit verify` says what is wrong")


def receipt_text(journal: Journal, entry: Entry, sealed: Sealed | None = None, row: RowProof | None = None) -> str:
    """The receipt of a decision entry, with the proofs that it lies below a seal and in its file, where they are given.

    Raises:
        Rejected: the entry is no decision, a text that it rests on is not kept, or the journal's header is damaged.
    """
    place = journal.place_of_entry(entry.number)
    if entry.kind != DECISION:
        words = message(
            "entry {number} is no decision but: {kind}", number=entry.number, kind=kind_in_words(entry.kind)
        )
        raise rejected(place, "unknown-entry", words, message("a receipt is for a decision"))
    texts = {digest: journal.text(digest) for digest in digests_named(entry)}
    if missing := [digest for digest, text in texts.items() if text is None]:
        words = message("a rulebook or vocabulary that it rests on is not kept: {digests}", digests=", ".join(missing))
        raise rejected(place, "not-replayable", words, _SEE)
    try:
        decision = RecordedDecision.read(read_json(entry.content)).record
        execution = None if entry.execution is None else read_json(entry.execution)
    except Malformed:
        raise _not_whole(place) from None
    header = journal.header()
    entry_in_chain = journal.entry(entry.number) if isinstance(entry, RowEntry) else entry
    record = {
        "format": FORMAT,
        "journal": {"id": header.id, "digest": header.digest},
        "entry": frame(entry_in_chain),
        "digest": entry.digest,
        "decision": decision,
        "execution": execution,
        "document": entry.document,
        "texts": texts,
    }
    if isinstance(entry, RowEntry):
        record |= {"format": OF_RUN, "run": read_json(entry_in_chain.content), "name": entry.name}
    if sealed is not None:
        record = {"run": None, "name": None} | record | {"format": BELOW_SEAL, "sealed": sealed.record()}
    if row is not None:
        record = {"sealed": None} | record | {"format": OF_ROW, "row": row.record()}
    try:
        return canonical(record | {"seal": sha256(canonical(record))})
    except ValueError:
        raise _not_whole(place) from None


def _not_whole(place: Place) -> Rejected:
    return rejected(place, "not-replayable", message("the entry does not hold a whole decision"), _SEE)


def digests_named(entry: Entry) -> list[str]:
    """The digests of the rulebooks and vocabularies that an entry names."""
    return list(dict.fromkeys(digest for named in rulebooks_named(entry) for digest in named.digests))


class Receipt(NamedTuple):
    """A receipt that was read: its text and its record."""

    text: str
    record: JsonRecord

    @property
    def entry(self) -> JsonRecord:
        """The fields that the entry's digest covers."""
        fields: JsonRecord = self.record["entry"]
        return fields

    @property
    def is_of_run(self) -> bool:
        """Whether the decision stands in a file of a run, whose entry the receipt has."""
        return bool(self.record["format"] in (OF_RUN, OF_ROW) or self.record.get("run") is not None)

    @property
    def name(self) -> str:
        """What the offer is called."""
        return str(self.record["name"] if self.is_of_run else self.entry.get("name"))

    @property
    def decided_so(self) -> dict[str, str]:
        """Verdict, outcome, and the rulebook's id and version, as far as the receipt says so."""
        if not self.is_of_run:
            return {name: str(self.entry.get(name)) for name in ("verdict", "outcome", "rulebook", "version")}
        try:
            decision = RecordedDecision.read(self.record["decision"])
        except Malformed:
            return dict.fromkeys(("verdict", "outcome", "rulebook", "version"), "–")
        named = {"rulebook": decision.rulebook.id, "version": decision.rulebook.version}
        return {"verdict": decision.verdict, "outcome": decision.outcome, **named}

    @property
    def sealed(self) -> Sealed | None:
        """The proof that the entry lies below a seal; None where it has none.

        Raises:
            Malformed: what should be one is none.
        """
        is_sealed = self.record["format"] == BELOW_SEAL or self.record.get("sealed") is not None
        return sealed_in(self.record["sealed"]) if is_sealed else None

    @property
    def row(self) -> RowProof | None:
        """The proof that the decision stands in the file of its run; None where the receipt has none.

        Raises:
            Malformed: what should be one is none.
        """
        return row_proof_in(self.record["row"]) if self.record["format"] == OF_ROW else None

    def run(self) -> RunRecord:
        """The record of the run that the decision is of.

        Raises:
            Malformed: the receipt does not hold one.
        """
        return RunRecord.read(self.record.get("run"))

    def recorded(self) -> tuple[RecordedDecision, str, RulebookRef | None]:
        """The decision, the offer as it was written, and the wider rulebook that was consulted.

        Raises:
            Malformed: the receipt does not hold them.
        """
        if self.is_of_run:
            decision = RecordedDecision.read(self.record["decision"])
            decided = next((r for r in self.run().rulebooks if r.rulebook == decision.rulebook), None)
            if decided is None:
                raise Malformed(message("the run was not decided by that rulebook"))
            return decision, Fields(self.record).text("document"), decided.superset
        superset = self.entry.get("superset")
        wider = None if superset is None else RulebookRef.parse(read_json(superset))
        return RecordedDecision.read(self.record["decision"]), Fields(self.record).text("document"), wider

    def text_of(self, digest: str) -> str | None:
        """The rulebook or vocabulary with a digest; None where it is not there or is another."""
        text = self.record["texts"].get(digest)
        return text if isinstance(text, str) and sha256(text) == digest else None


def read_receipt(data: bytes, file: str) -> Receipt:
    """A receipt from its file.

    Raises:
        Rejected: it is none.
    """
    record = read_form(data, file, _HINT)
    text = text_of_form(data)
    keys = KEYS_BY_FORMAT.get(str(record.get("format"))) if isinstance(record, dict) else None
    if keys is None:
        raise rejected(Place(file), "receipt-form", message("the file is no `{format}`", format=FORMAT), _HINT)
    missing, unknown = keys - set(record), set(record) - keys
    if missing or unknown:
        mistakes = [message("`{key}` is missing", key=key) for key in sorted(missing)]
        mistakes += [message("unknown key `{key}`", key=key) for key in sorted(unknown)]
        raise rejected(Place(file), "receipt-form", joined(mistakes, SEMICOLON))
    try:
        check_form(record, record["format"])
    except Malformed as error:
        raise rejected(Place(file), "receipt-form", error.words) from None
    if record.get("run") is None and record.get("name") is not None and record["format"] == BELOW_SEAL:
        raise rejected(Place(file), "receipt-form", message("`name` must be null where `run` is"))
    return Receipt(text, record)


class Mismatch(NamedTuple):
    """A part of a receipt that does not have the digest it should."""

    part: str
    expected: str
    recorded: str


def mismatches(receipt: Receipt) -> Iterator[Mismatch]:
    """What in a receipt does not agree with its digests."""
    record, entry = receipt.record, receipt.entry
    if not _is_canonical(receipt):
        yield Mismatch("canonical", "RFC 8785", "")
    if _digest({key: value for key, value in record.items() if key != "seal"}) != record["seal"]:
        yield Mismatch("seal", str(record["seal"]), "")
    content = "run" if receipt.is_of_run else "decision"
    parts = {
        content: (record[content], entry.get("content_digest")),
        "execution": (record["execution"], entry.get("execution")),
    }
    for name, (part, expected) in parts.items():
        if (digest := _digest(part)) != expected:
            yield Mismatch(name, str(expected), digest)
    document = record["document"]
    if receipt.is_of_run and not _names_the_offer(document, record["name"]):
        yield Mismatch("document", str(record["name"]), "")
    if not receipt.is_of_run and (not isinstance(document, str) or sha256(document) != entry.get("document")):
        yield Mismatch("document", str(entry.get("document")), sha256(str(document)))
    known = {form.name for form in FORMATS.values()}
    if str(entry.get("format")) not in known or _digest(entry) != record["digest"]:
        yield Mismatch("entry", str(record["digest"]), _digest(entry))
    if (sealed := receipt.sealed) is not None and not is_of(sealed, entry.get("number"), record["digest"]):
        yield Mismatch("sealed", sealed.root, "")
    yield from _columns(receipt, entry)
    yield from _texts(receipt)


def _names_the_offer(document: object, name: object) -> bool:
    try:
        return Fields(read_json(str(document))).text("name") == name
    except Malformed:
        return False


def _is_canonical(receipt: Receipt) -> bool:
    try:
        return canonical(receipt.record) == receipt.text
    except ValueError:
        return False


def _digest(part: object) -> str:
    try:
        return sha256(canonical_record(part))
    except (TypeError, ValueError):
        return ""


def _columns(receipt: Receipt, entry: JsonRecord) -> Iterator[Mismatch]:
    """The entry says of the decision what the decision says, and so does the run that it is of."""
    try:
        decision = RecordedDecision.read(receipt.record["decision"])
        columns: Mapping[str, object] = columns_of(decision)
        if receipt.is_of_run:
            columns = {"year": decision.year}
            yield from _of_run(decision, receipt.run())
            yield from _of_row(receipt, decision)
    except Malformed:
        yield Mismatch("decision", "a whole decision", "")
        return
    for name, value in columns.items():
        if entry.get(name) != value:
            yield Mismatch(f"entry.{name}", str(value), str(entry.get(name)))


def _of_run(decision: RecordedDecision, run: RunRecord) -> Iterator[Mismatch]:
    """The run was decided by the rulebook of the decision, and has a file of its decisions."""
    if decision.rulebook not in [r.rulebook for r in run.rulebooks] or decision.year != run.year:
        yield Mismatch("rulebook", decision.rulebook.name, ", ".join(r.rulebook.name for r in run.rulebooks))
    name = file_of_decisions(decision.rulebook.name)
    if not any(f.path == name or f.path.startswith(f"{name}/") for f in run.files):
        yield Mismatch("file", name, "")


def _of_row(receipt: Receipt, decision: RecordedDecision) -> Iterator[Mismatch]:
    """The decision is a row of the run's file, where the run's entry has the root of its rows."""
    name, row = decision.rulebook.name, receipt.row
    root = root_in(receipt.record["execution"], name)
    if row is None and root is not None:
        yield Mismatch("row", root, "")  # the proof was taken out
    if row is None:
        return
    if root is None or not row.is_below(root, rows_in(receipt.run(), name)):
        yield Mismatch("row", root or "", "")
    if (differs_at := row.differs_at(decision)) is not None:
        yield Mismatch("row", differs_at, "")


def _texts(receipt: Receipt) -> Iterator[Mismatch]:
    for digest, text in receipt.record["texts"].items():
        if not isinstance(text, str) or sha256(text) != digest:
            yield Mismatch("texts", digest, sha256(str(text)))
    try:
        decision, _, superset = receipt.recorded()
    except Malformed:
        return
    digests = {digest for named in (decision.rulebook, superset) if named for digest in named.digests}
    for digest in sorted(digests ^ set(receipt.record["texts"])):
        yield Mismatch("texts", digest if digest in digests else "", "" if digest in digests else digest)
