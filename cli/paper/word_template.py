"""Word templates from outside: what may stand in one, all that is wrong with one, and how it is filled.

A template says where the parts of a paper go and what stands around them. It names parts, each in a paragraph by
itself, and fields anywhere; a text that needs a field can stand between `{% if case_number %}` and `{% endif %}`. There
is nothing else: no attribute, no call, no filter, no loop. So a template can leave out, but not make up.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple, NoReturn, get_args
from xml.parsers import expat

from engine.diagnostics import Diagnostic, Place, Rejected, near_hint, place_in_words, quoted
from engine.documents.archive import DAMAGED_ARCHIVE
from engine.explanation.paper import PARTS_OF, Paper, PaperKind, SectionCode
from engine.harmless import harmless, shown_name
from engine.texts.catalogue import Message, message
from engine.texts.days import day_in_words
from offers.papers.statement_check import Passage
from offers.papers.word_file import MIB, WordFile, open_word, passages_of, text_of
from offers.papers.word_xml import safe_parser

if TYPE_CHECKING:
    from docx.document import Document as WordDocument
    from jinja2.sandbox import SandboxedEnvironment

PARTS: Final[tuple[str, ...]] = ("front", *get_args(SectionCode))
"""The parts of papers, by the names by which templates place them."""
LEGAL: Mapping[SectionCode, Message] = {
    "rule": message("the rule by which it was decided"),
    "forms": message("the facts and the considerations of each decision"),
}
"""Without these a decision could not be tested by anyone: no template leaves out those that papers of its kind have."""
OF_THE_PAPER = ("title", "year", "date")
FIELDS = ("case_number", "contact", "signatory", "authority", "address", "deadline", "note")
"""What whoever makes a paper gives with `--set`."""
BLOCK_MARK = "\ue000{name}\ue001"
"""What stands for a part in a document that is being made; no text of a paper has these signs."""
_MOST = 32 * MIB
_MOST_ELEMENTS = 200_000
_DEEPEST = 256
_TAG = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}|\{[{%#]|[}%#]\}", re.DOTALL)
_NAME = re.compile(r"\{\{(?:p )?\s*([^\W\d]\w*)\s*\}\}")
_IF = re.compile(r"\{%(p )?\s*(?:if|elif)\s+(?:not\s+)?([^\W\d]\w*)\s*%\}")
_WORD = re.compile(r"\{%(p )?\s*(else|endif)\s*%\}")
_CONTENT_TYPES = "[Content_Types].xml"
_REFUSED_PARTS = (
    (
        re.compile(r"vbaProject|vbaData|\.bin\Z", re.IGNORECASE),
        message("the template holds a macro"),
    ),
    (re.compile(r"activeX|embeddings/", re.IGNORECASE), message("the template holds an embedded file or control")),
)
_REFUSED_FIELDS = re.compile(r"\b(?:DDE|DDEAUTO|INCLUDETEXT|INCLUDEPICTURE|LINK|IMPORT|MACROBUTTON|DATABASE)\b")
_WITHOUT = message("take it out, and save the template as DOCX")
_ALLOWED = message(
    "a name of a part or field in double braces, or {example}", example="{% if case_number %} … {% endif %}"
)


class _Use(NamedTuple):
    """A part that a template names, with the passage."""

    name: str
    near: str


class Template(NamedTuple):
    """A template that papers can be made with, and the fields that it names."""

    data: bytes
    fields: frozenset[str]


def read_template(path: Path, kind: PaperKind) -> Template:
    """A template that papers of a kind can be made with.

    Raises:
        Rejected: it cannot; with all that is wrong with it.
        OSError: it cannot be read.
    """
    document, check = open_word(path, _MOST), None
    faults = list(_faults_of_package(document))
    if not faults:
        check = _Check(document, kind)
        faults = check.faults()
    if not faults:
        data = path.read_bytes()
        try:
            faults = list(_faults_of_rendering(document.file, data))
            if not faults:
                from cli.paper.word_trial import tried_out  # noqa: PLC0415 - it makes papers with what is read here

                faults = list(tried_out(document.file, data, kind, FIELDS))
        except _of_damaged_documents():
            faults = [_not_whole(document.file)]
    if faults or check is None:
        raise Rejected(faults)
    return Template(data, frozenset(check.fields))


def _of_damaged_documents() -> tuple[type[Exception], ...]:
    """What the libraries raise that take a document apart whose parts are XML, and do not fit together."""
    from docx.exceptions import PythonDocxError  # noqa: PLC0415 - only what is used is loaded
    from jinja2 import TemplateError  # noqa: PLC0415

    return (
        PythonDocxError,
        TemplateError,
        SyntaxError,
        LookupError,
        TypeError,
        ValueError,
        AttributeError,
        *DAMAGED_ARCHIVE,
    )


def _not_whole(file: str) -> Diagnostic:
    words = message("the parts of the document do not fit together")
    return Diagnostic(Place(file), "unreadable", words, message("save the template anew in Word"))


def filled_template(paper: Paper, data: bytes) -> tuple[WordDocument, tuple[str, ...]]:
    """A template with its fields filled, a mark in place of each part, and the names of those parts in their order."""
    from docx.oxml.ns import qn  # noqa: PLC0415 - only what is used is loaded
    from docxtpl import DocxTemplate  # noqa: PLC0415

    template = DocxTemplate(io.BytesIO(data))
    template.init_docx()
    _forget_properties(template.docx)
    template.render(_values(paper), jinja_env=_environment(), autoescape=True)
    document: WordDocument = template.docx
    marks = {BLOCK_MARK.format(name=name): name for name in PARTS}
    texts = ("".join(p.itertext(qn("w:t"))) for p in document.element.body.iter(qn("w:p")))
    return document, tuple(marks[text] for text in texts if text in marks)


def _values(paper: Paper) -> dict[str, str]:
    fields = dict.fromkeys(FIELDS, "") | dict(paper.fields)
    fields |= {"title": paper.title, "year": str(paper.year)}
    fields["date"] = day_in_words(paper.date, paper.language) if paper.date else ""
    shown = {name: re.sub("[\ue000\ue001\ud800-\udfff]", "", harmless(text)) for name, text in fields.items()}
    return shown | {name: BLOCK_MARK.format(name=name) for name in PARTS}


def _forget_properties(document: Any) -> None:
    """Who made a template is not who made the paper; and these would be filled as well."""
    properties = document.core_properties._element
    for child in list(properties):
        properties.remove(child)


def _environment() -> SandboxedEnvironment:
    """Jinja2's sandbox, in which names are all there is."""
    from jinja2 import StrictUndefined  # noqa: PLC0415 - only what is used is loaded
    from jinja2.sandbox import SandboxedEnvironment  # noqa: PLC0415

    class NamesAlone(SandboxedEnvironment):
        intercepted_binops = frozenset(SandboxedEnvironment.default_binop_table)
        intercepted_unops = frozenset(SandboxedEnvironment.default_unop_table)

        def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
            return False

        def is_safe_callable(self, obj: Any) -> bool:
            return False

        def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> NoReturn:
            raise _unsafe()

        def call_unop(self, context: Any, operator: str, arg: Any) -> NoReturn:
            raise _unsafe()

    environment = NamesAlone(undefined=StrictUndefined, autoescape=True)
    for names in (environment.globals, environment.filters, environment.tests):
        names.clear()
    return environment


