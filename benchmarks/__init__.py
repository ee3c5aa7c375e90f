"""Numbers with their other side: each module here is one benchmark, run by its name."""
