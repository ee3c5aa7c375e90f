"""Sentences that every measure of a pair of pictures says."""

from ...measure import Reason

PAIR = Reason("compared_pair", "{measure} is {worst}.")
PAIR_APART = Reason("compared_pair_apart", "{measure} is {worst}; {threshold} is needed.")
PAIRS = Reason(
    "compared_pairs",
    "{measure} is {worst} in the worst pair, frame {frame}; {mean} on average.",
)
PAIRS_APART = Reason(
    "compared_pairs_apart",
    "{measure} is {worst} in the worst pair, frame {frame}; {threshold} is needed. On average it "
    "is {mean}.",
)
COMPARED = (PAIR, PAIR_APART, PAIRS, PAIRS_APART)
NO_REFERENCES = Reason("no_reference_pictures", "There is no reference to compare with.")
REFERENCE_NOT_FINITE = Reason(
    "reference_not_finite",
    "Reference {frame} holds NaN or infinity ({frames} such references); half-precision VAEs do "
    "this: decode in float32.",
)
UNCOMPARED = (NO_REFERENCES, REFERENCE_NOT_FINITE)
