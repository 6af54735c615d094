"""Whatever is read: a line with the place, exit code 1, bounded memory, never a traceback."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from tests.command import DATA, ROOT, here, sekskant
from tests.pages import without_carried

BOMB = "a: &a [x, x]\n" + "\n".join(
    f"{chr(98 + i)}: &{chr(98 + i)} [*{chr(97 + i)}, *{chr(97 + i)}]" for i in range(20)
)
HOSTILE: dict[str, bytes] = {
    "binary": bytes(range(256)) * 100,
    "elf": b"\x7fELF\x02\x01\x01" + b"\x00" * 500,
    "nul": b"format: sekskant/offer/1\nid: \x00\n",
    "invalid-utf-8": b"name: Sofieskole\xf8\n",
    "utf-16": "format: sekskant/offer/1".encode("utf-16"),
    "bomb": BOMB.encode(),
    "object": b"!!python/object/apply:os.system ['touch /tmp/owned']\n",
    "deep": b"[" * 200_000,
    "deep-mapping": b"{a: " * 100_000,
    "deep-json": b'{"a":' * 100_000,
    "many-keys": b"\n".join(b"k%d: 1" % i for i in range(300_000)),
    "long-line": b"name: " + b"x" * 100_000_000,
    "huge-number": b"evidence: {cases_per_10000: 1e999999999}\n",
    "scalar": b"just words\n",
    "number": b"42\n",
    "unclosed": b'{"format": "sekskant/offer/1", "id": ',
    "tab": b"a:\n\t- b\n",
    "nothing": b"",
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_file_is_a_line_with_its_place(kind: str, tmp_path: Path) -> None:
    file = tmp_path / f"{kind}.yaml"
    file.write_bytes(HOSTILE[kind])
    ran = sekskant("assess", file.name, str(DATA / "gnisten.yaml"), "--year", "2018", "--summary", cwd=tmp_path)
    assert ran.code == 1
    assert "Traceback" not in ran.err
    first = ran.err.splitlines()[0]
    assert first.startswith(f"{kind}.yaml")
    assert len(first) < 300
    assert "Gnisten" in ran.out


def test_hostile_standard_input_is_read_no_further_than_it_must() -> None:
    ran = sekskant("assess", "-", "--year", "2018", stdin=b"x" * 40_000_000)
    assert ran.code == 1
    assert ran.err.startswith("standard input: too-large")


@pytest.mark.slow
def test_memory_is_bounded(tmp_path: Path) -> None:
    """The whole process gets 1 GiB of address space; reading a line of 100 MB and 10^6 brackets fits in it."""
    for kind in ("long-line", "deep", "many-keys"):
        (tmp_path / f"{kind}.yaml").write_bytes(HOSTILE[kind])

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (2**30, 2**30))

    command = [sys.executable, "-c", "from cli.main import main; main()", "assess", str(tmp_path)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, env=environment, capture_output=True, preexec_fn=limit, check=False, timeout=120)
    assert done.returncode == 1
    assert b"Traceback" not in done.stderr
    assert done.stderr.count(b": too-") == 3


def test_paths_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "loop.yaml").symlink_to("loop.yaml")
    (tmp_path / "empty").mkdir()
    ran = sekskant("assess", "nowhere.yaml", "loop.yaml", "empty", "--year", "2018", cwd=tmp_path)
    assert ran.code == 1
    assert [line.split(": ")[1] for line in ran.err.splitlines() if not line.startswith(" ")] == [
        "unreadable",
        "unreadable",
        "empty",
    ]


@pytest.mark.skipif(os.geteuid() != 0, reason="another user is needed to be refused")
def test_a_folder_without_permission(tmp_path: Path) -> None:
    """Run as nobody, for whom the folder is closed."""
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    (closed / "a.yaml").write_text("format: sekskant/offer/1\n")
    tmp_path.chmod(0o755)
    tmp_path.parent.chmod(0o755)
    tmp_path.parent.parent.chmod(0o755)
    code = (
        "import os, signal, sys; sys.path.insert(0, sys.argv[2]); import cli.main, cli.assess.assess;"
        "import cli.common.summary, cli.common.offer_form;"
        "os.setuid(65534); sys.argv = ['sekskant', 'assess', sys.argv[1]]; cli.main.main()"
    )
    command = [sys.executable, "-c", code, str(closed), str(ROOT)]
    done = subprocess.run(command, capture_output=True, check=False, timeout=60)
    assert done.returncode == 1
    assert b"permission denied" in done.stderr
    assert b"Traceback" not in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full device here")
def test_output_that_cannot_be_written_is_a_line() -> None:
    ran = shell("sekskant assess gnisten.yaml --year 2018 > /dev/full")
    assert (ran.returncode, ran.stderr) == (1, "unreadable: no space left on device\n")


def test_a_reader_who_leaves_early_ends_the_command_in_silence() -> None:
    ran = shell("set -o pipefail; sekskant assess . --year 2018 | head -n 1")
    assert (ran.returncode, ran.stderr) == (141, "")
    assert ran.stdout.startswith("3-Kløveren")


@pytest.mark.parametrize(
    ("command", "code", "message"),
    [
        ("sekskant assess gnisten.yaml --year 2018 >&-", 0, ""),
        ("sekskant assess - --year 2018 <&-", 1, "standard input: unreadable: it is closed\n"),
        ("COLUMNS=² sekskant assess gnisten.yaml --year 2018 --summary | wc -l", 0, ""),
        ("COLUMNS=99999999999999999999 sekskant assess gnisten.yaml --year 2018 --summary | wc -l", 0, ""),
        (f"sekskant assess {'x' * 5000}.yaml --year 2018", 1, "unreadable: file name too long\n"),
        ("mkfifo $HERE/pipe.yaml; sekskant assess $HERE --year 2018", 1, "unreadable: it is a pipe, and no file\n"),
        ("cd $HERE; rmdir $HERE; sekskant assess . --year 2018", 1, "there is no offer file in the folder\n"),
    ],
)
def test_what_the_system_refuses_is_never_a_traceback(command: str, code: int, message: str, tmp_path: Path) -> None:
    here = tmp_path / "here"
    here.mkdir()
    ran = shell(command, HERE=str(here))
    lines = [line for line in ran.stderr.splitlines(keepends=True) if not line.startswith("  hint")]
    assert ran.returncode == code
    assert "".join(lines).endswith(message)
    assert len(lines) == (1 if message else 0)


def shell(command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """A command line among the offers of 2018, `sekskant` in it being the one under test."""
    function = f'sekskant() {{ "{sys.executable}" -P -c "from cli.main import main; main()" "$@"; }}'
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8", **variables}
    return subprocess.run(
        ["bash", "-c", f"{function}; {command}"],  # noqa: S607 - the tests' own shell
        cwd=DATA,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


MARKUP = '"=1+1\\u202e<script>alert(1)</script>"'


@pytest.mark.parametrize("form", ["table", "csv", "html"])
def test_a_name_with_direction_marks_markup_and_formulas_comes_out_harmless(form: str) -> None:
    offer = f"format: sekskant/offer/1\nid: '=cmd'\nname: {MARKUP}\nattention: [{MARKUP}]\n"
    ran = sekskant("assess", "-", "--year", "2018", "--format", form, stdin=offer.encode())
    assert ran.code == 0, ran.err
    assert "\x1b" not in ran.out
    assert "\u202e" not in ran.out
    if form == "html":
        assert "<script" not in without_carried(ran.out)
    if form == "csv":
        assert "\n'=cmd,'=1+1" in ran.out.replace("\r", "")


def test_a_name_with_terminal_escape_codes_is_rejected() -> None:
    ran = sekskant("assess", "-", "--year", "2018", stdin=b'format: sekskant/offer/1\nid: x\nname: "a\\e[31mb"\n')
    assert ran.code == 1
    assert "control-character" in ran.err
    assert "\x1b" not in ran.err + ran.out


def test_a_broken_line_of_ndjson_costs_itself(tmp_path: Path) -> None:
    offer = '{{"format": "sekskant/offer/1", "id": "{0}", "name": "{0}"}}'
    lines = ['{"format": ', offer.format("a"), '{"id": ', offer.format("b"), "broken"]
    path = tmp_path / "offers.ndjson"
    path.write_text("\n".join(lines))
    ran = here("assess", str(path), "--year", "2018", "--format", "json", "--lang", "en")
    assert ran.code == 1
    assert {record["offer"] for record in json.loads(ran.out)} == {"a", "b"}
    said = [line.removeprefix(f"{path}:") for line in ran.err.splitlines() if line.startswith(str(path))]
    assert said == [
        "1:12: syntax: a value is expected here",
        "3:8: syntax: a value is expected here",
        "5:1: syntax: a value is expected here",
    ]
