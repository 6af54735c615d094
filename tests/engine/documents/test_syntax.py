"""What a parser of YAML or JSON finds wrong is said in our words, whichever parser it is and whatever it says."""

from __future__ import annotations

import importlib.util
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from engine.diagnostics import Rejected
from engine.documents import document
from engine.documents.document import read_documents
from engine.documents.json_text import load_json
from engine.documents.nesting import MAX_DEPTH
from engine.documents.syntax import EXPLANATIONS, GENERAL, NOT_READ_ON, explained
from tests.danish import english_left

LOADERS: list[Any] = [yaml.SafeLoader, *([yaml.CSafeLoader] if yaml.__with_libyaml__ else [])]


class Case(NamedTuple):
    """A text, what libyaml and what PyYAML's own parser say of it, and what we say: place, message, hint."""

    text: str
    libyaml: str
    own: str
    place: str
    message: str
    hint: str | None = None


PERCENT = ("a line that begins with `%` cannot be read here", "leave the line out")
TAG = ("the tag that begins here cannot be read", "leave the tag out")
STAR = ("a text cannot begin with `*` or `&`", "put the text in quotes")
QUOTE = ("the quote that begins here is not closed", None)
ESCAPE = (
    "the escape is not one of those that double quotes know",
    "write a backslash as `\\\\`, or use single quotes",
)
COLON = ("a `:` is not expected here", "check the indentation; a text that holds `: ` stands in quotes")
NEXT_LINE = ("the text begins in the next line", None)
VALUE = ("a value is expected here", None)
KEY = ("a key is expected here", "check the indentation; quotes stand around a whole text")
MORE = ("nothing more is expected here", "check the indentation; `---` begins another document")
OPEN = "the `[` of line 1 is still open; a text that holds a comma, a brace or a `: ` stands in quotes"

