"""How different two pictures look; one home for every distance between frames."""
