"""What is wrong with an input, where, and what would be right; and every way in which a command can fail.

    Failure                   exit code
    ├── Refused               1
    ├── Rejected              1, or 4 where a journal does not hold what it should
    ├── TooComplex            1
    ├── Scattered             1
    ├── NotComparable         2
    ├── FolderInUse           2
    ├── IntegrityFault        4
    ├── NotReplayable         4
    ├── Malformed             4
    └── Defect                70

Whatever else is raised is made one of these where the command ends (`cli.common.ending`): what the system refuses is
`Refused`, all else a `Defect`; Ctrl-C ends with 130, SIGTERM with 143. Commands only present a failure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import IntEnum
from typing import NamedTuple

from engine.harmless import one_line, shown_name
from engine.texts.catalogue import Language, Message, in_language, message

MAX_QUOTED = 60
MAX_NAMED = 12
"""A hint that names more words than this is not read."""

CODES: dict[str, str] = {
    # reading a file
    "unreadable": "the file, folder or stream cannot be read",
    "too-large": "the input is larger than a reader of records accepts",
    "not-utf-8": "the input is not UTF-8 text",
    "control-character": "the text holds a character that no text editor writes",
    "syntax": "the text is not well-formed YAML, JSON or CSV",
    "empty": "there is nothing in the input",
    # one document
    "alias": "an anchor or alias (`&name`, `*name`), which could multiply its content",
    "tag": "an explicit tag (`!name`), which could construct an object",
    "too-deep": "the nesting is deeper than any record needs",
    "too-many-nodes": "the document has more values than any record needs",
    "duplicate-key": "a key stands twice in one mapping",
    "non-scalar-key": "a key is a list or a mapping",
    "number": "a number that cannot be held exactly",
    # shape of a record
    "unknown-key": "a key that the format does not have",
    "missing-key": "a key that the format needs is absent",
    "wrong-type": "a value of the wrong kind",
    "missing-text": "a text lacks one of its two languages",
    "missing-reference": "a criterion or override does not say where in the source it stands",
    # meaning of a vocabulary or rulebook
    "identifier": "an id that is not written in the way ids are written",
    "unknown-vocabulary": "the vocabulary that a rulebook names is not there",
    "unknown-fact": "a fact that the vocabulary does not declare",
    "unknown-criterion": "a criterion that the rulebook does not define",
    "unknown-answer": "an answer that the fact does not allow",
    "unknown-rulebook": "a rulebook that is not there, or cannot be loaded",
    "repeated-id": "one id for two things, or one criterion twice in a group",
    "fact-declaration": "a fact whose type and other keys do not go together",
    "derived-circle": "a fact that follows from itself",
    "condition-form": "a condition that is none of, or several of, the forms it can take",
    "test-on-fact": "a test that does not go with the fact's type",
    "fact-per-year": "a test on a fact that has a value for each year",
    "threshold-out-of-range": "a threshold that the fact can never reach",
    "k-larger-than-n": "more criteria are required than there are",
    "mandatory-not-member": "a mandatory criterion that does not count in the group",
    "group-too-wide": "a group has more parts, or a fact more answers, than can be decided together",
    "counts-both-ways": "too many criteria count both for and against the rule",
    "effective-dates": "a rulebook ends before it begins",
    "not-columnar": "a rulebook whose thresholds have too many digits, or whose means too many years, for columns",
    "change-form": "a change of a criterion that is none of, or several of, the forms it can take",
    "unknown-version": "the version that a rulebook is based on is not there",
    "circular-versions": "versions of a rulebook that are based on each other in a circle",
    "required-anew": "other criteria count than before, and the number that is required is not said anew",
    "text-field": "a name in braces in a text that cannot be filled from the rule",
    "overlapping-dates": "two versions of a rulebook are in force on one day",
    # an offer and its evidence
    "evidence-form": "evidence that is none of, or several of, the forms it can take",
    "evidence-out-of-range": "evidence outside what the fact allows",
    "empty-interval": "bounds that no number meets",
    "derived-contradiction": "a stated value that the values it is derived from rule out",
    "departure-without-reason": "a judgement departs from an indicative measure and does not say why",
    "unknown-term": "a word outside the vocabulary's list",
    "repeated-offer": "one offer id twice in one run, or two that hardly differ",
    "unknown-offer": "an answer on an offer that the register does not have",
    "answered-otherwise": "an answer that says another thing than the register, or than another answer",
    "not-an-offer": "a row of a table that holds no offer; it is set aside, and is no mistake",
    "part-of-itself": "an offer that is said to be a department of itself",
    "unknown-column": "a column of a table that is neither a fact nor an attribute of offers",
    "repeated-column": "two columns of a table that say the same",
    "no-rulebook-in-force": "no rulebook is in force in the year asked for",
    "defect": "what is there meets a mistake of ours, and is not decided; the rest is",
    # a template of papers
    "template-form": "a template of papers that says, holds or fetches what templates may not",
    # a journal
    "journal-address": "a journal is named in a way that is neither a path nor a URL of a database",
    "journal-unreadable": "the journal cannot be opened or read",
    "journal-read-only": "the journal cannot be written",
    "journal-full": "there is no room to record in the journal",
    "journal-busy": "others were writing to the journal for too long",
    "journal-damaged": "the file of the journal is damaged",
    "damaged-entry": "an entry of the journal does not hold what entries hold, or not in a format that is read",
    "damaged-header": "the header of the journal is not there once, or does not hold what headers hold",
    "run-elsewhere": "a run that a journal names lies where its files are not read unasked",
    "altered-journal": "the database of the journal has a part that journals do not have, or lacks one",
    "not-a-journal": "a file or database that holds something else than a journal",
    "altered-file": "a file of a run is not there any more as it was recorded",
    "not-replayable": "a recorded decision cannot be made again as it is recorded",
    "unknown-outcome": "an outcome that the rulebook does not have",
    "mask-incomplete": "a text that is to be masked on export stands in another place too",
    "unwritable": "a file cannot be written",
    "receipt-form": "a file that is not a receipt, a seal or a signed head",
    "not-as-sealed": "a journal or another seal does not agree with a seal",
    "signing-key": "a key that cannot sign, or cannot check a signature",
    "unknown-entry": "there is no such entry, run or decision in the journal",
}


class Place(NamedTuple):
    """A place in an input: file, line and column, both counted from 1; 0 where there is none.

    `words` say what `file` says in English, where that is more than the name of a file (`place_in_words`).

    >>> str(Place("offer.yaml", 3, 7))
    'offer.yaml:3:7'
    >>> str(Place("offer.yaml"))
    'offer.yaml'
    """

    file: str
    line: int = 0
    column: int = 0
    words: Message | tuple[()] = ()

    def in_language(self, language: Language) -> Place:
        """The place with its words in a language."""
        words = STANDARD_INPUT if self.file == str(STANDARD_INPUT) else self.words
        return self._replace(file=words.in_language(language), words=()) if isinstance(words, Message) else self

    def __str__(self) -> str:
        file = shown_name(self.file)
        return f"{file}:{self.line}:{self.column}" if self.line else file


STANDARD_INPUT = message("standard input")
"""What is read of it stands in this file."""


def place_in_words(words: Message) -> Place:
    """A place that is more than a file: an entry of a journal, a row of a table.

    >>> str(place_in_words(message("{journal}, entry {number}", journal="a.db", number=3)))
    'a.db, entry 3'
    """
    return Place(str(words), words=words)


class Diagnostic(NamedTuple):
    """One mistake in an input: its place, code, message, and what would be right.

    >>> print(Diagnostic(Place("a.yaml", 1, 2), "unknown-key", "unknown key `nmae`", "did you mean `name`?"))
    a.yaml:1:2: unknown-key: unknown key `nmae`
      hint: did you mean `name`?
    """

    place: Place
    code: str
    words: Message | str
    advice: Message | str | None = None

    @property
    def message(self) -> str:
        """What is wrong, in English."""
        return str(self.words)

    @property
    def hint(self) -> str | None:
        """What would be right, in English; None where nothing is known."""
        return None if self.advice is None else str(self.advice)

    def in_language(self, language: Language) -> Diagnostic:
        """The diagnostic with its words in a language."""
        advice = None if self.advice is None else in_language(self.advice, language)
        place, words = self.place.in_language(language), in_language(self.words, language)
        return self._replace(place=place, words=words, advice=advice)

    def lines(self, language: Language = "en") -> Iterator[str]:
        """The line that says what is wrong, and one that says what would be right, if that is known."""
        said = self.in_language(language)
        yield one_line(f"{said.place}: {said.code}: {said.words}")
        if said.advice:
            yield one_line(f"  {message('hint').in_language(language)}: {said.advice}")

    def __str__(self) -> str:
        return "\n".join(self.lines())


class Exit(IntEnum):
    """Exit codes of every command."""

    DONE = 0
    REJECTED = 1
    USAGE = 2
    UNDETERMINED = 3
    INTEGRITY = 4
    CHECK_FAILED = 5
    DEFECT = 70
    INTERRUPTED = 130
    TERMINATED = 143


OF_INTEGRITY = (
    *("altered-file", "altered-journal", "run-elsewhere", "not-replayable", "damaged-entry", "damaged-header"),
    "not-as-sealed",
)
"""The codes of diagnostics which say that a journal, or a file that it names, does not hold what it should."""
_PRECEDENCE = (Exit.DEFECT, Exit.INTEGRITY, Exit.REJECTED, Exit.CHECK_FAILED, Exit.UNDETERMINED)


def exit_code(exits: Iterable[Exit]) -> Exit:
    """The exit code where several hold; signals end a command at once.

    >>> exit_code([Exit.UNDETERMINED, Exit.REJECTED]), exit_code([Exit.INTEGRITY, Exit.DEFECT])
    (<Exit.REJECTED: 1>, <Exit.DEFECT: 70>)
    """
    exits = set(exits)
    return next((code for code in _PRECEDENCE if code in exits), Exit.DONE)


class Failure(Exception):
    """What keeps a command, or a part of it, from being done; each kind has its exit code, and lines that tell it."""

    exit = Exit.DEFECT

    def __init__(self, words: Message | str = "") -> None:
        self.words = words
        super().__init__(str(words))

    def lines(self, language: Language = "en") -> Iterator[str]:
        """What a person is told."""
        yield one_line(in_language(self.words, language))


class Refused(Failure):
    """The system does not let a file or stream be read or written; `reason` is the system's own."""

    exit = Exit.REJECTED

    def __init__(self, file: str, reason: Message | str) -> None:
        words = message("unreadable: {reason}", reason=reason)
        super().__init__(message("{file}: {words}", file=shown_name(file), words=words) if file else words)


