"""What click itself says to those who use the command, for the catalogue: click asks gettext for each of these texts.

They stand here as click writes them; a test says where another version of click says something else.
"""

from __future__ import annotations

from engine.texts.catalogue import message, message_of_number

WORDS = (
    message("(dynamic)"),
    message("Aborted!"),
    message("Choose from:\n\t{choices}"),
    message("Commands"),
    message("Could not open file {filename!r}: {message}"),
    message("Couldn't detect Bash version, shell completion is not supported."),
    message("Error: The two entered values do not match."),
    message("Error: invalid input"),
    message("Error: {message}"),
    message("Invalid value for {param_hint}: {message}"),
    message("Invalid value: {message}"),
    message("Missing argument"),
    message("Missing command."),
    message("Missing option"),
    message("No such command {name!r}."),
    message("No such option {name!r}."),
    message("Option {name!r} does not take a value."),
    message("Options"),
    message("Positional arguments"),
    message("Repeat for confirmation"),
    message("Shell completion is not supported for Bash versions older than 4.4."),
    message("Show the version and exit."),
    message("Show this message and exit."),
    message("Try '{command} {option}' for help."),
    message("Usage:"),
    message("default: {default}"),
    message("env var: {var}"),
    message("required"),
    message("unknown error"),
    message("{name} {filename!r} does not exist."),
    message("{name} {filename!r} is a directory."),
    message("{name} {filename!r} is a file."),
    message("{name} {filename!r} is not executable."),
    message("{name} {filename!r} is not readable."),
    message("{name} {filename!r} is not writable."),
    message("{value!r} is not a valid boolean. Recognized values: {states}"),
    message("{value!r} is not a valid {number_type}."),
    message("{value} is not in the range {range}."),
    message_of_number("Did you mean {possibility}?", "(Did you mean one of: {possibilities}?)", 0),
    message_of_number("Got unexpected extra argument ({args})", "Got unexpected extra arguments ({args})", 0),
    message_of_number("Option {name!r} requires an argument.", "Option {name!r} requires {nargs} arguments.", 0),
    message_of_number("Takes {nargs} values but 1 was given.", "Takes {nargs} values but {len} were given.", 0),
    message_of_number("{value!r} is not {choice}.", "{value!r} is not one of {choices}.", 0),
)
