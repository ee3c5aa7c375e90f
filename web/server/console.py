"""The console that ComfyUI writes its log to."""

import sys


def escape_what_it_lacks() -> None:
    r"""Let the console show a character that its encoding lacks as `\u82b1`, instead of failing.

    Python does so for `sys.stderr`, but ComfyUI's own streams don't. Without this, a log line with
    a Japanese file name is lost on a Windows console of code page 1252, and a traceback of
    `logging` stands in its place.
    """
    for stream in (sys.stdout, sys.stderr):
        if getattr(stream, "errors", None) == "strict" and hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
