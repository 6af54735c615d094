"""Files as somebody damages them: good ones of each kind, changed by chance, and what the commands make of them.

    python -m tests.mutated KIND NUMBER FOLDER [FIRST]

tries so many of a kind in this process, which has at most so much time for each and so much memory. What is wrong with
one is printed, and the file is left in the folder. `FIRST` is the number of the first, by default 0.
"""

from __future__ import annotations

import contextlib
import faulthandler
import gc
import io
import json
import re
import shutil
import signal
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from random import Random
from typing import NamedTuple
from unittest.mock import patch
from xml.sax.saxutils import escape

import polars as pl

from engine.documents.document import read_one
from engine.rulebooks.library import SHIPPED, Library
from offers.tables.headers import ATTRIBUTE_HEADERS, DETAILS
from offers.tables.limits import MAX_TEXT
from tests.chance import chance
from tests.command import DATA, Ran, here
from tests.mutations import (
    changed_part,
    damaged,
    damaged_columns,
    damaged_database,
    damaged_part,
    damaged_record,
    hostile,
)
from tests.offers.tables.opendocument import ods, sheet_cell

SECONDS, BYTES = 10, 2**30
"""How much time of the processor each file may take, and how much memory, beyond what the libraries reserve."""
WALL_SECONDS = 120
"""After so long by the clock a file ends the process, too: one that waits for itself takes no time of the processor."""
_HEADERS = ["id", "name", "operator_name", "operator_kind", "diagnoses", "outside_share_2014"]
_GOOD_ROWS = [
    "a1;Ahorn;Herlev;kommune;2;0,5",
    'b2;"Birk; og bøg";Herlev;kommune;>=2;0,6',
    "c3;Cypres;Ballerup;kommune;1;0,4",
]
_TABLE = "\n".join([";".join(_HEADERS), *_GOOD_ROWS, ""]).encode()
_CELLS = [line.replace('"Birk; og bøg"', "Birk og bøg").split(";") for line in _TABLE.decode().splitlines()]
_READ_AS = ("--encoding", "utf-8", "--separator", ";", "--decimal", ",")
_OPTIONS = ("--year", "2018", "--rulebook", "small.yaml", "--out", "run")
_RECLASSIFY = ("reclassify", "{}", *_OPTIONS)
_ROWS_OF_HOSTILE = 6
_COLLECTED = 50
"""After so many files what nothing holds any more is let go: the collector does not see how large documents are."""
IN_CI, RECLASSIFIED_IN_CI, HOSTILE_IN_CI = 200, 50, 20
"""How many of a kind are tried before a change lands: of all kinds in two minutes; a register takes the longest."""


_SMALL_VOCABULARY = """\
format: sekskant/vocabulary/1
id: small
title: {da: Lille, en: Small}
facts:
  diagnoses:
    {type: whole_number, at_least: 0, label: {da: Diagnoser, en: Diagnoses}, question: {da: Hvor mange?, en: How many?}}
  outside_share: {type: share, per: year, label: {da: Andel, en: Share}, question: {da: Hvor stor?, en: Which?}}
  outside_share_mean:
    type: share
    label: {da: Gennemsnit, en: Mean}
    question: {da: Hvor stort?, en: Which mean?}
    derived: {mean: {of: outside_share, years: [-4]}}
"""
_SMALL_RULEBOOK = """\
format: sekskant/rulebook/1
id: small.rule
version: "2018"
vocabulary: small
language: da
in_force: {from: 2018-01-01, until: 2018-12-31}
title: {da: Lille, en: Small}
source: {da: Til prøver, en: For tests}
outcomes:
  met: {id: covered, label: {da: omfattet, en: covered}}
  not_met: {id: not_covered, label: {da: ikke omfattet, en: not covered}}
  undetermined: {id: undetermined, label: {da: uafklaret, en: undetermined}}
rule: {id: both, title: {da: Begge, en: Both}, reference: {da: 1, en: 1}, at_least: 2, of: [A, B]}
criteria:
  A:
    title: {da: A, en: A}
    description: {da: a, en: a}
    reference: {da: a, en: a}
    met_when: {fact: diagnoses, at_least: 2}
  B:
    title: {da: B, en: B}
    description: {da: b, en: b}
    reference: {da: b, en: b}
    met_when: {fact: outside_share_mean, at_least: 0.5}
"""


