"""Reports of what nodes of other packs give: numbers of scorers, texts of language models."""