CASES = [
    Case("%\n---\n", "could not find expected directive name", "expected alphabetic or numeric", "1:1", *PERCENT),
    Case("%a&\n---", "found unexpected non-alphabetical character", "expected alphabetic or", "1:1", *PERCENT),
    Case("%YAML x\n---", "did not find expected version number", "expected a digit, but", "1:1", *PERCENT),
    Case("%YAML 1\n---", "did not find expected digit or '.' character", "expected a digit or '.'", "1:1", *PERCENT),
    Case("%YAML 1.1.1\n---", "did not find expected comment or line break", "expected a digit or ' '", "1:1", *PERCENT),
    Case("%YAML 1.1 x\n---", "did not find expected comment or line", "expected a comment or a line", "1:1", *PERCENT),
    Case("%YAML 12345678901.1\n---", "found extremely long version number", "found incompatible", "1:1", *PERCENT),
    Case("%YAML 2.0\n---\n", "found incompatible YAML document", "found incompatible YAML", "1:1", *PERCENT),
    Case("%YAML 1.1\n%YAML 1.1\n---\n", "found duplicate %YAML", "found duplicate YAML", "2:1", *PERCENT),
    Case("%TAG !a! x\n%TAG !a! y\n---\n", "found duplicate %TAG", "duplicate tag handle", "2:1", *PERCENT),
    Case("%TAG !a x\n---\n", "did not find expected '!'", "expected '!'", "1:1", *PERCENT),
    Case("%TAG ! x y\n---\n", "did not find expected comment or line", "expected a comment or a line", "1:1", *PERCENT),
    Case("%TAG!a\n---\n", "found unexpected non-alphabetical", "expected alphabetic or numeric", "1:1", *PERCENT),
    Case("%TAG !a!x\n---\n", "did not find expected whitespace", "expected ' '", "1:1", *PERCENT),
    Case("a: !x!y z", "found undefined tag handle", "found undefined tag handle", "1:4", *TAG),
    Case("a: !<", "did not find expected tag URI", "expected URI, but found", "1:4", *TAG),
    Case("a: !<x", "did not find the expected '>'", "expected '>'", "1:4", *TAG),
    Case("a: !<x>y", "did not find expected whitespace or line break", "expected ' '", "1:4", *TAG),
    Case("a: !%zz b", "did not find URI escaped octet", "expected URI escape sequence", "1:4", *TAG),
    Case("a: !%80 b", "found an incorrect leading UTF-8 octet", "codec can't decode", "1:4", *TAG),
    Case("a: !%C3%28 b", "found an incorrect trailing UTF-8 octet", "codec can't decode", "1:4", *TAG),
    Case("a: *", "did not find expected alphabetic or numeric", "expected alphabetic or numeric", "1:4", *STAR),
    Case("a: &b&c", "did not find expected alphabetic or numeric", "expected alphabetic or numeric", "1:4", *STAR),
    Case("a: 'b", "found unexpected end of stream", "found unexpected end of stream", "1:4", *QUOTE),
    Case("a: 'b\n---\n", "found unexpected document indicator", "found unexpected document separator", "1:4", *QUOTE),
    Case('a: "\\q"', "found unknown escape character", "found unknown escape character", "1:5|1:6", *ESCAPE),
    Case('a: "\\xZZ"', "did not find expected hexdecimal number", "expected escape sequence", "1:7", *ESCAPE),
    Case('a: "\\U00110000"', "found invalid Unicode character escape code", "chr() arg", "1:7|1:4", *ESCAPE),
    Case(
        "- a\nb", "could not find expected ':'", "could not find expected ':'", "2:1",
        "a `:` is missing after this key", "check the indentation",
    ),
    Case("a: b: c", "mapping values are not allowed", "mapping values are not allowed", "1:5", *COLON),
    Case(
        "a: ? b", "mapping keys are not allowed", "mapping keys are not allowed", "1:4",
        "a `?` is not expected here", "check the indentation; put the text in quotes",
    ),
    Case(
        "a: - b", "block sequence entries are not allowed", "sequence entries are not allowed", "1:4",
        "a `-` is not expected here", "check the indentation",
    ),
    Case(
        "a: @", "found character that cannot start any token", "that cannot start any token", "1:4",
        "`@` cannot begin a text", "put the text in quotes",
    ),
    Case(
        "a:\n\t- b", "found character that cannot start any token", "that cannot start any token", "2:1",
        "a tab cannot indent", "indent with spaces",
    ),
    Case(
        "a: |\n \n\tb", "found a tab character where an indentation space", "could not find|that cannot start", "3:1",
        "a tab cannot indent", "indent with spaces",
    ),
    Case("a: |x\n", "did not find expected comment or line break", "expected chomping", "1:5", *NEXT_LINE),
    Case("a: >1x\n", "did not find expected comment or line break", "expected chomping", "1:6", *NEXT_LINE),
    Case("a: | x\n", "did not find expected comment or line break", "expected a comment or", "1:6", *NEXT_LINE),
    Case("a: |0\n b", "found an indentation indicator equal to 0", "expected indentation indicator", "1:5", *NEXT_LINE),
    Case("a: 'b' c", "did not find expected key", "expected <block end>", "1:8", *KEY),
    Case(
        "- a\nb: 1", "did not find expected '-' indicator", "expected <block end>", "2:1",
        "a `-` is expected here|a key is expected here",
        "check the indentation|check the indentation; quotes stand around a whole text",
    ),
    Case(" - a\n- b", "did not find expected <document start>", "expected '<document start>'", "2:1", *MORE),
    Case("a: }", "did not find expected node content", "expected the node content", "1:4", *VALUE),
    Case(
        "[a}", "did not find expected ',' or ']'", "expected ',' or ']'", "1:3", "a `,` or `]` is expected here", OPEN
    ),
    Case(
        "{a]", "did not find expected ',' or '}'", "expected ',' or '}'", "1:3",
        "a `,` or `}` is expected here", OPEN.replace("[", "{"),
    ),
    Case(
        "[a", "did not find expected ',' or ']'", "expected ',' or ']'", "1:1",
        "the `[` that begins here is not closed", "end it with `]`",
    ),
]  # fmt: skip