class Kind(NamedTuple):
    """A kind of file: its name, how one is made, the commands on it, one of which is tried, and their exit codes.

    `prepare` writes what the commands need beside it; `fault` says what else is wrong with a run.
    """

    file: str
    made: Callable[[Random], bytes]
    commands: Sequence[Sequence[str]]
    codes: tuple[int, ...]
    fault: Callable[[Ran, bytes], str | None] = lambda ran, data: None
    prepare: Callable[[], None] = lambda: None

    @property
    def in_ci(self) -> int:
        """How many are tried before a change lands."""
        if self.made is _hostile_table:
            return HOSTILE_IN_CI
        return RECLASSIFIED_IN_CI if any("reclassify" in command for command in self.commands) else IN_CI


# --- tables ---


def write_small_rulebook() -> None:
    """A rulebook that takes no time to be made ready."""
    Path("vocabulary.yaml").write_text(_SMALL_VOCABULARY, encoding="utf-8")
    Path("small.yaml").write_text(_SMALL_RULEBOOK, encoding="utf-8")


def _table(by: Random) -> bytes:
    return damaged(_TABLE, by)


def _row_of_table(by: Random) -> bytes:
    """A table in which one row was changed, and no line break stands in what was changed."""
    lines = _TABLE.splitlines(keepends=True)
    lines[2] = damaged(lines[2].rstrip(b"\n"), by).replace(b"\n", b"").replace(b"\r", b"") + b"\n"
    return b"".join(lines)


def _others_not_decided(ran: Ran, data: bytes) -> str | None:
    """Whether a row is missing that nothing was done to, and that no other has the id of."""
    if not Path("run").is_dir():
        return "no row is decided"
    decided = {i for file in Path("run", "decisions").glob("*.parquet") for i in pl.read_parquet(file)["offer"]}
    missing = {"a1", "c3"} - decided
    return f"{', '.join(sorted(missing))} is not decided" if missing and "repeated-offer" not in ran.err else None


def _xlsx(by: Random) -> bytes:
    import xlsxwriter  # noqa: PLC0415 - only one kind needs it

    book = io.BytesIO()
    with xlsxwriter.Workbook(book) as workbook:
        sheet = workbook.add_worksheet("Register")
        for row, cells in enumerate(_CELLS):
            for column, cell in enumerate(cells):
                sheet.write(row, column, float(cell) if cell.isdecimal() else cell)
    sheet_part, texts = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
    parts = [*[sheet_part] * 8, *[texts] * 3, "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml"]
    return damaged_part(book.getvalue(), by, [*parts, "[Content_Types].xml", "_rels/.rels"])


def _ods(by: Random) -> bytes:
    values = [[float(cell) if cell.isdecimal() else cell for cell in cells] for cells in _CELLS]
    rows = "".join(f"<table:table-row>{''.join(map(sheet_cell, row))}</table:table-row>" for row in values)
    path = ods(Path("whole.ods"), rows)
    return damaged_part(path.read_bytes(), by, [*["content.xml"] * 10, "mimetype", "META-INF/manifest.xml"])


def _parquet(by: Random) -> bytes:
    cells = dict(zip(_HEADERS, zip(*_CELLS[1:], strict=True), strict=True))
    return damaged_columns(pl.DataFrame({**cells, "diagnoses": [2, 3, 1], "outside_share_2014": [0.5, None, 0.4]}), by)


def _objects() -> list[bytes]:
    rows = [[cell.replace(",", ".") for cell in cells] for cells in _CELLS[1:]]
    return [json.dumps(dict(zip(_HEADERS, cells, strict=True))).encode() + b"\n" for cells in rows]


