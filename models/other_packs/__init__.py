"""Reports of the numbers and texts that nodes of other packs give: scorers, taggers, language models."""
