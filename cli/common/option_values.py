"""What options may be given, each kind parsed once: what is empty or malformed is a mistake of usage."""

from __future__ import annotations

import os
import re
from pathlib import Path

import click

from cli.common.spoken import in_spoken
from engine.harmless import one_line, shown_name
from engine.texts.catalogue import message

_DIGEST, _COUNT = r"[0-9a-f]{64}\Z", r"[0-9]{1,18}\Z"
_SIZE = r"(?i)([0-9]{1,9}) ?([KMGT]?)(?:i?B)?\Z"


class Words(click.ParamType[str]):
    """A text that says something, as it is written."""

    name = "text"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The text.

        Raises:
            click.BadParameter: there is nothing in it.

        >>> Words().convert("x y", None, None)
        'x y'
        """
        if not value.strip():
            self.fail(in_spoken(message("it is empty")), param, ctx)
        return value


class RulebookName(Words):
    """The id of a rulebook, with or without a version: `ID` or `ID@VERSION`."""

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The name.

        Raises:
            click.BadParameter: the id is empty, or the version after the @.

        >>> RulebookName().convert("demo.rule@2018", None, None)
        'demo.rule@2018'
        """
        name, at, version = super().convert(value, param, ctx).partition("@")
        if not name.strip() or (at and not version.strip()):
            self.fail(
                in_spoken(message("`{written}` is no rulebook; write `ID` or `ID@VERSION`", written=value)), param, ctx
            )
        return value


class Digest(click.ParamType[str]):
    """A SHA-256 digest; large letters are the same digest."""

    name = "digest"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The digest as it is compared.

        Raises:
            click.BadParameter: it is none.

        >>> Digest().convert(" AB" + 62 * "0", None, None)[:4]
        'ab00'
        """
        if not is_digest(digest := value.strip().lower()):
            self.fail(
                in_spoken(message("`{written}` is no digest: 64 digits and letters from a to f", written=value)),
                param,
                ctx,
            )
        return digest


def is_digest(text: str) -> bool:
    """Whether a text is a SHA-256 digest as it is compared.

    >>> is_digest(64 * "a"), is_digest(64 * "A"), is_digest("")
    (True, False, False)
    """
    return re.match(_DIGEST, text) is not None


class Count(click.ParamType[int]):
    """How many there are, in digits alone."""

    name = "count"

    def convert(self, value: str | int, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The number.

        Raises:
            click.BadParameter: it is none.

        >>> Count().convert("46", None, None)
        46
        """
        if not re.match(_COUNT, str(value)):
            self.fail(in_spoken(message("`{written}` is no count: digits alone", written=value)), param, ctx)
        return int(value)


class Size(click.ParamType[int]):
    """A number of bytes: digits, with a unit or without."""

    name = "size"

    def convert(self, value: str | int, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The number of bytes.

        Raises:
            click.BadParameter: it is no size, or nothing.

        >>> Size().convert("512 MiB", None, None), Size().convert("2g", None, None), Size().convert("100", None, None)
        (536870912, 2147483648, 100)
        """
        match = re.match(_SIZE, str(value))
        size = int(match[1]) * 1024 ** " kmgt".index(match[2].lower() or " ") if match else 0
        if not size:
            self.fail(
                in_spoken(message("`{written}` is no size: digits and KiB, MiB, GiB or TiB", written=value)), param, ctx
            )
        return size


class FileName(click.Path):
    """The path of a file or folder, which need not be there."""

    def __init__(self, *, file_okay: bool = True, dir_okay: bool = True, exists: bool = False) -> None:
        super().__init__(path_type=Path, file_okay=file_okay, dir_okay=dir_okay, exists=exists)
        # click would have it in the language of the moment.
        self.name = "path" if file_okay and dir_okay else "file" if file_okay else "directory"

    def convert(
        self, value: str | os.PathLike[str], param: click.Parameter | None, ctx: click.Context | None
    ) -> str | bytes | os.PathLike[str]:
        """The path.

        Raises:
            click.BadParameter: there is nothing in it, which would be the current folder; or it is not there, or is
                another kind of thing, and must be.

        >>> str(FileName().convert("a.txt", None, None))
        'a.txt'
        """
        if not str(value).strip():
            self.fail(in_spoken(message("it is empty")), param, ctx)
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter as error:
            vars(error)["message"] = one_line(error.message)  # which click declares final
            raise


class NewFileName(FileName):
    """The path of a file that is written, and takes the place of none."""

    def convert(
        self, value: str | os.PathLike[str], param: click.Parameter | None, ctx: click.Context | None
    ) -> str | bytes | os.PathLike[str]:
        """The path.

        Raises:
            click.BadParameter: a file is there; what is no file, such as a pipe, can be written to.
        """
        path = super().convert(value, param, ctx)
        if Path(os.fsdecode(path)).is_file():
            self.fail(
                in_spoken(message("{file} is there already; choose another name", file=shown_name(os.fsdecode(path)))),
                param,
                ctx,
            )
        return path