def _ndjson(by: Random) -> bytes:
    return damaged(b"".join(_objects()), by)


def _row_of_ndjson(by: Random) -> bytes:
    one, other, last = _objects()
    odd = damaged_record(other, by).replace(b"\n", b"").replace(b"\r", b"")
    return one + last + odd + b"\n"


def _hostile_table(by: Random) -> bytes:
    """A table with a long text in each column that there can be, or in a header; and a good row."""
    facts = [fact for fact in Library().rulebooks[0].vocabulary.facts.values() if not fact.is_attribute]
    names = [f"{fact.id}_2016" if fact.is_yearly else fact.id for fact in facts]
    headers = [*ATTRIBUTE_HEADERS, *names, *(f"{by.choice(names)}_{detail}" for detail in DETAILS)]
    headers = list(dict.fromkeys(headers))
    rows = [["a1", "Ahorn", *[""] * (len(headers) - 2)]]
    for number in range(_ROWS_OF_HOSTILE):
        row = [f"r{number}", "A", *[""] * (len(headers) - 2)]
        row[by.randrange(len(headers))] = hostile(by, by.choice((MAX_TEXT - 10, 100_000)))
        rows.append(row)
    headers += [hostile(by, 100_000)] if by.random() < 0.3 else []
    lines = [headers, *rows]
    return "".join(";".join('"' + c.replace('"', '""') + '"' for c in line) + "\n" for line in lines).encode()


# --- offers, rulebooks, cases ---


def _offer(by: Random) -> bytes:
    return damaged(by.choice(sorted(DATA.glob("*.yaml"))).read_bytes(), by)


def _json_offer(by: Random) -> bytes:
    record = read_one(by.choice(sorted(DATA.glob("*.yaml"))).read_bytes(), "").written()
    return damaged_record(json.dumps(record, default=str).encode(), by)


def _gnisten_not_decided(ran: Ran, data: bytes) -> str | None:
    is_told = "Gnisten" in ran.out or "gnisten" in ran.err
    return None if is_told else "the offer beside it is not decided"


_SHIPPED = next(SHIPPED.glob("*/vocabulary.yaml")).parent
_ASSESS = ("assess", "{}", str(DATA / "gnisten.yaml"), "--year", "2018", "--summary")


def _beside_rulebooks() -> None:
    shutil.copy(_SHIPPED / "vocabulary.yaml", ".")
    for file in _SHIPPED.glob("*-2018.yaml"):
        shutil.copy(file, ".")


def _rulebook(by: Random) -> bytes:
    return damaged(by.choice(sorted(_SHIPPED.glob("*.yaml"))).read_bytes(), by)


def _cases(by: Random) -> bytes:
    """The first cases of a file, one of them changed; all of them would take a while."""
    text = by.choice(sorted(_SHIPPED.glob("cases/*.yaml"))).read_bytes()
    begin = text.index(b"format:")
    return damaged(b"  - case:".join(text[begin:].split(b"  - case:")[:6]), by)


# --- journals, receipts, runs ---


def _with_journal() -> None:
    here("assess", str(DATA / "gnisten.yaml"), "--year", "2018", "--journal", "j.db")
    here("audit", "receipt", "1", "--journal", "j.db", "--out", "receipt.json")


def _receipt(by: Random) -> bytes:
    return damaged_record(Path("receipt.json").read_bytes(), by)


def _journal(by: Random) -> bytes:
    return damaged_database(Path("j.db").read_bytes(), by)


def _with_run() -> None:
    write_small_rulebook()
    Path("good.csv").write_bytes(_TABLE)
    here("reclassify", "good.csv", *_OPTIONS[:-1], "before")


def _ids(by: Random) -> bytes:
    return damaged(b"old;new\na1;b2\nx;c3\n", by)