def _unsafe() -> Exception:
    from jinja2.exceptions import SecurityError  # noqa: PLC0415 - only what is used is loaded

    return SecurityError()


def _faults_of_package(document: WordFile) -> Iterator[Diagnostic]:
    """What no template may hold: programs, files within it, what is fetched from elsewhere, too much of anything."""
    place = Place(document.file)
    types = document.parts.get(_CONTENT_TYPES, b"")
    if b"macroEnabled" in types or b"vbaProject" in types:
        yield Diagnostic(place, "template-form", _REFUSED_PARTS[0][1], _WITHOUT)
    for pattern, words in _REFUSED_PARTS:
        if any(pattern.search(name) for name in document.parts):
            yield Diagnostic(place, "template-form", words, _WITHOUT)
    for name, xml in document.parts.items():
        if name.endswith((".xml", ".rels")):
            yield from _Part(document.file, name, xml).faults()


class _Part:
    """A part of XML, gone through once: whether it is whole and in bounds, and what it fetches."""

    def __init__(self, file: str, name: str, xml: bytes) -> None:
        self.place, self.name, self.xml = Place(file), name, xml
        self.elements = self.depth = 0
        self.wrong: list[Diagnostic] = []
        self.is_code = False

    def faults(self) -> Sequence[Diagnostic]:
        parser = safe_parser()
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        parser.CharacterDataHandler = self._text
        parser.buffer_text = True
        try:
            parser.Parse(self.xml, True)
        except (expat.ExpatError, ValueError):
            words = message("{part} in the document is not whole, or declares its type", part=quoted(self.name))
            self._add(words, message("save the template anew in Word"))
        return self.wrong

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self.elements, self.depth = self.elements + 1, self.depth + 1
        if self.elements > _MOST_ELEMENTS or self.depth > _DEEPEST:
            self.wrong.append(
                Diagnostic(
                    self.place,
                    "too-large",
                    message("{part} in the document has more in it than a template needs", part=quoted(self.name)),
                    message("begin with the template that `sekskant paper template` writes"),
                )
            )
            raise expat.ExpatError
        local = name.rpartition("}")[2]
        self.is_code = local == "instrText"
        if local == "fldSimple":
            self._code(next((value for key, value in attributes.items() if key.endswith("}instr")), ""))
        if local == "Relationship":
            self._relation(attributes)

    def _relation(self, attributes: Mapping[str, str]) -> None:
        kind, target = attributes.get("Type", "").rpartition("/")[2], attributes.get("Target", "")
        if kind == "aFChunk":
            self._add(message("the template holds an embedded file or control"), _WITHOUT)
        elif attributes.get("TargetMode") == "External" and not (
            kind == "hyperlink" and target.startswith(("https://", "http://", "mailto:"))
        ):
            self._add(
                message("the template fetches something from elsewhere: {target}", target=quoted(target)), _WITHOUT
            )

    def _end(self, name: str) -> None:
        self.depth -= 1
        self.is_code = False

    def _text(self, text: str) -> None:
        if self.is_code:
            self._code(text)

    def _code(self, text: str) -> None:
        if _REFUSED_FIELDS.search(text.upper()):
            self._add(
                message("a field fetches something from elsewhere: {field}", field=quoted(text.strip())), _WITHOUT
            )

    def _add(self, words: Message, advice: Message) -> None:
        self.wrong.append(Diagnostic(self.place, "template-form", words, advice))


