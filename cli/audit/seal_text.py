"""What the check of a seal found, in words and for machines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from cli.common.screen import Piece, Screen
from engine.explanation.words_and_numbers import Wording
from engine.journal.seal_check import SealCheck, SealFault, Signer
from engine.texts.catalogue import Language, Message, message

_FAULTS = {
    "other_journal": message("The seal is that of another journal"),
    "too_few": message(
        "The journal has {count} entries, and {sealed} were sealed: its end was cut off, or entries were removed"
    ),
    "other_entries": message("The first {count} entries are not those that were sealed: the journal was written anew"),
    "other_head": message("The head in the seal is not the digest of entry {number}, though its root fits"),
    "other_contents": message("The seal says of the year what the journal does not: {all}"),
    "signature": message("A signature does not hold: {signer}"),
    "unsigned": message("{signed} of the given keys have signed, and {needed} must have; these have not: {rest}"),
    "not_consistent": message("The seal does not go on from the earlier one: the proof does not hold{of}"),
    "no_proof": message("There is no proof for the given seal: {seal}"),
    "other_seal": message("The proof is for another seal than that given: {seal}"),
}
_DETAILS = {
    "too_few": ("count", "sealed"),
    "other_entries": ("count",),
    "other_head": ("number",),
    "signature": ("signer",),
    "unsigned": ("signed", "needed"),
    "no_proof": ("seal",),
    "other_seal": ("seal",),
}
"""What the first details of a fault are."""
BEGINS = message("The first {count} entries are those that were sealed.")
ENTRY_BELOW = message("The entry is one of the {count} that were sealed.")
GOES_ON = message("It goes on from the earlier seal.")
"""What holds, where a journal, a receipt or an earlier seal agrees with a seal; with the number of its entries."""
_OF_ONE = {
    BEGINS: message("The first entry is the one that was sealed."),
    ENTRY_BELOW: message("The entry is the one that was sealed."),
}
_PARTS = {
    "runs": message("runs"),
    "rulebooks": message("rulebooks"),
    "vocabularies": message("vocabularies"),
    "decisions": message("number of decisions"),
    "decisions_of_runs": message("number of decisions of runs"),
    "overrides": message("number of overrides"),
}


def seal_fault_text(fault: SealFault, wording: Wording) -> str:
    """One fault in words."""
    details = [wording.render(_PARTS[part]) if part in _PARTS else part for part in fault.details]
    of = f" ({details[0]})" if fault.kind == "not_consistent" and details[0] else ""
    named = dict(zip(_DETAILS.get(fault.kind, ()), details, strict=False))
    listed = {"all": ", ".join(details), "rest": ", ".join(details[2:])}
    return wording.render(_FAULTS[fault.kind], **named, **listed, of=of) + "."


def seals_text(checks: Sequence[SealCheck], language: Language, held: Sequence[Sequence[Message]]) -> str:
    """What was found of seals, to be read; `held` says of each what holds where nothing but signatures is wrong."""
    wording, screen = Wording(language), Screen()
    for check, that_hold in zip(checks, held, strict=True):
        screen.line()
        seal = check.given.seal
        screen.line(Piece(f"{wording.gettext('Seal')} {seal.year}: {check.given.file}"))
        screen.line(Piece(f"Digest: {seal.digest}"))
        for fault in check.faults:
            screen.paragraph(seal_fault_text(fault, wording), "not_met", indent=0, bullet="✗ ")
        is_right = all(fault.kind in ("signature", "unsigned") for fault in check.faults)
        for words in that_hold if is_right else ():
            told = _OF_ONE.get(words, words) if seal.count == 1 else words
            screen.paragraph(wording.render(told, count=seal.count), "met", indent=0, bullet="✓ ")
        for text, bullet in _signed(check, wording):
            screen.paragraph(text, "met" if bullet else "dim", indent=0, bullet=bullet)
    return screen.taken()


def _signed(check: SealCheck, wording: Wording) -> Iterator[tuple[str, str]]:
    """Who has signed: the given keys, and others of which nobody knows here whose they are."""
    gettext = wording.gettext
    known = [_called(signer) for signer in check.signers if signer.holds and signer.given_as is not None]
    others = [_called(signer) for signer in check.signers if signer.holds and signer.given_as is None]
    if known:
        needed, given = check.policy.needed, len(check.policy.names)
        counted = gettext("{known} of {given} keys, {needed} needed", known=len(known), given=given, needed=needed)
        yield f"{gettext('Signed with')} {', '.join(known)} ({counted}).", "✓ "
    for other in others:
        words = message(
            "Signed with a key that was not given, so that whose it is was not checked: {other}.", other=other
        )
        yield wording.render(words), ""
    if not check.signers:
        yield gettext("Nobody has signed the seal."), ""


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