class Rejected(Failure):
    """An input was rejected; carries every diagnostic found in it, in the order of their places."""

    exit = Exit.REJECTED

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = tuple(sorted(set(diagnostics), key=lambda d: (d.place, d.code, d.message)))
        super().__init__("\n".join(map(str, self.diagnostics)))
        if any(diagnostic.code in OF_INTEGRITY for diagnostic in self.diagnostics):
            self.exit = Exit.INTEGRITY

    def lines(self, language: Language = "en") -> Iterator[str]:
        """Each diagnostic."""
        for diagnostic in self.diagnostics:
            yield from diagnostic.lines(language)


class TooComplex(Failure):
    """A rulebook whose diagrams or tables would grow without end."""

    exit = Exit.REJECTED

    def __init__(self) -> None:
        super().__init__(message("too complex to prove"))


class Scattered(Failure):
    """The cells of a sheet stand so far apart that what they span is next to empty; `at` has the farthest of them."""

    exit = Exit.REJECTED

    def __init__(self, at: list[tuple[int, int]]) -> None:
        self.at = at
        super().__init__(message("the cells of the sheet stand too far apart"))


class NotComparable(Failure):
    """Two rulebooks that read a fact in ways that cannot be compared."""

    exit = Exit.USAGE

    def __init__(self, fact: str) -> None:
        super().__init__(
            message(
                "the fact `{fact}` is never the same to both: a number and an answer, or nothing in common", fact=fact
            )
        )


