"""Help, prompts and mistakes of usage are in the language of the command, also what click says for it."""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from cli.common.click_words import WORDS
from cli.common.rich_help import SpokenGroup
from cli.common.spoken import speak
from cli.main import sekskant
from engine.texts.catalogue import Language, catalogue
from tests.catalogue import every_command
from tests.cli.common.test_lazy_group import commands
from tests.command import ROOT, here

PATHS = [(), *(path for path, _ in commands())]
LANGUAGES: tuple[Language, ...] = ("da", "en")
OTHERS = {
    "da": "all also an and are as at_default be by decide decides each every file folder from has how if in_default is "
    "it like may must no not of offer only or out path print read row rulebook show than that the their them these "
    "this what when where which who whom why with without write year",
    "en": "af alle angiv de den denne der det dets dette dem efter eller en er et fil fra hver hvad hvem hvis hvor "
    "hvordan ikke kun med mappe og om på regelsæt række sig skal skriv som til tilbud ud uden vis vurdering",
}
"""Words of the other language, which no text in this one has."""
CODE = re.compile(
    r"`[^`]*`|\"[^\"]*\"|sekskant(?: [a-z-]+)*|^  [a-z-]+(?=  )|--?[a-z-]+|\[[^\] ]*\|[^\] ]*\]|\S*[@_/#]\S*"
    r"|\b[a-z]+: ",
    re.MULTILINE,
)
"""What is the same in both languages: what is typed, ids and the names of choices."""
UNMET = {
    "progress, editors, pagers, colours, dates: we have none": (
        "d",
        "Press any key to continue...",
        "Unknown color {colour!r}",
        "{editor}: Editing failed",
        "{editor}: Editing failed: {e}",
        "{value!r} does not match the format {format}.",
        "{value!r} does not match the formats {formats}.",
        "{value!r} is not a valid UUID.",
    ),
    "options and arguments of kinds that we do not have": (
        "Argument {name!r} takes {nargs} values.",
        "Confirm the action without prompting.",
        "Do you want to continue?",
        "Missing parameter",
        "Missing parameter: {param_name}",
        "Missing {param_type}",
        "Value must be an iterable.",
        "{len_type} values are required, but {len_value} was given.",
        "{len_type} values are required, but {len_value} were given.",
    ),
    "nothing is deprecated": (
        "DeprecationWarning: The command {name!r} is deprecated.{extra_message}",
        "DeprecationWarning: The {param_type} {name!r} is deprecated.{extra_message}",
        "deprecated",
    ),
    "we say it ourselves": ("%(prog)s, version %(version)s", "directory", "file", "path"),
    "mistakes of whoever declares options, and names of kinds in them": (
        "Arguments take exactly one parameter declaration, got {length}: {decls}.",
        "Boolean option {decl!r} cannot use the same flag for true/false.",
        "Choice({choices})",
        "Could not determine name for option with declarations {decls!r}",
        "Invalid start character for option ({option})",
        "Name '{name}' defined twice",
        "No options defined but a name was passed ({name}). Did you mean to declare an argument instead? "
        "Did you mean to pass '--{name}'?",
        "Unknown standard stream '{name}'",
        "Windows error: {error}",
    ),
}
"""What click says to nobody who uses the command, by the reason."""


def helped(path: tuple[str, ...], language: Language) -> str:
    """What `--help` of a command prints in a language."""
    ran = here(*path, "--help", "--lang", language)
    assert (ran.code, ran.err) == (0, "")
    return ran.out


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", PATHS, ids=" ".join)
def test_no_help_has_words_of_the_other_language(path: tuple[str, ...], language: Language) -> None:
    words = set(re.findall(r"\w+", CODE.sub(" ", helped(path, language)).lower()))
    assert words & set(OTHERS[language].split()) == set()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", PATHS, ids=" ".join)
def test_help_fits_the_screen_and_cuts_nothing(path: tuple[str, ...], language: Language) -> None:
    lines = helped(path, language).splitlines()
    assert [line for line in lines if len(line) > 80] == []
    assert [line for line in lines[1:] if line.endswith("...")] == []
    if title := {"Commands:", "Kommandoer:"} & set(lines):
        # In a process of its own click leaves two columns free, and cuts a summary that would reach into them.
        assert [line for line in lines[lines.index(title.pop()) :] if len(line) > 76] == []


