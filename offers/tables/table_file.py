"""The file that a table stands in: what it holds by its content, its digest, and how its text is encoded."""

from __future__ import annotations

import codecs
import hashlib
import os
import zipfile
from collections.abc import Iterable
from pathlib import Path

from engine.diagnostics import Place, rejected
from engine.documents.archive import DAMAGED_ARCHIVE
from engine.documents.regular_file import check_leads_below, open_regular
from engine.texts.catalogue import message
from offers.tables.encoding import UTF_8, encoding_of
from offers.tables.limits import check_size
from offers.tables.paths import parquet_files

_SAMPLE, BLOCK = 2**20, 2**22
_PARQUET, _ZIP, _COMPOUND = b"PAR1", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SUFFIXES = {".csv": "csv", ".txt": "csv", ".tsv": "csv", ".xlsx": "xlsx", ".xlsm": "xlsx", ".ods": "ods"}
_SUFFIXES |= {".parquet": "parquet", ".ndjson": "ndjson", ".jsonl": "ndjson"}
_DUCKDB = b"DUCK"
_OPEN_DOCUMENT = b"application/vnd.oasis.opendocument.spreadsheet"
_MANIFEST = "META-INF/manifest.xml"
_SAVED_OTHERWISE = message("save it as XLSX or ODS, without a password")


class TableFile:
    """The bytes of a file: what they are, their digest and, for text, how it is encoded.

    `encoding` is that which whoever asks has named, as Python names it; `codec` is that which is found. A folder is
    taken as files of Parquet, one after the other. It has no more than `max_size` bytes, or than its kind may.

    Raises:
        Rejected: nothing that can be a table is there.
        OSError: it cannot be read.
    """

    def __init__(self, path: Path, encoding: str | None = None, max_size: int | None = None) -> None:
        self.path, self.name = path, str(path)
        if path.is_dir():
            self._take_folder(max_size)
            return
        self.files = [path]
        digest, text = hashlib.sha256(), UTF_8
        with open_regular(path) as stream:
            self.start = stream.read(_SAMPLE)
            stream.seek(0)
            self.kind = self._kind()
            if self.kind not in ("xlsx", "ods"):
                check_size(path, os.fstat(stream.fileno()).st_size, self.kind, max_size)
            for block in iter(lambda: stream.read(BLOCK), b""):
                digest.update(block)
        self.sha256 = digest.hexdigest()
        if self.kind in ("csv", "ndjson"):
            text = encoding_of(path, self.name, encoding)
        self.encoding, self.codec = text

    def _take_folder(self, max_size: int | None) -> None:
        self.kind, self.files = "parquet", parquet_files(self.path)
        if not self.files:
            raise rejected(Place(self.name), "unreadable", message("there are no Parquet files in the folder"))
        check_leads_below(self.files, self.path)
        for file in self.files:
            check_size(file, file.stat().st_size, self.kind, max_size)
        self.sha256 = digest_of_files(self.files)

    def _kind(self) -> str:
        if not self.start:
            raise rejected(Place(self.name), "empty", message("there is nothing in the file"))
        if self.start.startswith(_PARQUET):
            return "parquet"
        if self.start.startswith(_ZIP):
            return self._kind_of_workbook()
        if self.start[8:12] == _DUCKDB:
            words = message("a file of DuckDB may hold several tables")
            raise rejected(
                Place(self.name), "unreadable", words, message("name one of them: {file}#TABLE", file=self.path.name)
            )
        if self.start.startswith(_COMPOUND):
            words = message("the workbook is protected by a password, or of Excel's old kind (XLS)")
            raise rejected(Place(self.name), "unreadable", words, _SAVED_OTHERWISE)
        kind = _SUFFIXES.get(self.path.suffix.lower(), "csv")
        if kind in ("xlsx", "ods", "parquet"):
            raise rejected(
                Place(self.name),
                "unreadable",
                message("the file is not {kind}, whatever its name says", kind=kind.upper()),
            )
        return "ndjson" if self.start.lstrip().startswith(b"{") else kind

    def _kind_of_workbook(self) -> str:
        """The kind of a workbook, by what is in it: its name says nothing to those who read it."""
        try:
            with zipfile.ZipFile(self.path) as book:
                names = book.namelist()
                is_open = "mimetype" in names and book.read("mimetype").startswith(_OPEN_DOCUMENT)
                manifest = book.read(_MANIFEST) if is_open and _MANIFEST in names else b""
        except DAMAGED_ARCHIVE:
            return "xlsx"
        if "xl/workbook.bin" in names:
            words = message("the workbook is of Excel's binary kind (XLSB)")
            raise rejected(Place(self.name), "unreadable", words, _SAVED_OTHERWISE)
        if b"encryption-data" in manifest:
            raise rejected(
                Place(self.name), "unreadable", message("the workbook is protected by a password"), _SAVED_OTHERWISE
            )
        return "ods" if is_open else "xlsx"

    def text(self, size: int = -1) -> str:
        """The text of the file's beginning."""
        decoder = codecs.getincrementaldecoder(self.codec)(errors="replace")
        return decoder.decode(self.start if size < 0 else self.start[:size])


def is_duckdb(path: Path) -> bool:
    """Whether a file is a database of DuckDB.

    Raises:
        Rejected: it is no file.
        OSError: it cannot be read.
    """
    with open_regular(path) as stream:
        return stream.read(12).endswith(_DUCKDB)


def digest_of_files(files: Iterable[Path | str], *, unreadable_by_name: bool = False) -> str:
    """The SHA-256 of the digests of several files, in their order.

    Args:
        files: the files.
        unreadable_by_name: have a file that cannot be read stand for itself by its name.

    Raises:
        OSError: a file cannot be read.
    """
    digests = hashlib.sha256()
    for file in files:
        try:
            with open(file, "rb") as stream:
                digests.update(hashlib.file_digest(stream, "sha256").digest())
        except OSError:
            if not unreadable_by_name:
                raise
            digests.update(str(file).encode())
    return digests.hexdigest()
