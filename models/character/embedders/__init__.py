"""Who somebody is, as numbers: one file for each way of describing a character."""
