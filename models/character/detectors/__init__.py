"""Who finds characters in a picture: one file for each kind of detector."""