class FolderInUse(Failure):
    """There is something else where a run should be written."""

    exit = Exit.USAGE


class IntegrityFault(Failure):
    """A decision could not be proven: evaluators disagree, or one failed. Never shown as a decision."""

    exit = Exit.INTEGRITY


class NotReplayable(Failure):
    """A decision cannot be decided again; `why` says so."""

    exit = Exit.INTEGRITY

    def __init__(self, why: Message) -> None:
        self.why = why
        super().__init__(why)


class Malformed(Failure, ValueError):
    """A record that was read from JSON is not what it should be; says in what. It is a ValueError to its readers."""

    exit = Exit.INTEGRITY


class Defect(Failure):
    """Something that we did not foresee: a mistake of ours, not of those who wrote the input."""

    exit = Exit.DEFECT

    def __init__(self, version: str, place: str) -> None:
        super().__init__(
            message(
                "this is a defect of sekskant {version} ({place}), and no mistake of yours; report this line to those "
                "who maintain sekskant where you are, with what the command shows when SEKSKANT_DEBUG=1 is set",
                version=version,
                place=place,
            )
        )


def rejected(place: Place, code: str, words: Message | str, advice: Message | str | None = None) -> Rejected:
    """A rejection for one mistake."""
    return Rejected([Diagnostic(place, code, words, advice)])


