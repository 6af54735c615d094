"""`sekskant rulebook fmt`: the one layout of rulebooks and vocabularies."""

from __future__ import annotations

from pathlib import Path

import click

from cli.common.console import Exit, exit_code, say, say_of, say_rejected, stop
from cli.common.option_values import FileName
from engine.harmless import harmless
from engine.texts.catalogue import message


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...", type=FileName(exists=True))
@click.option("--check", is_flag=True, help="Write nothing; exit with 5 where a file is laid out otherwise.")
@click.option("--diff", is_flag=True, help="Write nothing; print what would change.")
def fmt(paths: tuple[Path, ...], check: bool, diff: bool) -> None:
    """Lay out rulebooks and vocabularies in one way.

    PATH is a rulebook, a vocabulary or a folder of them. Comments and the order of everything are kept, and neither
    what a file means nor what its comments allow changes: a file is left as it is where it would, and that is said.
    A file keeps its line ends.

    Exit code: 0 done; 1 a file was rejected; 5 --check, and a file is laid out otherwise.
    """
    from engine.authoring.lints.check import files_under  # noqa: PLC0415 - help must not wait for it
    from engine.diagnostics import Rejected  # noqa: PLC0415
    from engine.documents.file_writer import rewrite_text  # noqa: PLC0415

    exits = []
    for file in dict.fromkeys(file for path in paths for file in files_under(path)):
        try:
            changed = _changed(file, diff)
            if changed is not None and not (check or diff):
                rewrite_text(file, changed)
        except Rejected as error:
            say_rejected(error)
            exits.append(Exit.REJECTED)
            continue
        if changed is not None:
            exits += [Exit.CHECK_FAILED] if check else []
            would_be, was = message("would be laid out anew"), message("laid out anew")
            say_of(file, would_be if check or diff else was)
    stop(exit_code(exits))


def _changed(file: Path, diff: bool) -> str | None:
    """The new text of a file, or None where it stays as it is."""
    import difflib  # noqa: PLC0415

    from engine.authoring.writing.layout import layout  # noqa: PLC0415
    from engine.documents.document import decode, read_file  # noqa: PLC0415
    from engine.documents.places import shown_path  # noqa: PLC0415

    before = decode(read_file(file), shown_path(file)).replace("\r\n", "\n")
    after, left = layout(before, shown_path(file))
    if left is not None:
        place, reason = left
        say(message("{place}: left as it is: {reason}", place=place, reason=reason))
    if after == before:
        return None
    if diff:
        lines = difflib.unified_diff(before.splitlines(True), after.splitlines(True), str(file), str(file))
        click.echo(harmless("".join(lines)), nl=False)
    return after
