"""A prompt that is tried again, with a fault that depends on the attempt's seed."""

from typing import Any

import numpy

from .client import ComfyClient, Node, Prompt, Run

# Outputs of the two nodes.
SEED, ATTEMPT, REASON, LAST, FIRST_SLOT = 0, 1, 2, 3, 4
END_REPORT, END_SEED, END_ATTEMPTS = 6, 7, 8
# Steps missing at the seam, from the seed: the third passes; the second of three is the best.
THIRD_PASSES = "0 if a >= 12 else 8"
SECOND_IS_BEST = "3 if a == 11 else 9"


class Retry:
    """A prompt whose sample clip has a fault that depends on the attempt's seed."""

    def __init__(self, fault: str, seed: Any = 10, **end: Any) -> None:
        self.prompt = Prompt()
        self.start = self.prompt.add("AnimeRetryStart", seed=seed)
        self.math = self.prompt.add(
            "ComfyMathExpression", expression=fault, **{"values.a": self.start.out(SEED)}
        )
        self.clip = self.prompt.add(
            "AnimeSampleClip", width=96, height=96, seed=5, seam_jump=self.math.out()
        )
        self.score = self.prompt.add("AnimeLoopScore", images=self.clip.out(), fps=12.0)
        self.end = self.prompt.add(
            "AnimeRetryEnd",
            **{"report": self.score.out(), "slot_1": self.clip.out(), **end},
        )
        self.seed = self.shows(self.end.out(END_SEED))
        self.attempts = self.shows(self.end.out(END_ATTEMPTS))
        self.preview = self.prompt.add("PreviewImage", images=self.end.out(0))

    def shows(self, link: list[Any]) -> Node:
        """Add a node that shows a value."""
        return self.prompt.add("TestConsumer", value=link)

    def tried(self, run: Run) -> list[tuple[int, str]]:
        """Seed and verdict of every attempt, as the End's report has them."""
        (told,) = [
            each for each in run.report(self.end)["measurements"] if each["name"] == "attempts"
        ]
        assert told["value"] == len(told["details"]["attempts"])
        return [(each["seed"], each["report"]["verdict"]) for each in told["details"]["attempts"]]

    def chosen(self, run: Run) -> tuple[str, str]:
        """Seed and number of attempts that came out."""
        return run.outputs[self.seed]["text"][0], run.outputs[self.attempts]["text"][0]

    def pictures(self, client: ComfyClient, run: Run) -> numpy.ndarray:
        """The images of the attempt that went on."""
        return numpy.stack(client.pictures(run, self.preview))


def clip_of(client: ComfyClient, seam_jump: float) -> numpy.ndarray:
    """What the sample clip looks like with a fault, without any retry."""
    prompt = Prompt()
    clip = prompt.add("AnimeSampleClip", width=96, height=96, seed=5, seam_jump=seam_jump)
    preview = prompt.add("PreviewImage", images=clip.out())
    return numpy.stack(client.pictures(client.run(prompt), preview))


def started(run: Run) -> list[str]:
    """Ids of the nodes that were started, in their order."""
    return [data["node"] for data in run.message_data("executing") if data["node"] is not None]


def clips_of(retry: Retry, run: Run) -> list[str]:
    """Ids under which the clip was drawn."""
    drawn = [node for node in started(run) if node.split(".")[-1] == retry.clip]
    return [node for node in drawn if not run.cached(node)]
