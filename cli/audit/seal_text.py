"""What the check of a seal found, in words and for machines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from cli.common.screen import Piece, Screen
from engine.explanation.words_and_numbers import Language, Wording
from engine.journal.seal_check import SealCheck, SealFault, Signer

_FAULTS = {
    "other_journal": ("Seglet er en anden journals", "The seal is that of another journal"),
    "too_few": (
        "Journalen har {0} poster, og {1} blev forseglet: slutningen er skåret af, eller poster er fjernet",
        "The journal has {0} entries, and {1} were sealed: its end was cut off, or entries were removed",
    ),
    "other_entries": (
        "De første {0} poster er ikke dem, der blev forseglet: journalen er skrevet om",
        "The first {0} entries are not those that were sealed: the journal was written anew",
    ),
    "other_head": (
        "Seglets hoved er ikke digestet af post {0}, selv om dets rod passer",
        "The head in the seal is not the digest of entry {0}, though its root fits",
    ),
    "other_contents": (
        "Seglet siger andet om året end journalen: {all}",
        "The seal says of the year what the journal does not: {all}",
    ),
    "signature": ("En signatur holder ikke: {0}", "A signature does not hold: {0}"),
    "unsigned": (
        "{0} af de givne nøgler har signeret, og {1} skal have gjort det; her mangler: {rest}",
        "{0} of the given keys have signed, and {1} must have; these have not: {rest}",
    ),
    "not_consistent": (
        "Seglet bygger ikke videre på det tidligere: beviset holder ikke{of}",
        "The seal does not go on from the earlier one: the proof does not hold{of}",
    ),
    "no_proof": ("Der er intet bevis for det segl, der er givet: {0}", "There is no proof for the given seal: {0}"),
    "other_seal": (
        "Beviset er for et andet segl end det givne: {0}",
        "The proof is for another seal than that given: {0}",
    ),
}
BEGINS = ("De første {} poster er dem, der blev forseglet.", "The first {} entries are those that were sealed.")
ENTRY_BELOW = ("Posten er en af de {}, der blev forseglet.", "The entry is one of the {} that were sealed.")
GOES_ON = ("Det bygger videre på det tidligere segl.", "It goes on from the earlier seal.")
"""What holds, where a journal, a receipt or an earlier seal agrees with a seal; with the number of its entries."""
_OF_ONE = {
    BEGINS: ("Den første post er den, der blev forseglet.", "The first entry is the one that was sealed."),
    ENTRY_BELOW: ("Posten er den, der blev forseglet.", "The entry is the one that was sealed."),
}
_PARTS = {
    "runs": ("kørsler", "runs"),
    "rulebooks": ("regelsæt", "rulebooks"),
    "vocabularies": ("ordforråd", "vocabularies"),
    "decisions": ("antal afgørelser", "number of decisions"),
    "decisions_of_runs": ("antal afgørelser i kørsler", "number of decisions of runs"),
    "overrides": ("antal tilsidesættelser", "number of overrides"),
}


def seal_fault_text(fault: SealFault, wording: Wording) -> str:
    """One fault in words."""
    details = [wording.pick(*_PARTS[part]) if part in _PARTS else part for part in fault.details]
    of = f" ({details[0]})" if fault.kind == "not_consistent" and details[0] else ""
    text = wording.pick(*_FAULTS[fault.kind])
    return text.format(*details, all=", ".join(details), rest=", ".join(details[2:]), of=of) + "."


def seals_text(checks: Sequence[SealCheck], language: Language, held: Sequence[Sequence[tuple[str, str]]]) -> str:
    """What was found of seals, to be read; `held` says of each what holds where nothing but signatures is wrong."""
    wording, screen = Wording(language), Screen()
    for check, that_hold in zip(checks, held, strict=True):
        screen.line()
        seal = check.given.seal
        screen.line(Piece(f"{wording.pick('Segl', 'Seal')} {seal.year}: {check.given.file}"))
        screen.line(Piece(f"Digest: {seal.digest}"))
        for fault in check.faults:
            screen.paragraph(seal_fault_text(fault, wording), "not_met", indent=0, bullet="✗ ")
        is_right = all(fault.kind in ("signature", "unsigned") for fault in check.faults)
        for words in that_hold if is_right else ():
            told = _OF_ONE.get(words, words) if seal.count == 1 else words
            screen.paragraph(wording.pick(*told).format(seal.count), "met", indent=0, bullet="✓ ")
        for text, bullet in _signed(check, wording):
            screen.paragraph(text, "met" if bullet else "dim", indent=0, bullet=bullet)
    return screen.taken()


def _signed(check: SealCheck, wording: Wording) -> Iterator[tuple[str, str]]:
    """Who has signed: the given keys, and others of which nobody knows here whose they are."""
    pick = wording.pick
    known = [_called(signer) for signer in check.signers if signer.holds and signer.given_as is not None]
    others = [_called(signer) for signer in check.signers if signer.holds and signer.given_as is None]
    if known:
        needed, given = check.policy.needed, len(check.policy.names)
        counted = pick(
            f"{len(known)} af {given} nøgler, {needed} kræves", f"{len(known)} of {given} keys, {needed} needed"
        )
        yield f"{pick('Signeret med', 'Signed with')} {', '.join(known)} ({counted}).", "✓ "
    for other in others:
        words = (
            f"Signeret med en nøgle, som ikke er givet, så hvis den er, er ikke set efter: {other}.",
            f"Signed with a key that was not given, so that whose it is was not checked: {other}.",
        )
        yield pick(*words), ""
    if not check.signers:
        yield pick("Ingen har signeret seglet.", "Nobody has signed the seal."), ""


def _called(signer: Signer) -> str:
    """The key as it was given, and what its owner said that he is called."""
    key = signer.given_as or signer.signature.key
    return key if signer.signature.name is None else f"{key} ({signer.signature.name})"


def seal_record(check: SealCheck) -> dict[str, Any]:
    """What was found of a seal, for machines."""
    return {
        "file": check.given.file,
        "seal": check.given.seal.digest,
        "year": check.given.seal.year,
        "count": check.given.seal.count,
        "holds": not check.faults,
        "faults": [{"kind": fault.kind, "details": list(fault.details)} for fault in check.faults],
        "needed": check.policy.needed,
        "signatures": [
            {**signer.signature._asdict(), "holds": signer.holds, "given_as": signer.given_as}
            for signer in check.signers
        ],
    }
