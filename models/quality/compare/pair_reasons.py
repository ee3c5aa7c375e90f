"""Sentences that every measure of a pair of pictures says."""

PAIR = "compared_pair"
PAIR_APART = "compared_pair_apart"
PAIRS = "compared_pairs"
PAIRS_APART = "compared_pairs_apart"
COMPARED = (PAIR, PAIR_APART, PAIRS, PAIRS_APART)
NO_REFERENCES = "no_reference_pictures"
REFERENCE_NOT_FINITE = "reference_not_finite"
UNCOMPARED = (NO_REFERENCES, REFERENCE_NOT_FINITE)