@pytest.mark.parametrize("path", PATHS, ids=" ".join)
def test_help_comes_in_each_language_whatever_came_before(path: tuple[str, ...]) -> None:
    before = [helped(path, language) for language in LANGUAGES]
    in_danish, in_english = (here(*path, "-h", environment={"LC_ALL": name}).out for name in ("da_DK.UTF-8", "C"))
    assert [in_danish, in_english] == before
    assert in_danish != in_english


def test_every_text_of_help_is_printed_whole_in_both_languages() -> None:
    for language in LANGUAGES:
        printed = {path: in_one_line(helped(path, language)) for path in PATHS}
        for path, text in texts_of_help():
            assert in_one_line(catalogue(language).gettext(text)) in printed[path]


def in_one_line(text: str) -> str:
    """A text without its breaks between words, and behind hyphens."""
    return " ".join(text.split()).replace("- ", "-")


def texts_of_help() -> Iterator[tuple[tuple[str, ...], str]]:
    """The paragraphs of the help of every command and its options in English, with the words that call the command."""
    speak("en")
    for command, context in every_command(sekskant):
        path = tuple(context.command_path.split()[1:])
        for about in (command, *command.params):
            for paragraph in (getattr(about, "help", None) or "").split("\n\n"):
                if paragraph and not getattr(about, "hidden", False):
                    yield path, " ".join(paragraph.split())


def test_of_every_choice_the_near_word_is_told() -> None:
    choices = [
        (context.command_path, parameter.type)
        for command, context in every_command(sekskant)
        for parameter in command.params
        if isinstance(parameter.type, click.Choice)
    ]
    assert len(choices) > 50
    for path, choice in choices:
        first = next(iter(choice.choices))
        told = choice.get_invalid_choice_message(f"{first.upper()} ", None)
        assert told.endswith((f"Did you mean {first!r}?", f"Mente du {first!r}?")), path


@pytest.mark.parametrize(
    ("arguments", "danish", "english"),
    [
        (
            "asess",
            "Kommandoen 'asess' findes ikke. Mente du 'assess'?",
            "No such command 'asess'. Did you mean 'assess'?",
        ),
        (
            "rulebook chek x",
            "Kommandoen 'chek' findes ikke. Mente du 'check'?",
            "No such command 'chek'. Did you mean 'check'?",
        ),
        ("audit zzz", "Kommandoen 'zzz' findes ikke.", "No such command 'zzz'."),
        (
            "audit why_not 1",
            "Kommandoen 'why_not' findes ikke. (Mente du en af disse: 'why', 'why-not'?)",
            "No such command 'why_not'. (Did you mean one of: 'why', 'why-not'?)",
        ),
        (
            "assess --sumary x",
            "Tilvalget '--sumary' findes ikke. Mente du '--summary'?",
            "No such option '--sumary'. Did you mean '--summary'?",
        ),
        ("assess", "Manglende argument 'STI...'.", "Missing argument 'PATH...'."),
        ("audit seal", "Manglende tilvalg '--year'.", "Missing option '--year'."),
        ("assess --year", "Tilvalget '--year' kræver en værdi.", "Option '--year' requires an argument."),
        (
            "assess --summary=1",
            "Tilvalget '--summary' kan ikke have en værdi.",
            "Option '--summary' does not take a value.",
        ),
        (
            "assess --year x",
            "Ugyldig værdi for '--year': 'x' er ikke et gyldigt heltal.",
            "Invalid value for '--year': 'x' is not a valid integer range.",
        ),
        (
            "assess --year 1",
            "Ugyldig værdi for '--year': 1 ligger ikke i intervallet 1900<=x<=2999.",
            "Invalid value for '--year': 1 is not in the range 1900<=x<=2999.",
        ),
        (
            "rulebook list --format pdf",
            "Ugyldig værdi for '--format': 'pdf' er ikke en af disse: 'table', 'json'.",
            "Invalid value for '--format': 'pdf' is not one of 'table', 'json'.",
        ),
        (
            "rulebook list --format JSON",
            "Ugyldig værdi for '--format': 'JSON' er ikke en af disse: 'table', 'json'. Mente du 'json'?",
            "Invalid value for '--format': 'JSON' is not one of 'table', 'json'. Did you mean 'json'?",
        ),
        (
            "reclassify x --backend ' Polar'",
            "Ugyldig værdi for '--backend': ' Polar' er ikke en af disse: 'polars', 'duckdb', 'spark'. "
            "Mente du 'polars'?",
            "Invalid value for '--backend': ' Polar' is not one of 'polars', 'duckdb', 'spark'. Did you mean 'polars'?",
        ),
        (
            "rulebook export x --format pdf",
            "Ugyldig værdi for '--format': 'pdf' er ikke 'dmn'.",
            "Invalid value for '--format': 'pdf' is not 'dmn'.",
        ),
        ("rulebook list a", "Uventet argument (a)", "Got unexpected extra argument (a)"),
        ("rulebook list a b", "Uventede argumenter (a b)", "Got unexpected extra arguments (a b)"),
        (
            "rulebook check nowhere",
            "Ugyldig værdi for '[STI]...': Stien 'nowhere' findes ikke.",
            "Invalid value for '[PATH]...': Path 'nowhere' does not exist.",
        ),
        (
            f"rulebook new {ROOT}/README.md",
            f"Ugyldig værdi for 'MAPPE': Mappen '{ROOT}/README.md' er en fil.",
            f"Invalid value for 'FOLDER': Directory '{ROOT}/README.md' is a file.",
        ),
        (
            f"rulebook export x --output {ROOT}",
            f"Ugyldig værdi for '--output': Filen '{ROOT}' er en mappe.",
            f"Invalid value for '--output': File '{ROOT}' is a directory.",
        ),
    ],
)
def test_mistakes_of_usage_are_told_in_both_languages(arguments: str, danish: str, english: str) -> None:
    told = [here(*shlex.split(arguments), environment={"LC_ALL": name}) for name in ("da_DK.UTF-8", "C.UTF-8")]
    assert [ran.code for ran in told] == [2, 2]
    assert [ran.err.splitlines()[-1] for ran in told] == [f"Fejl: {danish}", f"Error: {english}"]
    if hints := [line for ran in told for line in ran.err.splitlines()[1:2]]:
        called = hints[1].split("'")[1]
        assert hints == [f"Skriv '{called}' for at få hjælp.", f"Try '{called}' for help."]


