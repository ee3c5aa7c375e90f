"""What can be done to a clip so that it loops: one module a method."""
