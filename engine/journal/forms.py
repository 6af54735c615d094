"""The forms of the files that are handed over beside a journal, receipts, seals and signed heads, and what is of none.

A form is a core schema of pydantic: by it a record is checked before anything in it is used, and of it is made the JSON
Schema that others can check it by (`engine/schema/`, `engine/journal/form_schemas.py`). Decisions, executions and runs
may hold what no reader asks for, as those of other versions do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

from pydantic_core import SchemaValidator, ValidationError, core_schema

from engine.diagnostics import Malformed
from engine.journal.entry import ENTRY_1
from engine.journal.merkle import HIGHEST
from engine.journal.records import ITEM_TEXTS, TEST_TEXTS
from engine.journal.seal import DIGEST_FORM, ID_FORM, LONGEST_NAME, MOST, SIGNATURE_FORM, TIME_FORM
from engine.texts.catalogue import Message, message, message_in
from engine.texts.joined import SEMICOLON, joined

Form = core_schema.CoreSchema
_MOST_TOLD = 10
_WHAT: Mapping[str, Message] = {
    "string_type": message("a text"),
    "int_type": message_in("value", "a whole number"),
    "dict_type": message("a mapping"),
    "list_type": message("a list"),
    "digest": message("a digest"),
    "digests": message("a list of digests"),
    "count": message("a number of things"),
    "year": message("a year"),
    "cell": message("a text or a number"),
}
"""What is wanted, by what pydantic calls that it is not there."""


def _told_as(kind: str, form: Form) -> Form:
    return core_schema.custom_error_schema(form, kind, custom_error_message=kind)


def _whole(kind: str, least: int, most: int) -> Form:
    return _told_as(kind, core_schema.int_schema(strict=True, ge=least, le=most))


def _text(pattern: str | None = None, least: int | None = None, most: int | None = None) -> Form:
    return core_schema.str_schema(strict=True, pattern=pattern, min_length=least, max_length=most)


def _list(of: Form, most: int | None = None, least: int | None = None) -> Form:
    return core_schema.list_schema(of, min_length=least, max_length=most, strict=True)


def _each(of: Form) -> Form:
    """A mapping of any keys, whose values are alike."""
    return core_schema.dict_schema(core_schema.str_schema(), of, strict=True)


def _or_null(form: Form) -> Form:
    return core_schema.nullable_schema(form)


def _only(**fields: Form) -> Form:
    """A mapping with all of these keys and no others."""
    return core_schema.typed_dict_schema(_fields(fields, required=True), extra_behavior="forbid", strict=True)


def _among(needed: Mapping[str, Form], optional: Mapping[str, Form] | None = None) -> Form:
    """A mapping with these keys among others; some of them may be absent, or null."""
    others = {name: _or_null(form) for name, form in (optional or {}).items()}
    fields = {**_fields(needed, required=True), **_fields(others, required=False)}
    return core_schema.typed_dict_schema(fields, extra_behavior="allow", strict=True)


def _fields(forms: Mapping[str, Form], *, required: bool) -> dict[str, core_schema.TypedDictField]:
    return {name: core_schema.typed_dict_field(form, required=required) for name, form in forms.items()}


def _format(name: str) -> Form:
    return core_schema.literal_schema([name])


def _texts(names: Sequence[str]) -> dict[str, Form]:
    return dict.fromkeys(names, TEXT)


TEXT, FLAG, ANY = _text(), core_schema.bool_schema(strict=True), core_schema.any_schema()
NUMBER = core_schema.int_schema(strict=True)
COUNT, ORDINAL, YEAR = _whole("count", 0, MOST), _whole("count", 1, MOST), _whole("year", 1000, 9999)
DIGEST = _told_as("digest", _text(DIGEST_FORM))
MAPPING, DIGESTS = _each(ANY), _list(DIGEST)
PATH = _told_as("digests", _list(DIGEST, HIGHEST))
CELL = _told_as("cell", core_schema.union_schema([TEXT, FLAG, core_schema.float_schema(strict=True)]))

# --- what receipts hold ---

_TESTS = _list(_among({}, {**_texts(TEST_TEXTS), "answers": _list(TEXT)}))
_ITEMS = _list(
    _among({}, {**_texts(ITEM_TEXTS), "tests": _TESTS, "not_applicable": _among({}, {"tests": _TESTS})}),
)
_VOCABULARY = _among(_texts(("id", "sha256")))
_RULEBOOK = {**_texts(("id", "version", "sha256")), "vocabulary": _VOCABULARY}
_FILES = _list(_among({**_texts(("path", "sha256")), "rows": NUMBER}))
DECISION = _among(
    {**_texts(("format", "offer", "verdict", "outcome")), "year": YEAR, "rulebook": _among(_RULEBOOK)},
    {"basis": TEXT, "criteria": _ITEMS, "overrides": _ITEMS},
)
EXECUTION = _among({}, {"rows": _each(DIGEST)})
RUN = _among(
    {"format": TEXT, "year": YEAR},
    {
        "rulebooks": _list(_among(_RULEBOOK, {"superset": _among(_RULEBOOK)})),
        "inputs": _FILES,
        "files": _FILES,
        "counts": _each(_each(NUMBER)),
        "ids": _each(_or_null(_list(TEXT))),
        "register": _among({}, {"columns": _list(TEXT)}),
        "input_remarks": _list(MAPPING),
    },
)
_NUMBERS = {"number": NUMBER, "year": _or_null(NUMBER)}
_NOT_IN_FRAME = ("digest", "checksums", "content")
ENTRY = _among(
    {
        **{name: _or_null(TEXT) for name in ENTRY_1.fields if name not in _NOT_IN_FRAME},
        **_texts(("format", "kind", "previous", "content_digest")),
        **_NUMBERS,
    }
)
SEALED = _only(seal=DIGEST, count=ORDINAL, root=DIGEST, index=COUNT, path=PATH)
ROW = _only(cells=_each(_or_null(CELL)), index=COUNT, path=PATH)
_RECEIPT: dict[str, Form] = {
    "journal": _only(id=TEXT, digest=TEXT),
    "entry": ENTRY,
    "digest": TEXT,
    "decision": DECISION,
    "execution": _or_null(EXECUTION),
    "document": TEXT,
    "texts": _each(TEXT),
    "seal": TEXT,
}

# --- the forms ---

_SEAL = _only(
    format=_format("sekskant/seal/1"),
    journal=_only(id=_text(ID_FORM), digest=DIGEST),
    year=YEAR,
    count=ORDINAL,
    head=DIGEST,
    root=DIGEST,
    runs=DIGESTS,
    rulebooks=DIGESTS,
    vocabularies=DIGESTS,
    decisions=COUNT,
    decisions_of_runs=COUNT,
    overrides=COUNT,
    sealed_at=_text(TIME_FORM),
    after=_or_null(_only(seal=DIGEST, count=ORDINAL, root=DIGEST, path=PATH)),
    signatures=_list(_only(key=DIGEST, name=_or_null(_text(None, 1, LONGEST_NAME)), signature=_text(SIGNATURE_FORM))),
)
_HEAD = _only(
    format=_format("sekskant/head/1"),
    journal=TEXT,
    count=COUNT,
    head=DIGEST,
    signed_at=TEXT,
    signature=TEXT,
)
FORMS: Mapping[str, Form] = {
    "sekskant/receipt/1": _only(format=_format("sekskant/receipt/1"), **_RECEIPT),
    "sekskant/receipt/2": _only(format=_format("sekskant/receipt/2"), **_RECEIPT, run=RUN, name=TEXT),
    "sekskant/receipt/3": _only(
        format=_format("sekskant/receipt/3"), **_RECEIPT, run=_or_null(RUN), name=_or_null(TEXT), sealed=SEALED
    ),
    "sekskant/receipt/4": _only(
        format=_format("sekskant/receipt/4"), **_RECEIPT, run=RUN, name=TEXT, sealed=_or_null(SEALED), row=ROW
    ),
    "sekskant/seal/1": _SEAL,
    "sekskant/head/1": _HEAD,
}
"""The form of each format."""


def check_form(record: object, format_name: str) -> None:
    """Check that a record is of the form of a format.

    Raises:
        Malformed: it is not; with each part that is not what it should be, or ten of them.

    >>> check_form({"format": "sekskant/head/1", "head": "x", "count": True}, "sekskant/head/1")
    Traceback (most recent call last):
    engine.diagnostics.Malformed: `journal` is missing; `count` is not a number of things; `head` is not a digest; \
`signed_at` is missing; `signature` is missing
    """
    try:
        _validator(format_name).validate_python(record)
    except ValidationError as error:
        errors = error.errors(include_url=False, include_context=False, include_input=False)[:_MOST_TOLD]
        raise Malformed(joined((_fault(one["type"], one["loc"]) for one in errors), SEMICOLON)) from None


@cache
def _validator(format_name: str) -> SchemaValidator:
    return SchemaValidator(FORMS[format_name])


def _fault(kind: str, path: tuple[int | str, ...]) -> Message:
    at = ".".join(str(part + 1) if isinstance(part, int) else part for part in path)
    if not at:
        return message("it is not a mapping")
    match kind:
        case "missing":
            return message("`{key}` is missing", key=at)
        case "extra_forbidden":
            return message("`{key}` is an unknown key", key=at)
    what = _WHAT.get(kind)
    return (
        message("`{at}` is not of its form", at=at)
        if what is None
        else message("`{field}` is not {what}", field=at, what=what)
    )
