"""What a journal costs: recording, appending as it grows, and showing one entry of a million.

Recording is measured on offers in files, decided by both rulebooks of 2018 and printed: so many at a time without a
journal, then the same with one, in turns, so that a busy machine slows both. Appending is measured on real decisions
that are recorded again and again. Replaying decides every recorded decision anew, in processes with different hash
seeds, locales and evaluators; all must come out identical.

Wanted: at most 1.25 times with a journal; an append, and showing one entry, that cost the same however long it is;
every replay identical.

    python -m benchmarks journal [--offers N] [--entries N] [--replays N] [--runs N] [--folder FOLDER]
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cli.assess.assess import _PRINTERS
from cli.assess.recording import DecisionRecording, Decisions
from cli.common.beside import Beside
from engine.decisions.decide import Decider, decide_offer
from engine.decisions.trace import Trace
from engine.journal.drafts import decision_draft, texts_of
from engine.journal.journal import Journal
from engine.rulebooks.library import Library
from offers.records.offer import Offer
from offers.records.reader import read_offers

ROOT = Path(__file__).parent.parent
YEAR, CHUNK, BATCH, SAMPLE = 2018, 500, 500, 5_000
JUDGEMENTS = (
    *("large_catchment_needed", "professional_coordination_needed", "highly_specialised_basis"),
    *("self_supply_needed", "no_alternative_in_region", "whole_region_catchment_needed"),
)
COUNTS = ("functional_impairments", "diagnoses", "extensive_limitations", "severe_complexities")
REASON = "Vurderet af taskforcen på grundlag af sagsakter og samtaler med tilbuddet."
FORMS = ("json", "csv", "table --summary")
STARTED = [sys.executable, "-c", "from cli.main import main; main()"]


def offer(number: int, chance: random.Random) -> dict[str, Any]:
    """An offer with gaps and reasons; its numbers are its own."""
    evidence: dict[str, Any] = {"cases_per_10000": round(chance.random() * 20, 6)}
    evidence["outside_share"] = {str(y): round(chance.random(), 6) for y in (2014, 2015, 2016) if chance.random() < 0.9}
    evidence |= {name: chance.randrange(6) for name in COUNTS if chance.random() < 0.7}
    for name in (name for name in JUDGEMENTS if chance.random() < 0.7):
        judged = {"answer": chance.choice(["yes", "no"]), "because": f"{REASON} ({number})"}
        evidence[name] = judged | {"by": "taskforcen", "date": "2017-05-01"}
    operator = {"name": "Gentofte Kommune", "kind": "municipality", "code": "157"}
    record = {"format": "sekskant/offer/1", "id": f"offer-{number}", "name": f"Tilbud {number}", "operator": operator}
    return {**record, "area": ["adults"], "evidence": evidence}


def deciders() -> list[Decider]:
    """Deciders for both rulebooks."""
    wide, narrow = Library().in_force(YEAR)
    superset = Decider(wide)
    return [superset, Decider(narrow, superset)]


def traces_of(those: list[Decider], one: Offer) -> Decisions:
    """The decisions on an offer."""
    return tuple(t for t in decide_offer(those, one.subject(), one.stated, YEAR) if isinstance(t, Trace))


def assessed(file: Path, those: list[Decider], form: str, journal: Journal | None) -> float:
    """Seconds to read, decide and print the offers of a file, and to record them where there is a journal."""
    begin, vocabulary = time.perf_counter(), those[0].program.rulebook.vocabulary
    found = [o for o in read_offers([str(file)], vocabulary, keep_written=journal is not None) if isinstance(o, Offer)]
    decided: Any = (traces_of(those, o) for o in found)
    beside = Beside(found, [d.program for d in those], YEAR)
    for one in found:
        beside.meet(one)
    if journal is not None:
        decided = DecisionRecording(journal, those, "benchmark", beside).recorded(decided, [])
    rulebooks = [d.program.rulebook for d in those]
    for text in _PRINTERS[form.split(maxsplit=1)[0]](decided, rulebooks, "da", form.endswith("summary"), beside):
        assert text
    return time.perf_counter() - begin


def recording(count: int, folder: Path, form: str) -> None:
    """Print what recording adds to assessing with one form of output."""
    chance, those = random.Random(2018), deciders()  # noqa: S311 - the same offers in every run
    without, with_journal = list[float](), list[float]()
    file = folder / "offers.ndjson"
    with Journal(str(folder / f"{form}.db"), writes=True) as journal, open(os.devnull, "w") as nowhere:
        sys.stderr, kept = nowhere, sys.stderr
        for start in range(0, count, CHUNK):
            file.write_text("\n".join(json.dumps(offer(n, chance)) for n in range(start, start + CHUNK)))
            turns = (without, None), (with_journal, journal)
            for times, place in turns if start // CHUNK % 2 else turns[::-1]:
                times.append(assessed(file, those, form, place))
        sys.stderr = kept
        entries = journal.head().entries
    whole = sum(with_journal) / sum(without)
    middle = statistics.median(w / o for w, o in zip(with_journal, without, strict=True))
    print(f"{form}: {count} offers, {entries} entries: {whole:.2f} times as long with a journal (at most 1.25);")
    print(f"  median of {len(without)} turns: {middle:.2f}; {sum(without) / count * 1e6:.0f} µs an offer without")


def sample(folder: Path) -> tuple[list[Any], dict[str, Any]]:
    """Drafts of real decisions, and the texts that they name."""
    chance, those = random.Random(7), deciders()  # noqa: S311 - the same offers in every run
    file = folder / "sample.ndjson"
    file.write_text("\n".join(json.dumps(offer(n, chance)) for n in range(SAMPLE // 2)))
    vocabulary = those[0].program.rulebook.vocabulary
    found = [o for o in read_offers([str(file)], vocabulary, keep_written=True) if isinstance(o, Offer)]
    drafts = []
    for one in found:
        decisions: Decisions = traces_of(those, one)
        drafts += [decision_draft(trace, None, "run", one.written or "", "x") for trace in decisions]
    return drafts, texts_of(d.program.rulebook for d in those)


def appending(count: int, folder: Path) -> Path:
    """Print what an append costs as the journal grows to so many entries, every offer with an id of its own."""
    path = folder / "growing.db"
    drafts, texts = sample(folder)
    marks, mark, times, done = list[tuple[int, float]](), 1_000, list[float](), 0
    with Journal(str(path), writes=True) as journal:
        while done < count:
            at = done % len(drafts)
            batch = [d._replace(offer=f"{d.offer}-{done + i}") for i, d in enumerate(drafts[at : at + BATCH])]
            begin = time.perf_counter()
            journal.append(batch, texts, by="benchmark")
            times.append((time.perf_counter() - begin) / len(batch))
            done += len(batch)
            if done >= mark * 1.2 or done >= count:
                marks.append((mark, statistics.median(times[-max(2, mark // 5 // BATCH) :])))
                mark *= 10
    size = path.stat().st_size / done
    for number, seconds in marks:
        ratio = seconds / marks[1][1] if len(marks) > 1 else 1
        print(f"append around entry {number:>9,}: {seconds * 1e6:6.0f} µs each, {ratio:.2f} of that at 10,000")
    print(f"  {size:.0f} bytes an entry on the disk")
    return path


def seconds(arguments: Sequence[str]) -> float:
    """How long a command takes, start to end."""
    begin = time.perf_counter()
    subprocess.run([*STARTED, *arguments], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begin


def showing(large: Path, folder: Path, runs: int) -> None:
    """Print how much longer it takes to show an entry of the large journal than one of a small journal."""
    small = folder / "small.db"
    drafts, texts = sample(folder)
    with Journal(str(small), writes=True) as journal:
        journal.append(drafts[:10], texts, by="benchmark")
    with Journal(str(large)) as journal:
        count = journal.head().entries
    cases = {
        "one of 10": ["audit", "show", "7", "--journal", str(small)],
        f"one of {count:,}": ["audit", "show", str(count * 2 // 3), "--journal", str(large)],
        "the head of 10": ["audit", "head", "--journal", str(small)],
        "only `--help`": ["audit", "--help"],
    }
    times: dict[str, list[float]] = {name: [] for name in cases}
    for _ in range(runs):
        for name, arguments in cases.items():
            times[name].append(seconds(arguments))
    for name, found in times.items():
        print(f"audit show, {name:18} {statistics.median(found):.3f} s")
    first, second, start, _ = (statistics.median(found) for found in times.values())
    print(
        f"  beyond the small journal {second - first:+.3f} s, beyond opening one {second - start:+.3f} s (at most 0.2)"
    )


CASES = (
    {"PYTHONHASHSEED": "1", "LC_ALL": "C.UTF-8"},
    {"PYTHONHASHSEED": "2", "LC_ALL": "da_DK.UTF-8", "SEKSKANT_ENGINE": "reference"},
)


def replaying(count: int, folder: Path) -> None:
    """Record decisions and print what replaying all of them says, in processes of their own."""
    chance = random.Random(42)  # noqa: S311 - the same offers in every run
    file, journal = folder / "replayed.ndjson", str(folder / "replayed.db")
    file.write_text("\n".join(json.dumps(offer(n, chance)) for n in range(count // 2)))
    assess = ["assess", str(file), "--year", str(YEAR), "--format", "csv", "--summary", "--journal", journal]
    subprocess.run([*STARTED, *assess], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    for case in CASES:
        replay = [*STARTED, "audit", "replay", "--all", "--journal", journal]
        done = subprocess.run(replay, cwd=ROOT, env={**os.environ, **case}, check=True, stdout=subprocess.PIPE)
        print(f"replay, {' '.join(case.values())}: {done.stdout.decode().strip()}")


def main() -> None:
    """Print all four."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--offers", type=int, default=10_000)
    parser.add_argument("--entries", type=int, default=20_000)
    parser.add_argument("--replays", type=int, default=10_000)
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--folder", type=Path, help="where to; by default a temporary folder")
    chosen = parser.parse_args()
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    with tempfile.TemporaryDirectory(dir=chosen.folder) as name:
        folder = Path(name)
        replaying(chosen.replays, folder)
        for form in FORMS:
            recording(chosen.offers, folder, form)
        showing(appending(chosen.entries, folder), folder, chosen.runs)


if __name__ == "__main__":
    main()