def _previous(by: Random) -> bytes:
    """A file of a run before, changed, in a copy of the run beside it; often it has no record of its digests."""
    shutil.rmtree("previous", ignore_errors=True)
    shutil.copytree("before", "previous")
    files = sorted(p for p in Path("previous").rglob("*") if p.is_file() and p.suffix in (".json", ".parquet", ".yaml"))
    chosen = by.choice([*files, *[Path("previous", "run.json")] * 3])
    if by.random() < 0.7:
        Path("previous", "record.json").unlink()
    data = (damaged_record if chosen.suffix == ".json" else damaged)(_read_before(chosen), by)
    chosen.write_bytes(data)
    return data


def _read_before(file: Path) -> bytes:
    return Path("before", *file.parts[1:]).read_bytes()


# --- papers, and their templates ---

_GNISTEN = (str(DATA / "gnisten.yaml"), "--year", "2018")
_CARRIED = re.compile(
    rb'(?<=id="sekskant-paper">).*?(?=</script>)|(?<=urn:sekskant:paper:1">).*?(?=</paper>)', re.DOTALL
)
_IN_BRACES = (
    *(
        "title.__class__",
        "title['x']",
        "title()",
        "lipsum",
        "title|upper",
        "rule.blocks",
        "casenumber",
        "7 * 7",
        "front",
    ),
    *(
        "rule",
        "forms",
        "note",
        "{{",
        "}}",
        "{%",
        "#}",
        "loop",
        "self",
        "cycler",
        "x for x in title",
        "'" * 500,
        "\u202e",
    ),
)
_TAGS = (
    "{{{{ {} }}}}",
    "{{% if {} %}}",
    "{{%p if {} %}}",
    "{{% set x = {} %}}",
    "{{%- {} -%}}",
    "{{# {} #}}",
    "{{{{r {} }}}}",
)


def _template(by: Random) -> bytes:
    """The shipped template with something changed in it, often what stands in braces."""
    from cli.paper.word_styles import shipped_template  # noqa: PLC0415 - only one kind needs it

    data, main = shipped_template("committee", "da"), "word/document.xml"
    if by.random() < 0.5:
        others = ["word/styles.xml", "word/settings.xml", "word/header1.xml", "word/footer1.xml", "docProps/core.xml"]
        parts = [*[main] * 8, *others, "word/_rels/document.xml.rels", "[Content_Types].xml", "_rels/.rels"]
        return damaged_part(data, by, parts)
    part = by.choice((main, main, main, "word/header1.xml", "word/footer1.xml", "docProps/core.xml"))

    def with_tag(xml: bytes) -> bytes:
        tag = escape(by.choice(_TAGS).format(by.choice(_IN_BRACES))).encode()
        texts = list(re.finditer(rb"(?<=<w:t>)[^<]*(?=</w:t>)", xml)) or list(re.finditer(rb"(?<=>)", xml))
        at = by.choice(texts)
        return xml[: at.start()] + by.choice((tag, at[0] + tag, b"")) + xml[at.end() :]

    return changed_part(data, part, with_tag)


def _legal_parts_are_there(ran: Ran, data: bytes) -> str | None:
    """Whether a paper was written that leaves out what none may, or does not say what it carries."""
    from offers.papers.paper_file import read_paper  # noqa: PLC0415 - only one kind needs it

    if ran.code:
        return "a paper is written" if Path("p.docx").exists() else None
    paper = read_paper(Path("p.docx"))
    Path("p.docx").unlink()
    if paper.carried is None or paper.edits():
        return "the paper does not say what it carries"
    missing = {"rule", "forms"} - paper.carried.by_section().keys()
    return f"{', '.join(sorted(missing))} is left out" if missing else None


def _with_papers() -> None:
    here("assess", *_GNISTEN, "--journal", "j.db")
    for form in ("docx", "html", "pdf"):
        here("paper", "committee", *_GNISTEN, "--out", f"good.{form}")


def _page(by: Random) -> bytes:
    return _with_odd_record(Path("good.html").read_bytes(), by) or damaged(Path("good.html").read_bytes(), by)


