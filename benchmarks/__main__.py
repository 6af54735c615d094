"""The benchmarks: what there is, and one of them run.

python -m benchmarks                       what there is, and what is wanted of each
python -m benchmarks NAME [OPTIONS]        run one; `--help` has its options
"""

from __future__ import annotations

import ast
import difflib
import runpy
import sys
from pathlib import Path

HERE = Path(__file__).parent
ASKED_FOR_HELP = ("-h", "--help")


def benchmarks() -> dict[str, str]:
    """What each benchmark says of itself, by its name: the modules here that have a `main`, but this one."""
    found = {}
    for path in sorted(HERE.glob("[!_]*.py")):
        module = ast.parse(path.read_text(encoding="utf-8"))
        if any(isinstance(part, ast.FunctionDef) and part.name == "main" for part in module.body):
            found[path.stem] = ast.get_docstring(module) or ""
    return found


def listed(found: dict[str, str]) -> str:
    """What each benchmark measures, against what, and what is wanted; without how it goes about it."""
    texts = [
        f"{name}\n" + "\n".join(f"    {line}" for line in (first_of(text), wanted_of(text)) if line)
        for name, text in found.items()
    ]
    return "\n".join(texts)


def first_of(text: str) -> str:
    """The first paragraph, on one line."""
    return " ".join(text.split("\n\n", maxsplit=1)[0].split())


def wanted_of(text: str) -> str:
    """The paragraph that says what is wanted, on one line."""
    return next((" ".join(part.split()) for part in text.split("\n\n") if part.startswith("Wanted:")), "")


def main() -> int:
    """List the benchmarks, or run one as if it had been called itself."""
    found = benchmarks()
    name, *options = sys.argv[1:] or [ASKED_FOR_HELP[1]]
    if name in ASKED_FOR_HELP:
        print(f"{__doc__.strip()}\n\n{listed(found)}")
        return 0
    if name not in found:
        near = difflib.get_close_matches(name, found, 1)
        print(f"{name}: no benchmark of this name{f'; meant is perhaps {near[0]}' if near else ''}", file=sys.stderr)
        return 2
    sys.path[0] = str(HERE.parent)
    sys.argv = [f"python -m benchmarks {name}", *options]
    runpy.run_module(f"benchmarks.{name}", run_name="__main__")
    return 0


if __name__ == "__main__":
    sys.exit(main())
