"""Help and mistakes of usage in a terminal, in colours and boxes, in the language of the command."""

from __future__ import annotations

from typing import Any

import click
import rich_click
from rich.text import Text

from cli.common.spoken import in_spoken
from engine.texts.catalogue import message

_WORDS = {
    "aborted_text": message("Aborted!"),
    "arguments_panel_title": message("Positional arguments"),
    "commands_panel_title": message("Commands"),
    "errors_panel_title": message("Error"),
    "options_panel_title": message("Options"),
}
"""What rich-click itself says, by its names for it."""


class _SpokenFormatter(rich_click.RichHelpFormatter):
    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **settings)
        for name, words in _WORDS.items():
            setattr(self.config, name, in_spoken(words))

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, args, prefix or in_spoken(message("Usage:")))

    def write_error(self, e: click.ClickException) -> None:
        if isinstance(e, click.UsageError) and e.ctx is not None:
            command, option = e.ctx.command_path, max(e.ctx.help_option_names, key=len)
            hint = Text(in_spoken(message("Try '{command} {option}' for help.", command=command, option=option)))
            hint.highlight_words([f"'{command} {option}'"], self.config.style_option)
            self.config.errors_suggestion = hint
        super().write_error(e)


class _SpokenContext(rich_click.RichContext):
    formatter_class = _SpokenFormatter


class SpokenGroup(rich_click.RichGroup):
    """A group whose help has colours and boxes, in the language of the command."""

    context_class = _SpokenContext