UNREACHED = {
    # A text is decoded, and its characters are looked at, before a parser sees it.
    "control characters are not allowed": "there is a character here that does not belong in a text",
    "special characters are not allowed": "there is a character here that does not belong in a text",
    "invalid Unicode character": "there is a character here that does not belong in a text",
    "invalid leading UTF-8 octet": "there is a character here that does not belong in a text",
    "invalid trailing UTF-8 octet": "there is a character here that does not belong in a text",
    "invalid length of a UTF-8 sequence": "there is a character here that does not belong in a text",
    "incomplete UTF-8 octet sequence": "there is a character here that does not belong in a text",
    "incomplete UTF-16 character": "there is a character here that does not belong in a text",
    "incomplete UTF-16 surrogate pair": "there is a character here that does not belong in a text",
    "unexpected low surrogate area": "there is a character here that does not belong in a text",
    # Our own limit comes before that of any parser.
    "exceeded maximum nesting depth": "the nesting is deeper than can be read",
    # An anchor is refused where it stands, before anything is composed.
    "found undefined alias": str(GENERAL.words),
    "found duplicate anchor; first occurrence": str(GENERAL.words),
    # Said in versions before those we allow, or never of a text that is given whole.
    "found unexpected ':'": "a `:` is not expected here",
    "found a tab character that violates indentation": "a tab cannot indent",
    "found unknown directive name": "a line that begins with `%` cannot be read here",
    "incompatible %YAML directive": "a line that begins with `%` cannot be read here",
    "duplicate %TAG directive": "a line that begins with `%` cannot be read here",
    "did not find expected <stream-start>": str(GENERAL.words),
    "input is too long": str(GENERAL.words),
    "input error": str(GENERAL.words),
}


def diagnostics(data: bytes, loader: Any) -> Iterator[Any]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(document, "_PARSER", loader)
        for result in read_documents(data, "a.yaml"):
            if isinstance(result, Rejected):
                yield from result.diagnostics


def raised(text: str, loader: Any) -> str:
    """What a parser says of a text."""
    try:
        list(yaml.parse(text, Loader=loader))
    except yaml.MarkedYAMLError as error:
        return error.problem or ""
    except (yaml.YAMLError, ValueError) as error:
        return str(error)
    return ""


@pytest.mark.parametrize("loader", LOADERS)
@pytest.mark.parametrize("case", CASES, ids=lambda case: repr(case.text))
def test_each_mistake_of_syntax_is_said_in_our_words(case: Case, loader: Any) -> None:
    is_own = loader is yaml.SafeLoader
    words = case.own if is_own else case.libyaml
    assert any(word in raised(case.text, loader) for word in words.split("|"))
    (diagnostic,) = diagnostics(case.text.encode(), loader)
    place, message, hint = (
        (part or "").split("|")[-is_own] if part and "`|`" not in part else part for part in case[3:]
    )
    rest = f"{hint}; {NOT_READ_ON}" if hint else NOT_READ_ON
    assert str(diagnostic) == f"a.yaml:{place}: syntax: {message}\n  hint: {rest}"
    assert english_left(diagnostic) == []


@pytest.mark.parametrize("problem", UNREACHED)
def test_what_a_parser_cannot_say_of_our_texts_has_words_all_the_same(problem: str) -> None:
    mark = yaml.Mark("", 3, 0, 3, None, 0)
    (diagnostic,) = explained(
        yaml.MarkedYAMLError(None, None, problem, mark), "a: b", "a.yaml", LOADERS[-1]
    ).diagnostics
    assert (str(diagnostic.place), diagnostic.message) == ("a.yaml:1:4", UNREACHED[problem])


