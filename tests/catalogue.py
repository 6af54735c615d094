"""The catalogue of texts made to agree with the source: `just texts`.

What the source says is extracted, with the help of every command, and the Danish catalogue gets what is new and loses
what is gone; a text that is to be translated stands in it empty. With `--check` nothing is written, and what is to be
done is said.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from contextvars import copy_context
from pathlib import Path
from typing import Any

import click
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from jinja2 import Environment

from cli.common.lazy_group import listing
from cli.common.spoken import speak
from cli.common.spoken_help import said_by
from cli.main import sekskant
from engine.texts.catalogue import DOMAIN, FOLDER

ROOT = Path(__file__).parent.parent
PO = Path(FOLDER) / "da" / "LC_MESSAGES" / f"{DOMAIN}.po"
ROOMS = ("engine", "offers", "cli")
KEYWORDS = {
    "gettext": (0, 1),
    "message": (0, 1),
    "message_in": (1, 1),
    "message_of_number": (0, 2),
    "message_of_number_in": (1, 2),
    "ngettext": (0, 2),
    "pgettext": (1, 1),
}
"""The calls in which texts of ours stand: whether a context comes first, and how many texts there are."""
DEFINED_IN = ("cli/common/spoken_help.py", "engine/texts/catalogue.py", "engine/explanation/words_and_numbers.py")
"""Where these calls are defined, with texts that are given to them."""


def extracted() -> Catalog:
    """The texts that stand in the source, with the files in which they stand.

    Raises:
        ValueError: a text is put together where it stands, so that nobody could translate it.
    """
    catalogue = Catalog(domain=DOMAIN)
    for path in sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py")):
        file = path.relative_to(ROOT).as_posix()
        for text, context in texts_in(path.read_text(encoding="utf-8"), file):
            catalogue.add(text, locations=[(file, 1)], context=context)
    environment: Any = Environment(extensions=["jinja2.ext.i18n"], autoescape=True)
    for path in sorted(ROOT.glob("cli/templates/*.jinja")):
        file = path.relative_to(ROOT).as_posix()
        for _, _, text in environment.extract_translations(path.read_text(encoding="utf-8")):
            catalogue.add(text, locations=[(file, 1)])
    for (text, context), file in copy_context().run(texts_of_help).items():
        catalogue.add(text, locations=[(file, 1)], context=context)
    return catalogue


def texts_of_help() -> dict[tuple[str, str | None], str]:
    """The texts of the help of every command in English, with their contexts, and the first file that says each."""
    speak("en")
    found: dict[tuple[str, str | None], str] = {}
    for command, context in every_command(sekskant):
        file = f"{command.callback.__module__.replace('.', '/')}.py" if command.callback else "cli/common/lazy_group.py"

        def note(text: str, about: str | None, file: str = file) -> str:
            found.setdefault((text, about), file)
            return text

        said_by(note, command, context)
    return found


def every_command(command: click.Command, path: str = "sekskant") -> Iterator[tuple[click.Command, click.Context]]:
    """A command and all below it, each also as its group lists it, with the contexts in which they are called."""
    context = click.Context(command, info_name=path)
    yield command, context
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            with listing(context):
                summary = command.get_command(context, name)
            below = command.get_command(context, name)
            assert summary is not None
            assert below is not None
            yield summary, context
            yield from every_command(below, f"{path} {name}")


def texts_in(source: str, file: str) -> Iterator[tuple[str | tuple[str, str], str | None]]:
    """The texts in the source of a module, one or both of a number, and their contexts.

    Raises:
        ValueError: a text is put together where it stands.
    """
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and (keyword := KEYWORDS.get(_called(node))):
            contexts, number = keyword
            literals = [argument.value for argument in node.args if isinstance(argument, ast.Constant)]
            texts = [text for text in literals[: contexts + number] if isinstance(text, str)]
            if len(texts) == contexts + number:
                text = texts[contexts] if number == 1 else (texts[contexts], texts[contexts + 1])
                yield text, texts[0] if contexts else None
            elif file not in DEFINED_IN:
                raise ValueError(f"{file}:{node.lineno}: the text stands elsewhere, or is put together here")


def _called(node: ast.Call) -> str:
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    return name.removeprefix("_")


def kept() -> Catalog:
    """The Danish catalogue as it is kept."""
    with PO.open("rb") as stream:
        return read_po(stream, locale="da", domain=DOMAIN)


def brought_up_to_date() -> Catalog:
    """The Danish catalogue with the texts of the source and no others."""
    catalogue, template = kept(), extracted()
    catalogue.update(template, no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    return catalogue


def write(catalogue: Catalog) -> None:
    """Keep a catalogue, and compile it."""
    with PO.open("wb") as stream:
        write_po(stream, catalogue, width=0, sort_output=True, include_lineno=False, omit_header=True)
    compile_catalogue()


def compile_catalogue() -> None:
    """Compile the catalogue for gettext, as the installation does."""
    with PO.with_suffix(".mo").open("wb") as stream:
        write_mo(stream, kept())


def is_compiled() -> bool:
    """Whether what gettext reads is not older than the catalogue."""
    compiled = PO.with_suffix(".mo")
    return compiled.exists() and compiled.stat().st_mtime >= PO.stat().st_mtime


def texts_of(message: Message) -> list[str]:
    """The English and the Danish texts of an entry."""
    pairs: tuple[Any, Any] = (message.id, message.string)
    return [text for one in pairs for text in (one if isinstance(one, list | tuple) else [one])]


def missing(catalogue: Catalog) -> list[Message]:
    """The entries that have no Danish text, or not all of it."""
    return [message for message in catalogue if message.id and not all(texts_of(message))]


def to_do() -> Iterator[str]:
    """What is to be done for the catalogue to be that of the source, in both languages."""
    stored, wanted = kept(), extracted()
    ours = {(m.context, m.id) for m in stored if m.id}
    source = {(m.context, m.id) for m in wanted if m.id}
    yield from (f"new in the source: {text!r}" for _, text in sorted(source - ours, key=str))
    yield from (f"gone from the source: {text!r}" for _, text in sorted(ours - source, key=str))
    yield from (f"to be translated: {message.id!r}" for message in missing(stored))


def main() -> int:
    """Bring the catalogue up to date; or say what is to be done, and end with 1 where something is."""
    is_check = "--check" in sys.argv
    if not is_compiled():
        compile_catalogue()  # the help that is extracted says itself in the language of the moment
    if not is_check:
        write(brought_up_to_date())
    lines = list(to_do())
    sys.stdout.writelines(f"{line}\n" for line in lines)
    return int(is_check and bool(lines))


if __name__ == "__main__":
    sys.exit(main())
