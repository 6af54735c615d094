"""Groups whose commands are imported when they are called, so that help and start-up stay quick.

Every group is one of these. The module of a command imports at its top what its help can wait for, and within a
function what only a run needs and takes long: a database, tables, a proof.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

import click

from cli.common.console import RICH_HELP

_LISTING = "sekskant.listing"
"""Marks a context that only lists commands, for which their summaries are enough."""
_GROUP: Any = click.Group
if RICH_HELP:
    import rich_click

    _GROUP = rich_click.RichGroup


def lazy_group(commands: Mapping[str, tuple[str, str, str]]) -> type[click.Group]:
    """A class of groups with commands by name, each a module, the command's name in it, and its summary."""

    class LazyGroup(_GROUP):  # type: ignore[misc]
        def list_commands(self, ctx: click.Context) -> list[str]:
            return list(commands)

        def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
            if cmd_name not in commands:
                return None
            module, name, summary = commands[cmd_name]
            if _LISTING in ctx.meta:
                return click.Command(cmd_name, help=summary)
            command: click.Command = getattr(importlib.import_module(module), name)
            return command

        def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
            ctx.meta[_LISTING] = True
            super().format_help(ctx, formatter)

    return LazyGroup
