"""Groups whose commands are imported when they are called, so that help and start-up stay quick.

Every group is one of these. The module of a command imports at its top what its help can wait for, and within a
function what only a run needs and takes long: a database, tables, a proof.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import click

from cli.common.console import RICH_HELP
from cli.common.spoken_help import as_spoken, with_language

_LISTING = "sekskant.listing"
"""Marks a context that only lists commands, for which their summaries are enough."""
_GROUP: Any = click.Group
if RICH_HELP:
    from cli.common.rich_help import SpokenGroup

    _GROUP = SpokenGroup


@contextmanager
def listing(context: click.Context) -> Iterator[None]:
    """Inside, the commands of a group are their names and summaries."""
    context.meta[_LISTING] = True
    yield
    del context.meta[_LISTING]


def lazy_group(commands: Mapping[str, tuple[str, str, str]]) -> type[click.Group]:
    """A class of groups with commands by name, each a module, the command's name in it, and its summary."""

    class LazyGroup(_GROUP):  # type: ignore[misc]
        def __init__(self, *args: Any, **settings: Any) -> None:
            super().__init__(*args, **settings)
            self.params: list[click.Parameter] = with_language(self.params)

        def list_commands(self, ctx: click.Context) -> list[str]:
            return list(commands)

        def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
            if cmd_name not in commands:
                return None
            module, name, summary = commands[cmd_name]
            if _LISTING in ctx.meta:
                return as_spoken(click.Command(cmd_name, help=summary), ctx)
            command: click.Command = getattr(importlib.import_module(module), name)
            command.params = with_language(command.params)
            return as_spoken(command, ctx)

        def resolve_command(
            self, ctx: click.Context, args: list[str]
        ) -> tuple[str | None, click.Command | None, list[str]]:
            try:
                resolved: tuple[str | None, click.Command | None, list[str]] = super().resolve_command(ctx, args)
            except click.NoSuchCommand as error:
                raise click.NoSuchCommand(error.command_name, possibilities=commands, ctx=ctx) from None
            return resolved

        def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
            with listing(ctx):
                super().format_help(ctx, formatter)

    return LazyGroup