@pytest.mark.parametrize("arguments", ["--lang da rulebook list", "rulebook --lang da list", "rulebook list --lang da"])
def test_the_language_can_be_asked_for_before_the_command_and_after_it(arguments: str) -> None:
    assert here(*shlex.split(arguments)) == here("rulebook", "list", environment={"LC_ALL": "da_DK.UTF-8"})
    assert helped(("rulebook", "fmt"), "da").startswith("Brug: ")  # which has no option of its own for it


def test_every_text_of_click_that_somebody_meets_is_in_the_catalogue() -> None:
    ours = {text for words in WORDS for text in (words.text, words.several) if text is not None}
    unmet = {text for texts in UNMET.values() for text in texts}
    assert ours & unmet == set()
    assert texts_of_click() == ours | unmet


def texts_of_click() -> set[str]:
    """The texts in the source of click that it asks gettext for, in one or several."""
    modules = Path(click.__file__).parent.glob("*.py")
    calls = [node for path in modules for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
    asked = [call for call in calls if isinstance(call.func, ast.Name) and call.func.id in ("_", "ngettext")]
    found = {argument.value for call in asked for argument in call.args if isinstance(argument, ast.Constant)}
    # That an option is required is told by way of a variable.
    return {text for text in found if isinstance(text, str)} | {"required"}


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("da", ["Brug:", "╭─ Tilvalg", "╭─ Kommandoer", "--help", "Skriv 'demo --help' for at få hjælp.", "╭─ Fejl"]),
        ("en", ["Usage:", "╭─ Options", "╭─ Commands", "--help", "Try 'demo --help' for help.", "╭─ Error"]),
    ],
)
def test_a_terminal_shows_help_and_mistakes_in_the_language_of_the_command(
    language: Language, expected: list[str]
) -> None:
    group = SpokenGroup(name="demo", commands={"one": click.Command("one", help="1")})
    speak(language)
    shown = CliRunner().invoke(group, ["--help"], prog_name="demo").stdout
    shown += CliRunner().invoke(group, ["two"], prog_name="demo").stderr
    assert [words for words in expected if words not in shown] == []