def _word(by: Random) -> bytes:
    data, carried = Path("good.docx").read_bytes(), "customXml/item2.xml"
    if by.random() < 0.3:
        return changed_part(data, carried, lambda xml: _with_odd_record(xml, by) or damaged(xml, by))
    others = [carried, "[Content_Types].xml", "_rels/.rels", "word/_rels/document.xml.rels"]
    return damaged_part(data, by, [*["word/document.xml"] * 6, *others])


def _pdf(by: Random) -> bytes:
    """A PDF with something changed, often at its end, where it says what it carries."""
    data = Path("good.pdf").read_bytes()
    at = len(data) - by.choice((len(data), 200, 40_000))
    return data[: max(at, 0)] + damaged(data[max(at, 0) :], by)


def _with_odd_record(data: bytes, by: Random) -> bytes | None:
    """A paper that carries another record, mostly one in JSON; None where it does by chance not."""
    if by.random() < 0.6:
        return None
    odd = damaged_record(_CARRIED.search(data)[0], by)  # type: ignore[index]
    return _CARRIED.sub(lambda match: odd.replace(b"<", b"\\u003c").replace(b"&", b"\\u0026"), data)


_VERIFY: tuple[tuple[str, ...], ...] = tuple(
    ("paper", "verify", "{}", *more) for more in ((), ("--format", "json"), ("--journal", "j.db"))
)
_VERIFIED = (0, 1, 4, 5)


KINDS: dict[str, Kind] = {
    "yaml": Kind("a.yaml", _offer, [_ASSESS], (0, 1), _gnisten_not_decided),
    "json": Kind("a.json", _json_offer, [_ASSESS], (0, 1), _gnisten_not_decided),
    "csv": Kind("a.csv", _table, [_RECLASSIFY], (0, 1), prepare=write_small_rulebook),
    "row of csv": Kind(
        "a.csv", _row_of_table, [(*_RECLASSIFY, *_READ_AS)], (0, 1), _others_not_decided, write_small_rulebook
    ),
    "hostile texts": Kind(
        "a.csv",
        _hostile_table,
        [("reclassify", "{}", "--year", "2018", "--out", "run", *_READ_AS, "--ignore-column", "*")],
        (0, 1),
    ),
    "xlsx": Kind("a.xlsx", _xlsx, [_RECLASSIFY], (0, 1), prepare=write_small_rulebook),
    "ods": Kind("a.ods", _ods, [_RECLASSIFY], (0, 1), prepare=write_small_rulebook),
    "parquet": Kind("a.parquet", _parquet, [_RECLASSIFY], (0, 1), prepare=write_small_rulebook),
    "ndjson": Kind("a.ndjson", _ndjson, [_RECLASSIFY], (0, 1), prepare=write_small_rulebook),
    "row of ndjson": Kind(
        "a.ndjson",
        _row_of_ndjson,
        [(*_RECLASSIFY, *_READ_AS[:2], "--ignore-column", "*")],
        (0, 1),
        _others_not_decided,
        write_small_rulebook,
    ),
    "receipt": Kind("a.json", _receipt, [("receipt", "verify", "{}")], (0, 1, 4), prepare=_with_journal),
    "journal": Kind(
        "a.db",
        _journal,
        [
            ("audit", *command, "--journal", "{}")
            for command in (("verify",), ("list",), ("show", "1"), ("replay", "--all"))
        ],
        (0, 1, 4),
        prepare=_with_journal,
    ),
    "rulebook": Kind(
        "a.yaml",
        _rulebook,
        [("rulebook", *command, "{}") for command in (("check",), ("fmt", "--check"), ("show",))],
        (0, 1, 5),
        prepare=_beside_rulebooks,
    ),
    "cases": Kind("a.yaml", _cases, [("rulebook", "test", "{}")], (0, 1, 5), prepare=_beside_rulebooks),
    "ids": Kind(
        "a.csv",
        _ids,
        [("reclassify", "good.csv", *_OPTIONS, "--previous", "before", "--ids", "{}")],
        (0, 1),
        prepare=_with_run,
    ),
    "previous": Kind(
        "a.part",
        _previous,
        [("reclassify", "good.csv", *_OPTIONS, "--previous", "previous")],
        (0, 1, 4),
        prepare=_with_run,
    ),
    "template": Kind(
        "a.docx",
        _template,
        [("paper", "committee", *_GNISTEN, "--template", "{}", "--set", "note=Husk", "--out", "p.docx")],
        (0, 1),
        _legal_parts_are_there,
    ),
    "paper in html": Kind("a.html", _page, _VERIFY, _VERIFIED, prepare=_with_papers),
    "paper in word": Kind("a.docx", _word, _VERIFY, _VERIFIED, prepare=_with_papers),
    "paper in pdf": Kind("a.pdf", _pdf, _VERIFY, _VERIFIED, prepare=_with_papers),
}