@pytest.mark.slow
@given(st.text(min_size=1), st.booleans())
def test_what_no_parser_has_said_yet_gets_a_general_text(words: str, has_place: bool) -> None:
    known = any(e.pattern.search(f": {words}") or e.pattern.search(words) for e in EXPLANATIONS)
    mark = yaml.Mark("", 3, 0, 3, None, 0) if has_place else None
    error = yaml.MarkedYAMLError(problem=f"{words}", problem_mark=mark)
    (diagnostic,) = explained(error, "a: b", "a.yaml", LOADERS[-1]).diagnostics
    assert known or re.search("expected ',' or", words) or diagnostic.message == str(GENERAL.words)
    assert diagnostic.place.line == 1


@pytest.mark.skipif(not yaml.__with_libyaml__, reason="PyYAML is here without libyaml")
def test_the_table_holds_every_problem_that_the_libyaml_at_hand_can_tell() -> None:
    """Those of its writer end on what it needs, and are not for texts that are read."""
    spec = importlib.util.find_spec("yaml._yaml")
    assert spec is not None
    assert spec.origin is not None
    strings = re.findall(rb"[\x20-\x7e]{6,}(?=\0)", Path(spec.origin).read_bytes())
    begins = re.compile(
        r"(found |could not find|did not find|mapping (keys|values)|block sequence|exceeded|incomplete )"
    )
    problems = {text.decode() for text in strings if begins.match(text.decode())}
    known = {*UNREACHED, *(raised(case.text, yaml.CSafeLoader) for case in CASES)}
    assert len(problems) > 30
    assert problems <= known


def messages() -> Iterator[re.Pattern[str]]:
    """Every message that reading a document can give, its quoted parts aside."""
    for explanation in (*EXPLANATIONS, GENERAL):
        yield re.compile(re.escape(explanation.words.text).replace(r"\{character\}", "`.*`"))
    for text in (
        r"the `[\[{]` that begins here is not closed",
        r"a `,` or `[\]}]` is expected here",
        "a key in quotes is expected here",
        "a `:` is expected here",
        "this does not belong in quotes",
        f"more than {MAX_DEPTH} levels of nesting",
        r"the character U\+[0-9A-F]{4,6} is a line end that editors do not show",
        r"the control character U\+[0-9A-F]{4,6} does not belong in a text",
        r"the escape for U\+[0-9A-F]{4,6} stands for no character of a text",
        "byte 0x[0-9a-f]{2} is not UTF-8",
        "`.*` repeats another value",
        "`.*` names a value for repetition",
        "the tag `.*` is not used in records",
        "`.*` is not a number that can be held exactly",
        r"the key `.*` stands already in line \d+",
        "a (list|mapping) cannot be a key",
    ):
        yield re.compile(text)


MESSAGES = list(messages())
HINTS = {None, str(NOT_READ_ON), *(f"{e.advice}; {NOT_READ_ON}" for e in (*EXPLANATIONS, GENERAL) if e.advice)}

SOUND = [
    "format: sekskant/offer/1\nid: a\nservices: [{act: SEL, sections: ['104']}]\nattention:\n  - \"x\\ty\"\n",
    "a: |\n  text\n  more\nb: >-\n  one\n---\n- 1\n- {c: d}\n...\n",
    '%YAML 1.1\n---\na: !!str b\nc: &d [1, 2]\ne: *d\n? f\n: g\n',
    '{"a": [1, 2.5, null, true, "b\\u00e5"], "c": {"d": {}}}\n{"a": "e"}\n',
]  # fmt: skip
PIECES = ["[", "]", "{", "}", ":", ",", "-", "? ", "& ", "*", "!", "%", "@", "`", "'", '"', "\\", "\\x", "#", "|", ">",
          "\n", "\t", " ", "---", "...", "\n  ", "\ufeff", "\u2028", "å", "[" * 50,
          "[{" * 800, "0", "%TAG !", "!<"]  # fmt: skip


@st.composite
def mutated(draw: Callable[..., Any]) -> bytes:
    """A sound document with a few places cut, doubled, or given what may mean something to a parser."""
    text = draw(st.sampled_from(SOUND))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 6)))
        text = text[:start] + draw(st.sampled_from([*PIECES, "", text[start:end] * 2])) + text[end:]
    return str(text).encode()