def _condition_word(tag: str) -> str:
    return "elif" if re.match(r"\{%(?:p )?\s*elif", tag) else "if"


_HEADS = re.compile(r"word/(?:header|footer|footnotes|endnotes)\d*\.xml\Z")


class _Check:
    """What a template says, paragraph by paragraph: all that is wrong, in the order in which it stands there."""

    def __init__(self, document: WordFile, kind: PaperKind) -> None:
        self.document, self.kind = document, kind
        self.parts: list[_Use] = []
        self.hidden: set[str] = set()
        self.fields: set[str] = set()
        self.wrong: list[Diagnostic] = []

    def faults(self) -> list[Diagnostic]:
        """All that is wrong with what the template names."""
        file = shown_name(self.document.file)
        for name in sorted(name for name in self.document.parts if _HEADS.search(name)):
            self._open: list[Place] = []
            for passage in passages_of(self.document._replace(main=name)):
                words = message("{file}, header or footer", file=file)
                self._check(passage, place_in_words(words), is_body=False)
            self._check_closed()
        self._open = []
        for number, passage in enumerate(passages_of(self.document), 1):
            words = message("{file}, paragraph {number}", file=file, number=number)
            self._check(passage, place_in_words(words), is_body=True)
        self._check_closed()
        self._check_parts()
        return self.wrong

    def _add(self, place: Place, code: str, words: Message, advice: Message | None = None) -> None:
        self.wrong.append(Diagnostic(place, code, words, advice))

    def _check(self, passage: Passage, place: Place, *, is_body: bool) -> None:
        text, within = passage.text, 0
        self.hidden.update(name[1] for name in _NAME.finditer(passage.with_hidden or "") if is_body)
        for match in _TAG.finditer(text):
            tag, alone = match[0], text.strip() == match[0]
            near = quoted(text[max(0, match.start() - 20) : match.end() + 20].strip())
            if (name := _NAME.fullmatch(tag)) is not None:
                self._check_name(
                    name[1], place, near, is_alone=alone and is_body, is_optional=bool(within or self._open)
                )
            elif (condition := _IF.fullmatch(tag)) is not None:
                self._check_field(condition[2], place, near)
                within += self._open_or_close(condition[1], _condition_word(tag), place, near, alone, within)
            elif (ending := _WORD.fullmatch(tag)) is not None:
                within += self._open_or_close(ending[1], ending[2], place, near, alone, within)
            else:
                words = message("a template cannot say {tag}, near {near}", tag=quoted(tag), near=near)
                self._add(place, "template-form", words, _ALLOWED)
        if within:
            words = message("a condition is not closed in its paragraph, near {near}", near=quoted(text[:40].strip()))
            self._add(place, "template-form", words, message("write {tag} where it ends", tag="`{% endif %}`"))

    def _open_or_close(self, whole: str | None, word: str, place: Place, near: str, alone: bool, within: int) -> int:
        """By how much deeper it is in conditions of the paragraph after a word; of whole paragraphs it is kept."""
        if whole and not alone:
            words = message("a condition on whole paragraphs stands in one by itself, not as in {near}", near=near)
            self._add(place, "template-form", words)
            return 0
        depth = len(self._open) if whole else within
        if word != "if" and not depth:
            self._add(place, "template-form", message("nothing is open that {near} could end", near=near))
            return 0
        step = {"if": 1, "endif": -1}.get(word, 0)
        if not whole:
            return step
        if step > 0:
            self._open.append(place)
        elif step < 0:
            self._open.pop()
        return 0

    def _check_closed(self) -> None:
        for place in self._open:
            advice = message("write {tag} in a paragraph by itself where it ends", tag="`{%p endif %}`")
            self._add(place, "template-form", message("a condition on whole paragraphs is never closed"), advice)

    def _check_name(self, name: str, place: Place, near: str, *, is_alone: bool, is_optional: bool) -> None:
        if name not in PARTS:
            self._check_field(name, place, near)
        elif name not in ("front", *PARTS_OF[self.kind]):
            words = message("papers of this kind have no part {part}", part=quoted(name))
            advice = message("`sekskant paper template {kind}` writes those that they have", kind=self.kind)
            self._add(place, "unknown-key", words, advice)
        elif not is_alone:
            words = message(
                "{part} stands in a paragraph of its own, not as in {near}",
                part=quoted(name),
                near=near,
            )
            self._add(place, "template-form", words)
        elif is_optional:
            words = message("{part} stands in a condition: a part is there always, or not at all", part=quoted(name))
            self._add(place, "template-form", words)
        elif any(use.name == name for use in self.parts):
            self._add(place, "repeated-id", message("the part {part} stands twice", part=quoted(name)))
        else:
            if name == "front" and self.parts:
                self._add(place, "template-form", message("the front page comes before all other parts"))
            self.parts.append(_Use(name, near))

    def _check_field(self, name: str, place: Place, near: str) -> None:
        known = (*OF_THE_PAPER, *FIELDS)
        if name not in known:
            words = message("papers have nothing named {name}, near {near}", name=quoted(name), near=near)
            self._add(place, "unknown-key", words, near_hint(name, (*known, "front", *PARTS_OF[self.kind])))
        self.fields.add(name)

    def _check_parts(self) -> None:
        named = {use.name for use in self.parts}
        for name, what in LEGAL.items():
            if name in PARTS_OF[self.kind] and name not in named:
                words = message("the template leaves out {what}", what=what)
                tag = f"`{{{{ {name} }}}}`"
                advice = message("write {tag} in a paragraph by itself", tag=tag)
                if name in self.hidden:
                    words = message("the template hides or strikes out {what}", what=what)
                    advice = self._shown(name, tag)
                self._add(Place(self.document.file), "missing-key", words, advice)

    def _shown(self, name: str, tag: str) -> Message:
        """How a part that is hidden can be seen: by the style that hides it, where one does."""
        by = {one.style for one in text_of(self.document).hidden if name in _NAME.findall(one.text)} - {""}
        if by:
            return message(
                "{tag} stands in the style {style}: let what is in it be seen", tag=tag, style=shown_name(min(by))
            )
        return message("let {tag} be seen where it stands", tag=tag)