_REFUSALS: dict[str, Message] = {
    "ENOENT": message("no such file or directory"),
    "EACCES": message("permission denied"),
    "EPERM": message("operation not permitted"),
    "EISDIR": message("is a directory"),
    "ENOTDIR": message("not a directory"),
    "EEXIST": message("file exists"),
    "ENAMETOOLONG": message("file name too long"),
    "EFBIG": message("file too large"),
    "ELOOP": message("too many levels of symbolic links"),
    "EMFILE": message("too many open files"),
    "ENFILE": message("too many open files"),
    "ENOSPC": message("no space left on device"),
    "EDQUOT": message("disk quota exceeded"),
    "EROFS": message("read-only file system"),
    "EIO": message("input/output error"),
    "EBUSY": message("device or resource busy"),
    "EAGAIN": message("resource temporarily unavailable"),
    "EINVAL": message("invalid argument"),
    "EPIPE": message("broken pipe"),
    "EBADF": message("bad file descriptor"),
    "ENXIO": message("no such device or address"),
    "ESTALE": message("stale file handle"),
    "ENOMEM": message("cannot allocate memory"),
}
"""Why systems refuse something, by the name of the number that they give: their words are others on each."""


def refusal_of(error: OSError) -> Message | str:
    """Why the system refuses something, by its number; what is not known here stays as the system says it.

    >>> refusal_of(OSError(13, "Zugriff verweigert")).in_language("da")
    'adgang nægtet'
    >>> refusal_of(OSError(84, "Invalid or incomplete multibyte or wide character"))
    'invalid or incomplete multibyte or wide character'
    """
    import errno  # noqa: PLC0415 - only a mistake needs it

    known = _REFUSALS.get(errno.errorcode.get(error.errno or 0, ""))
    return known or (error.strerror or str(error)).lower()


def quoted(text: str) -> str:
    r"""What an input says, as messages show it: in backticks, on one line, and not endless.

    >>> quoted("two\nlines")
    '`two lines`'
    """
    printable = "".join(c if c.isprintable() else " " for c in text[: MAX_QUOTED + 1])
    return f"`{printable if len(text) <= MAX_QUOTED else printable[:MAX_QUOTED] + '…'}`"


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word most like a misspelt one, or None where none is near; small and capital letters count alike.

    >>> nearest("outside_shre", ["outside_share", "diagnoses"]), nearest("a4", ["A3", "A4"])
    ('outside_share', 'A4')
    """
    import difflib  # noqa: PLC0415 - only a mistake needs it

    if len(word) > MAX_QUOTED:
        return None
    folded = {one.casefold(): one for one in reversed(list(known))}
    matches = difflib.get_close_matches(word.casefold(), folded, n=1, cutoff=0.6)
    return folded[matches[0]] if matches else None


def near_hint(word: str, known: Iterable[str]) -> Message | None:
    """A hint that names the near word, or else all that are allowed where they are few.

    >>> str(near_hint("yess", ["yes", "no"]))
    'did you mean `yes`?'
    >>> str(near_hint("perhaps", ["yes", "no"]))
    'one of `yes`, `no`'
    """
    known = list(known)
    near = nearest(word, known)
    if near:
        return message("did you mean `{near}`?", near=near)
    named = ", ".join(f"`{k}`" for k in known)
    return message("one of {named}", named=named) if 0 < len(known) <= MAX_NAMED else None


def key_hint(key: str, known: Iterable[str], *, is_empty: bool) -> Message | None:
    """A hint for a key that is not there: `{a: one, two}` has a key `two` without a value, and `{a: 0,5}` a key `5`.

    >>> str(key_hint("5", ["a"], is_empty=True)), str(key_hint("two", ["a"], is_empty=True))
    ('a decimal has a point, not a comma', 'a text that holds a comma stands in quotes')
    """
    known = list(known)
    if not is_empty or nearest(key, known):
        return near_hint(key, known)
    if key.isdecimal():
        return message("a decimal has a point, not a comma")
    return message("a text that holds a comma stands in quotes")