def faults(name: str, number: int, first: int = 0) -> Iterator[str]:
    """Try so many files of a kind in the current folder, from a number on; what is wrong with each."""
    kind = KINDS[name]
    kind.prepare()
    _end_what_takes_too_long()
    with _shipped_rulebooks_read_once():
        yield from _faults(name, kind, range(first, first + number))


def _faults(name: str, kind: Kind, numbers: Iterable[int]) -> Iterator[str]:
    for i in numbers:
        by = chance(f"{name} {i}")
        data = kind.made(by)
        file = Path(f"{i}.{kind.file}")
        file.write_bytes(data)
        for left in (Path("run"), Path("run.runs")):
            shutil.rmtree(left, ignore_errors=True)
        if i % _COLLECTED == 0:
            gc.collect()
        sys.stderr.write(f"at {file}\n")
        signal.setitimer(signal.ITIMER_PROF, SECONDS)
        signal.setitimer(signal.ITIMER_REAL, WALL_SECONDS)
        fault = _fault(kind, by.choice(kind.commands), file, data)
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)
        if fault is None:
            for end in ("", "-wal", "-shm"):  # SQLite keeps two files beside one that it may not write
                Path(f"{file}{end}").unlink(missing_ok=True)
        else:
            yield f"{file}: {fault}"


def _end_what_takes_too_long() -> None:
    """Let either clock end the process, whatever it is in, and say where that was."""
    for clock in (signal.SIGPROF, signal.SIGALRM):
        signal.signal(clock, signal.SIG_DFL)
        faulthandler.register(clock, file=2, chain=True)
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # a run that takes over signals leaves a thread behind


@contextlib.contextmanager
def _shipped_rulebooks_read_once() -> Iterator[None]:
    """Let each command find the shipped rulebooks as they were read first: it is not they that are damaged."""
    read, as_read = Library.__init__, vars(Library())

    def read_or_known(self: Library, folder: Path = SHIPPED) -> None:
        if folder == SHIPPED:
            vars(self).update(as_read)
        else:
            read(self, folder)

    with patch.object(Library, "__init__", read_or_known):
        yield


def _fault(kind: Kind, command: Sequence[str], file: Path, data: bytes) -> str | None:
    try:
        ran = here(*(argument.format(file) for argument in command))
    except BaseException as error:
        return f"{' '.join(command)}: {type(error).__name__}: {error}"
    if ran.code not in kind.codes or "Traceback" in ran.err:
        return f"{' '.join(command)}: exit code {ran.code}: {ran.err[-500:]}"
    return kind.fault(ran, data)


def limit_memory() -> None:
    """Let this process have so much more memory than it has now."""
    import resource  # noqa: PLC0415 - Windows has no such limits

    with contextlib.suppress(ValueError):
        resource.setrlimit(resource.RLIMIT_DATA, (2 * BYTES, 2 * BYTES))


if __name__ == "__main__":
    limit_memory()
    gc.freeze()  # what was imported stays: it is not looked through again for each file
    gc.set_threshold(20_000, 20, 20)
    with contextlib.chdir(sys.argv[3]):
        for fault in faults(sys.argv[1], int(sys.argv[2]), *map(int, sys.argv[4:])):
            sys.stdout.write(f"{fault}\n")
            sys.stdout.flush()