def _faults_of_rendering(file: str, data: bytes) -> Iterator[Diagnostic]:
    """What stands in a template where nobody reads it, such as the description of a picture, and is no name either."""
    from docxtpl import DocxTemplate  # noqa: PLC0415 - only what is used is loaded
    from jinja2 import TemplateSyntaxError, nodes  # noqa: PLC0415

    template, environment = DocxTemplate(io.BytesIO(data)), _environment()
    template.init_docx()
    known = {*OF_THE_PAPER, *FIELDS, *PARTS}
    plain = (nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.If, nodes.Not)
    texts = [template.get_xml()]
    for uri in (template.HEADER_URI, template.FOOTER_URI):
        texts += [template.get_part_xml(part) for _, part in template.get_headers_footers(uri)]
    texts += [
        part.blob.decode("utf-8", "replace")
        for part in template.docx.part.package.iter_parts()
        if part.content_type.endswith(".footnotes+xml")
    ]
    for text in texts:
        try:
            tree = environment.parse(template.patch_xml(text))
        except (TemplateSyntaxError, RecursionError):
            yield _hidden(file)
            continue
        for node in tree.find_all(nodes.Node):
            if not isinstance(node, plain) or (isinstance(node, nodes.Name) and node.name not in known):
                yield _hidden(file)


def _hidden(file: str) -> Diagnostic:
    words = message("something else than a known name stands in braces where it is not seen, as in a description")
    return Diagnostic(Place(file), "template-form", words, _ALLOWED)
