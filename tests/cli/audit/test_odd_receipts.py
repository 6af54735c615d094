"""Receipts that nobody has written: each has its place and its code, and none ends in a traceback or without end."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.command import ROOT, here

NUMBER = '"number":1,'
DIGITS = "9" * 5_000
RFC = (
    "is none that canonical JSON (RFC 8785) has\n"
    "  hint: whole numbers up to 2^53 - 1, others as the shortest text of a double\n"
)
NO_JSON = "k.json: receipt-form: the file is not JSON that can be read\n  hint: `sekskant audit receipt` writes one\n"
ODD: dict[str, tuple[str, str]] = {
    "beyond 64 bits": (NUMBER.replace("1", "123456789012345678901"), f"the number `123456789012345678901` {RFC}"),
    "beyond 53 bits": (NUMBER.replace("1", "9007199254740992"), f"the number `9007199254740992` {RFC}"),
    "digits without end": (NUMBER.replace("1", DIGITS), f"the number `{DIGITS[:60]}…` {RFC}"),
    "decimals without end": (NUMBER.replace("1", f"1.{DIGITS}"), f"the number `1.{DIGITS[:58]}…` {RFC}"),
    "no double": (NUMBER.replace("1", "0.1000000000000000055"), f"the number `0.1000000000000000055` {RFC}"),
    "infinite": (NUMBER.replace("1", "1e400"), f"the number `1e400` {RFC}"),
    "an exponent without end": (NUMBER.replace("1", "1e-999999999999"), f"the number `1e-999999999999` {RFC}"),
    "NaN": (NUMBER.replace("1", "NaN"), f"the number `NaN` {RFC}"),
    "-Infinity": (NUMBER.replace("1", "-Infinity"), f"the number `-Infinity` {RFC}"),
    "a key twice": (NUMBER * 2, NO_JSON),
    "half a character": (NUMBER.replace("1", '"\\ud800"'), NO_JSON),
    "half a character in a key": (f'{NUMBER}"\\udfff":1,', NO_JSON),
    "deep": (NUMBER.replace("1", "[" * 50 + "]" * 50), "too-deep: more than 40 levels of nesting\n"),
    "very deep": (NUMBER.replace("1", "[" * 200_000), "too-deep: more than 40 levels of nesting\n"),
}


@pytest.fixture
def receipt(journal: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    return here("audit", "receipt", "1", "--journal", str(journal)).out


@pytest.mark.parametrize("name", ODD)
def test_what_no_receipt_holds_is_refused_with_its_place(name: str, receipt: str, tmp_path: Path) -> None:
    put, told = ODD[name]
    assert receipt.count(NUMBER) == 1
    text = receipt.replace(NUMBER, put)
    Path("k.json").write_text(text, encoding="utf-8")
    ran = here("receipt", "verify", "k.json")
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.endswith(told)
    if "RFC" in told:
        column = receipt.index(NUMBER) + len('"number":') + 1
        assert ran.err.startswith(f"k.json:1:{column}: receipt-form: ")
    assert here("receipt", "verify", "-", stdin=text.encode()).err == ran.err.replace("k.json", "standard input")


VALUES: tuple[object, ...] = (5, None, [], True, "x", {"a": 1}, -1, 1.5, [[]], "", {"": {}})


@pytest.mark.slow
@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_a_part_of_another_type_is_refused_or_does_not_hold(value: object, receipt: str) -> None:
    record = json.loads(receipt)
    assert here("receipt", "verify", "-", stdin=receipt.encode()).code == 0
    for holder in (record, record["entry"], record["decision"], record["journal"]):
        for key in list(holder):
            before, holder[key] = holder[key], value
            if before != value:
                ran = here("receipt", "verify", "-", stdin=json.dumps(record).encode())
                assert ran.code in (1, 4), (key, ran)
                assert "defect" not in ran.err
            holder[key] = before


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="there is no such device here")
@pytest.mark.parametrize("words", [("receipt", "verify"), ("assess",)], ids=" ".join)
def test_standard_input_without_end_is_read_up_to_a_limit(words: tuple[str, ...]) -> None:
    command = [sys.executable, "-c", "from cli.main import main; main()", *words, "-"]
    with Path("/dev/zero").open("rb") as endless:
        ran = subprocess.run(command, stdin=endless, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert ran.returncode == 1
    assert "standard input: too-large: more than 16 MiB\n" in ran.stderr
