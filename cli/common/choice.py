"""Options that are one of a few words; in a module of its own, since every command has one when it starts."""

from __future__ import annotations

import click

from cli.common.spoken import in_spoken
from engine.texts.catalogue import message_of_number


class Choice(click.Choice[str]):
    """One of a few words; of another case, or nearly right, it is refused with the word that is near."""

    def get_invalid_choice_message(self, value: object, ctx: click.Context | None) -> str:
        """What is wrong with a value.

        >>> Choice(["json", "csv"]).get_invalid_choice_message("JSON", None)
        "'JSON' is not one of 'json', 'csv'. Did you mean 'json'?"
        """
        from engine.diagnostics import nearest  # noqa: PLC0415 - only a mistake needs it

        words = super().get_invalid_choice_message(value, ctx)
        near = nearest(str(value).strip().casefold(), self.choices)
        if near is None:
            return words
        hint = message_of_number(
            "Did you mean {possibility}?", "(Did you mean one of: {possibilities}?)", 1, possibility=repr(near)
        )
        return f"{words} {in_spoken(hint)}"
