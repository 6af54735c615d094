"""What paths name: offer files, tables of offers, or folders of either, told without reading more than a beginning."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

from engine.diagnostics import Place, Rejected, rejected
from engine.documents.regular_file import check_leads_below, open_regular
from engine.texts.catalogue import message
from offers.records.reader import SUFFIXES as OFFER_FILES

_OFFERS = (".yaml", ".yml", ".json")
_WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".ods")
_TEXTS = (".csv", ".tsv")
_SUFFIXES = (*_TEXTS, *_WORKBOOKS)
_LINES = (".ndjson", ".jsonl")
_PASSED_OVER = (".", "~$")
"""How the names of files begin that programs leave beside those that people made."""
_STARTS = (b"PAR1", b"PK\x03\x04")
"""How files of Parquet and workbooks begin, whatever their names say."""
_BEGINNING = 2**16
_OFFER = re.compile(rb"(?m)^\s*[{\[]|^[\"']?format[\"']?\s*:")


def is_register(name: str) -> bool:
    """Whether what is named is a table of offers, a folder of tables, or a table of a database; and no offer file.

    NDJSON holds offers where its first line has a `format`, else the rows of a table.

    Raises:
        Rejected: it is a folder with workbooks and offer files.
    """
    path = Path(name)
    if os.path.isdir(name):
        return not are_offer_files(path) or bool(tables_in(path))
    suffix = path.suffix.lower()
    if suffix in _OFFERS:
        return False
    if not os.path.exists(name):
        return "#" in name or "://" in name
    return suffix in (*_SUFFIXES, ".parquet") or _begins_as_table(path, suffix)


def _begins_as_table(path: Path, suffix: str) -> bool:
    """Whether a file whose name does not tell begins as a table does; of one that cannot be read its reader tells."""
    try:
        with open_regular(path) as stream:
            start = stream.read(_BEGINNING)
    except (Rejected, OSError, ValueError):
        return False
    if start.startswith(_STARTS):
        return True
    if suffix in _LINES:
        return not _is_offer_record(start.lstrip().split(b"\n", 1)[0])
    return suffix == ".txt" and _OFFER.search(start) is None


def _is_offer_record(line: bytes) -> bool:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return True
    return not isinstance(record, dict) or "format" in record


def are_offer_files(path: Path) -> bool:
    """Whether a path names an offer file or a folder of them, and no table."""
    if path.is_dir():
        return not parquet_files(path)
    return path.suffix.lower() in (".yaml", ".yml", ".json")


def check_has_offers(folder: Path) -> None:
    """Check that there is an offer file or a table below a folder.

    Raises:
        Rejected: there is none.
    """
    tables = (*_SUFFIXES, ".parquet")
    if not any(path.suffix.lower() in (*tables, *OFFER_FILES) for path in folder.rglob("*")):
        advice = message(
            "tables of offers end in {tables}, and offer files in {files}",
            tables=", ".join(tables),
            files=", ".join(OFFER_FILES),
        )
        raise rejected(
            Place(str(folder)), "empty", message("there is no table of offers and no offer file in the folder"), advice
        )


def parquet_files(folder: Path) -> list[Path]:
    """The files of Parquet in a folder, in the order of their names."""
    return sorted(path for path in folder.glob("*.parquet") if path.is_file() and not path.name.startswith((".", "_")))


def tables_in(folder: Path) -> list[Path]:
    """The workbooks and tables of CSV below a folder, in the order of their names; none where it has offer files.

    Tables of CSV may lie beside offer files, which do not read them.

    Raises:
        Rejected: it has offer files and workbooks, which are both sent in, and of which one would not be read; or one
            of them is a link that leads out of the folder.
    """
    files = sorted(path for path in folder.rglob("*") if not path.is_dir() and not path.name.startswith(_PASSED_OVER))
    tables = [path for path in files if path.suffix.lower() in _SUFFIXES]
    offers = [path for path in files if path.suffix.lower() in OFFER_FILES]
    workbooks = [path for path in tables if path.suffix.lower() in _WORKBOOKS]
    if workbooks and offers:
        words = message(
            "there are workbooks ({workbook}) and offer files ({offer}) in the folder",
            workbook=workbooks[0].name,
            offer=offers[0].name,
        )
        raise rejected(
            Place(str(folder)), "unreadable", words, message("put them into folders of their own, and decide each")
        )
    if not offers:
        check_leads_below(tables, folder)
    return [] if offers else tables