@given(mutated())
def test_a_mutated_document_never_shows_a_word_of_a_library(data: bytes) -> None:
    for loader in LOADERS:
        for diagnostic in diagnostics(data, loader):
            assert any(message.fullmatch(diagnostic.message) for message in MESSAGES), diagnostic
            if (
                diagnostic.code == "syntax"
                and "is still open" not in str(diagnostic.hint)
                and "end it with" not in str(diagnostic.hint)
            ):
                assert diagnostic.hint in HINTS


DEPTHS = st.one_of(st.integers(10, 100), st.sampled_from([500, 999, 1000, 1001, 5000, 100_000]))
NESTS: dict[str, tuple[str, str, str]] = {
    "lists": ("[", "1", "]"),
    "lists in a block": ("a: ", "[", "]"),
    "mappings": ("{a: ", "1", "}"),
    "JSON": ('{"a": ', "1", "}"),
    "JSON lists": ('{"a": [', "1", "]}"),
    "keys": ("? ", "a", "\n"),
    "items": ("- ", "a", "\n"),
    "lists over lines": ("[\n", "1", "]\n"),
    "with quotes": ("{'it''s [': [", "1", "]}"),
}


@given(st.sampled_from(sorted(NESTS)), DEPTHS)
def test_nesting_is_read_or_too_deep_whatever_the_parser(name: str, depth: int) -> None:
    opening, middle, closing = NESTS[name]
    text = opening + "[" * depth + "]" * depth if middle == "[" else opening * depth + middle + closing * depth
    codes = {
        loader: [str(one) for one in diagnostics(text.encode(), loader) if one.code != "non-scalar-key"]
        for loader in LOADERS
    }
    first = codes[LOADERS[0]]
    assert all(one == first for one in codes.values())
    assert all(re.fullmatch(r"a\.yaml:\d+:\d+: too-deep: more than 40 levels of nesting", line) for line in first)
    assert bool(first) == (depth > MAX_DEPTH or (name in {"JSON lists", "with quotes"} and depth > MAX_DEPTH // 2))


@pytest.mark.parametrize("text", ["[" * 50, "- " * 50 + "[", '{"a"\n:[' * 30 + '"]"'])
def test_what_is_closed_nowhere_is_too_deep_first(text: str) -> None:
    for loader in LOADERS:
        assert [diagnostic.code for diagnostic in diagnostics(text.encode(), loader)] == ["too-deep"]


@given(st.integers(1, 60), st.sampled_from(["", "\n"]), st.integers(0, 60))
def test_json_is_loaded_or_too_deep_with_its_place(levels: int, line_end: str, beside: int) -> None:
    """Brackets in texts and brackets that are closed again do not count."""
    opening = f'{{"[{{\\"[": [{"[]," * beside}{line_end}'
    text = opening * levels + "1" + "]}" * levels
    if 2 * levels <= MAX_DEPTH + 1:
        assert load_json(text, "a.json") == json.loads(text)
    else:
        before = opening * (MAX_DEPTH // 2) + '{"[{\\"[": '
        place = f"{before.count(chr(10)) + 1}:{len(before) - before.rfind(chr(10))}"
        with pytest.raises(Rejected, match=rf"^a\.json:{place}: too-deep: more than 40 levels of nesting$"):
            load_json(text, "a.json")


@pytest.mark.parametrize("depth", [10, 41, 42, 999, 10_000, 100_000])
def test_json_is_never_too_deep_for_the_stack(depth: int) -> None:
    try:
        loaded = load_json("[" * depth + "]" * depth, "a.json")
    except Rejected as error:
        message = str(error)
        assert message == "a.json:1:42: too-deep: more than 40 levels of nesting"
        assert depth > MAX_DEPTH + 1
    else:
        assert json.dumps(loaded) == "[" * depth + "]" * depth
