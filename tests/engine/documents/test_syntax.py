"""What is wrong with a text is said in our words, whichever parser found it and whatever it calls that."""

from __future__ import annotations

import re

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from engine.diagnostics import Rejected
from engine.documents import document
from engine.documents.document import read_documents
from engine.documents.syntax import explained
from tests.chance import tried

LIBYAML = """
block sequence entries are not allowed in this context
control characters are not allowed
could not find expected ':'
could not find expected directive name
did not find URI escaped octet
did not find expected '!'
did not find expected ',' or ']'
did not find expected ',' or '}'
did not find expected '-' indicator
did not find expected <document start>
did not find expected alphabetic or numeric character
did not find expected comment or line break
did not find expected digit or '.' character
did not find expected hexdecimal number
did not find expected key
did not find expected node content
did not find expected tag URI
did not find expected version number
did not find expected whitespace
did not find expected whitespace or line break
did not find the expected '>'
duplicate %TAG directive
exceeded maximum nesting depth
found a tab character that violates indentation
found a tab character where an indentation space is expected
found an incorrect leading UTF-8 octet
found an incorrect trailing UTF-8 octet
found an indentation indicator equal to 0
found character that cannot start any token
found duplicate %YAML directive
found extremely long version number
found incompatible YAML document
found invalid Unicode character escape code
found undefined tag handle
found unexpected ':'
found unexpected document indicator
found unexpected end of stream
found unexpected non-alphabetical character
found unknown directive name
found unknown escape character
input is too long
invalid Unicode character
mapping keys are not allowed in this context
mapping values are not allowed in this context
""".strip().splitlines()
PYYAML = """
duplicate tag handle '!a!'
expected ' ', but found 'x'
expected '!', but found 'x'
expected ',' or ']', but got '<scalar>'
expected ',' or '}', but got '<scalar>'
expected '<document start>', but found '<scalar>'
expected '>', but found 'x'
expected <block end>, but found '<scalar>'
expected URI escape sequence of 2 hexadecimal numbers, but found 'x'
expected URI, but found ' '
expected a comment or a line break, but found 'x'
expected a digit or ' ', but found 'x'
expected a digit or '.', but found 'x'
expected a digit, but found 'x'
expected alphabetic or numeric character, but found ' '
expected chomping or indentation indicators, but found 'x'
expected escape sequence of 4 hexadecimal numbers, but found 'x'
expected indentation indicator in the range 1-9, but found 0
expected the node content, but found '<block end>'
found character '%' that cannot start any token
found duplicate YAML directive
found incompatible YAML document (version 1.* is required)
found undefined tag handle '!a!'
found unexpected document separator
found unexpected end of stream
found unknown escape character 'x'
mapping keys are not allowed here
mapping values are not allowed here
sequence entries are not allowed here
special characters are not allowed
""".strip().splitlines()
OURS = re.compile(
    r"(a tab cannot indent|`.*` cannot begin a text|a `[-:?]` is not expected here|a `[-:]` is expected here"
    r"|a (key|value) is expected here|a key in quotes is expected here|nothing more is expected here"
    r"|the escape is not one of those that double quotes know|the text begins in the next line"
    r"|an indentation after `\|` or `>` is a number from 1 to 9|a line that begins with `%` is a directive, .*"
    r"|a `!` begins a tag, which no record needs|the nesting is deeper than any record needs"
    r"|`.*` does not belong in a text|the quote that begins here is not closed|this does not belong in quotes"
    r"|a text cannot begin with `\*` or `&`|a `:` is missing after this key"
    r"|the `[\[{]` that begins here is not closed|a `,` or `[\]}]` is expected here)\Z",
    re.DOTALL,
)
GENERAL = "this is not YAML"
PIECES = [*"[]{}:,-?!&*|>%@`\"'#\\ \t\n0ax~.", "- ", ": ", "? ", "---", "...", "!!a ", "\\x", "|0\n"]
PIECES += ["%YAML 1.1\n", "%TAG ! a\n"]


def mark(index: int) -> yaml.Mark:
    return yaml.Mark("", index, 0, index, None, 0)


@pytest.mark.parametrize("problem", LIBYAML + PYYAML)
def test_each_message_of_a_parser_has_a_text_of_ours(problem: str) -> None:
    error = yaml.MarkedYAMLError(context_mark=mark(0), problem=problem, problem_mark=mark(1))
    _, message, _ = explained(error, "ab")
    assert OURS.match(message), message


def test_a_message_that_nobody_knows_is_not_shown() -> None:
    assert explained(yaml.MarkedYAMLError(problem="floop", problem_mark=mark(1)), "ab") == ((1, 2), GENERAL, None)
    assert explained(yaml.MarkedYAMLError(problem="floop"), "ab") == ((1, 1), GENERAL, None)


@pytest.mark.parametrize("parser", [document._PARSER, yaml.SafeLoader])
@given(pieces=st.lists(st.sampled_from(PIECES), max_size=14))
@tried(400)
def test_no_word_of_a_parser_reaches_the_reader(parser: type[yaml.SafeLoader], pieces: list[str]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(document, "_PARSER", parser)
        for found in read_documents("".join(pieces).encode(), "a.yaml"):
            if isinstance(found, Rejected):
                messages = [d.message for d in found.diagnostics if d.code == "syntax"]
                assert all(OURS.match(message) for message in messages), messages
