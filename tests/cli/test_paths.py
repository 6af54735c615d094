"""A path is a path: no pattern, whatever bytes it has; it is shown on one line, and no link leads out of a folder."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from tests.command import DATA, ROOT, here
from tests.offers.runs.backends import BACKENDS, decisions_of, reclassified
from tests.support import slow_among

RULEBOOK = "hovedstaden.mest-specialiserede@2018"
ROWS = "id;operator_kind;cases_per_10000\na;municipality;0,5\nb;municipality;1,5\nc;region;\n"
TYPED = pl.DataFrame({"id": ["a", "b"], "operator_kind": ["municipality", "region"], "cases_per_10000": [0.5, 1.5]})
PATTERN = "Kørsel [2018] {a,b}"
"""A name that means another to whoever takes it for a pattern: `[2018]` is one of four digits."""
DECOYS = ("Kørsel 2 a", "Kørsel 8 b", "Kørsel 2 {a,b}")


@pytest.fixture
def patterns(tmp_path: Path) -> Path:
    """A folder with a name like a pattern, tables in it named so, and beside both what the patterns would match."""
    for folder in (PATTERN, *DECOYS):
        for name in ("r[1]*", "r1", "r1x"):
            (tmp_path / folder / name).mkdir(parents=True)
            rows = ROWS if name == "r[1]*" else ROWS.replace("a;", "decoy;")
            (tmp_path / folder / f"{name}.csv").write_text(rows)
            frame = TYPED if name == "r[1]*" else TYPED.with_columns(id=pl.lit("decoy") + pl.col("id"))
            frame.write_parquet(tmp_path / folder / f"{name}.parquet")
            frame.write_parquet(tmp_path / folder / name / "part-[0].parquet")
            frame.write_ndjson(tmp_path / folder / f"{name}.ndjson")
    return tmp_path / PATTERN


@pytest.mark.slow
@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("kind", slow_among([".csv", ".parquet", "", ".ndjson"], {".csv", ".parquet", ".ndjson"}))
def test_brackets_are_no_pattern(kind: str, backend: tuple[str, ...], patterns: Path, tmp_path: Path) -> None:
    if "spark" in backend and kind in (".csv", ".ndjson"):
        return  # Spark reads Parquet
    plain = tmp_path / f"plain{kind}"
    (shutil.copytree if not kind else shutil.copy)(patterns / f"r[1]*{kind}", plain)
    reclassified(plain, tmp_path / "plain-out", *backend)
    reclassified(patterns / f"r[1]*{kind}", patterns / "ud[1]*", *backend)
    decided, expected = decisions_of(patterns / "ud[1]*"), decisions_of(tmp_path / "plain-out")
    assert {name: frame.rows() for name, frame in decided.items()} == {
        name: frame.rows() for name, frame in expected.items()
    }
    assert len(decided) == 2


@pytest.mark.slow
def test_what_reads_a_run_below_brackets_reads_that_run(patterns: Path) -> None:
    out, journal = patterns / "ud[1]*", str(patterns / "j[1]*.db")
    for options in ((), ("--previous", str(out))):
        reclassified(patterns / "r[1]*.csv", out, "--journal", journal, *options)
    for words in (
        ("audit", "verify"),
        ("audit", "replay", "--all"),
        ("audit", "show", f"1/a@{RULEBOOK}"),
        ("audit", "export"),
        ("audit", "receipt", f"1/a@{RULEBOOK}", "--out", str(patterns / "k[1].json")),
    ):
        ran = here(*words, "--journal", journal)
        assert ran.code == 0, ran.err
        assert "decoy" not in ran.out
    assert here("receipt", "verify", str(patterns / "k[1].json")).code == 0


@pytest.mark.slow
def test_every_reader_of_tables_is_told_that_a_path_is_no_pattern() -> None:
    readers = {"scan_parquet", "scan_csv", "scan_ndjson", "read_parquet", "read_csv", "scan_ipc", "read_ipc"}
    missing = []
    for file in (file for room in ("cli", "engine", "offers") for file in (ROOT / room).rglob("*.py")):
        calls = (node for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))) if isinstance(node, ast.Call))
        missing += [
            f"{file.relative_to(ROOT)}:{call.lineno}"
            for call in calls
            if isinstance(call.func, ast.Attribute) and call.func.attr in readers and not _is_literal(call)
        ]
    assert missing == []


def _is_literal(node: ast.Call) -> bool:
    """Whether a call says that its path is no pattern: by `glob=False`, or by a path that was made one for DuckDB."""
    if any(
        word.arg == "glob" and isinstance(word.value, ast.Constant) and not word.value.value for word in node.keywords
    ):
        return True
    return isinstance(node.args[0], ast.Call) and ast.unparse(node.args[0].func) == "pattern_of"


needs_links = pytest.mark.skipif(not hasattr(os, "symlink"), reason="this system has no links")
OUT_OF = "unreadable: it is a link that leads out of the folder\n  hint: put the file itself into the folder\n"


@needs_links
def test_no_link_is_followed_out_of_a_folder_of_offers(tmp_path: Path) -> None:
    folder = tmp_path / "sent"
    (folder / "below").mkdir(parents=True)
    shutil.copy(DATA / "gnisten.yaml", folder / "below")
    (folder / "inside.yaml").symlink_to("below/gnisten.yaml")
    (folder / "outside.yaml").symlink_to(DATA / "jonstrupvang.yaml")
    ran = here("assess", str(folder), "--year", "2018", "--summary")
    assert (ran.code, ran.err) == (1, f"{folder / 'outside.yaml'}: {OUT_OF}")
    assert "Gnisten" in ran.out
    assert "Jonstrupvang" not in ran.out


@needs_links
@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("a.csv", ("reclassify", "{}", "--year", "2018", "--out", "{}-out")),
        ("a.parquet", ("reclassify", "{}", "--year", "2018", "--out", "{}-out")),
        ("a.yaml", ("rulebook", "check", "{}")),
        ("a.yaml", ("rulebook", "fmt", "{}")),
        ("cases/a.yaml", ("rulebook", "test", "{}")),
    ],
)
def test_no_link_is_followed_out_of_a_folder(name: str, words: tuple[str, ...], tmp_path: Path) -> None:
    folder, real = tmp_path / "sent", tmp_path / f"real{Path(name).suffix}"
    (folder / name).parent.mkdir(parents=True)
    TYPED.write_parquet(real) if name.endswith("parquet") else real.write_text(ROWS)
    before = real.read_bytes()
    (folder / name).symlink_to(real)
    ran = here(*(word.format(folder) for word in words))
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.endswith(f"{folder / name}: {OUT_OF}")
    assert real.read_bytes() == before
    assert not Path(f"{folder}-out").exists()


@needs_links
def test_a_folder_may_itself_be_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    shutil.copy(DATA / "gnisten.yaml", tmp_path / "real")
    (tmp_path / "link").symlink_to("real")
    assert here("assess", str(tmp_path / "link"), "--year", "2018").code == 0


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
@pytest.mark.parametrize("name", ["run.json", "record.json"])
def test_a_run_whose_record_is_a_pipe_is_not_waited_for(name: str, tmp_path: Path) -> None:
    register = tmp_path / "r.csv"
    register.write_text(ROWS)
    (tmp_path / "run").mkdir()
    os.mkfifo(tmp_path / "run" / name)
    ran = here(
        *("reclassify", str(register), "--year", "2018", "--out", str(tmp_path / "out")),
        *("--previous", str(tmp_path / "run"), "--lang", "en"),
    )
    assert ran.code == 1
    assert f"{tmp_path / 'run' / name}: unreadable: it is a pipe, and no file\n" in ran.err


LOCALES = {
    "C": {"LC_ALL": "C"},
    "C in ASCII": {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    "C.UTF-8 but streams": {"LC_ALL": "C.UTF-8", "PYTHONIOENCODING": "latin-1"},
    "ISO-8859-1": {"LC_ALL": "da_DK.ISO-8859-1", "LOCPATH": "{}"},
    "ISO-8859-1 for all": {
        "LC_ALL": "da_DK.ISO-8859-1",
        "LOCPATH": "{}",
        "PYTHONIOENCODING": "latin-1",
        "PYTHONUTF8": "0",
    },
}
NAMES = {"in UTF-8": ("sø.yaml".encode(), "sø.yaml"), "in ISO-8859-1": (b"s\xf8.yaml", "s\\xf8.yaml")}


@pytest.fixture(scope="session")
def danish(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the locale da_DK.ISO-8859-1, which few systems still have."""
    folder = tmp_path_factory.mktemp("locales")
    if shutil.which("localedef") is None:
        pytest.skip("this system makes no locales")
    command = ["localedef", "-i", "da_DK", "-f", "ISO-8859-1", str(folder / "da_DK.ISO-8859-1")]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("the sources of the locale are not here")
    return folder


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="names of files need not be bytes there")
@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("name", NAMES)
def test_a_file_has_one_name_in_every_locale(
    name: str, locale: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    variables = {**LOCALES[locale]}
    if "ISO" in locale:
        variables["LOCPATH"] = str(request.getfixturevalue("danish"))
    written, shown = NAMES[name]
    shutil.copy(os.fsencode(DATA / "gnisten.yaml"), os.fsencode(tmp_path) + b"/" + written)

    def run(*words: bytes | str) -> tuple[int, str, str]:
        command = [sys.executable, "-W", "error", "-c", "from cli.main import main; main()", *words]
        environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "SEKSKANT_JOURNAL": "j.db", **variables}
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, check=False, timeout=60)
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    code, out, err = run("assess", written, b"no-" + written, "--year", "2018", "--summary", "--lang", "en")
    assert (code, err.splitlines()[0]) == (1, f"no-{shown}: unreadable: no such file or directory")
    assert "Gnisten" in out
    code, out, err = run("audit", "show", "1", "--lang", "en")
    assert (code, err) == (0, "")
    assert f"{shown}:2:1" in out
    code, out, err = run("audit", "receipt", "1", "--out", b"k-" + written)
    assert (code, out, err) == (0, "", "")
    assert os.fsencode(tmp_path) + b"/k-" + written in map(os.fsencode, tmp_path.iterdir())
    assert run("audit", "replay", "1")[0] == 0


def test_a_name_forges_no_line_and_steers_nothing(tmp_path: Path) -> None:
    name = "a.yaml\nb.yaml:1:1: syntax: forged\x1b[2J\u202e\x9b.yaml"
    shown = r"a.yaml\nb.yaml:1:1: syntax: forged\x1b[2J\u202e\x9b.yaml"
    ran = here("assess", str(tmp_path / name), "--year", "2018")
    assert (ran.code, ran.err) == (1, f"{tmp_path / shown}: unreadable: no such file or directory\n")
    (tmp_path / name).write_text("{")
    for words in (("assess", str(tmp_path), "--year", "2018"), ("rulebook", "check", str(tmp_path / name))):
        ran = here(*words)
        assert ran.code in (1, 5)
        (line,) = [line for line in (ran.out + ran.err).splitlines() if "syntax" in line]
        assert re.match(f"{re.escape(str(tmp_path / shown))}:[12]:1: syntax: ", line)
