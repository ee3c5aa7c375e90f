"""Methods that make a clip loop, one module for each, for `loop.close`."""
