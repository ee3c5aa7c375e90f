"""Codes of the reasons that all measures of a pair of pictures share."""

COMPARED = (
    *("compared_pair", "compared_pair_apart"),
    *("compared_pairs", "compared_pairs_apart"),
)
NO_REFERENCES = "no_reference_pictures"
REFERENCE_NOT_FINITE = "reference_not_finite"
UNCOMPARED = (NO_REFERENCES, REFERENCE_NOT_FINITE)
