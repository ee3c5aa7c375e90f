"""The jobs and characters of a dump; the imports are those of pack 0.1.0, see make.py."""

# mypy: ignore-errors
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from io import BytesIO
from random import Random
from uuid import UUID

from PIL import Image

from anime_production.models.jobs.character import CharacterReference, CharacterVersion
from anime_production.models.jobs.events import (
    ArtifactWritten,
    CharacterSaved,
    Event,
    JobFinished,
    JobProgressed,
    JobQueued,
    JobReviewed,
    JobStarted,
)
from anime_production.models.jobs.job import (
    Artifact,
    Job,
    JobError,
    JobSource,
    JobState,
    NodeReport,
    Review,
    ReviewVerdict,
    ShownReport,
)
from anime_production.models.jobs.thumbnail import thumbnail

from . import make_reports, questions

BEGIN = datetime(2024, 3, 1, tzinfo=timezone.utc)
TOKYO = timezone(timedelta(hours=9))
EARLIER = 0x010  # in ids: no dump's are another's
SHOTS = (
    ("", "", "", ""), ("Winter", "", "03", "012"), ("Winter", "01", "03", "013"),
    ("Ōkami — été", "", "Straße", "7b"), ("冬の物語", "第一話", "場面三", "カット０１２"),
    ("冬の物語", "第一話", "場面四", "ｶｯﾄ013"), ("夏日时光", "第二集", "场景一", "镜头5"),
    ("", "", "", "loose"),
)  # fmt: skip
NAMES = ("", "Hana", "葵　花子", "小明")
TAGS = ((), (), ("night",), ("night", "snow"), ("夜", "雪", 'final, "v2"'), ("草稿",))
PROMPTS = (
    "1girl, silver hair, looking at viewer", "a snowy street at night, ＡＢＣ",
    "雪の夜、銀髪の少女", "雨中的城市，霓虹灯", "Élan vital — naïve café",
    "walk cycle\nside view\ttab \\N",
)  # fmt: skip
MODELS = ("anime_xl.safetensors", "wan2.2/high_noise.safetensors", "犬_v3.ckpt")
JUDGES = tuple(make_reports.MAKERS)
STATES = {
    JobState.COMPLETED: 78, JobState.FAILED: 8, JobState.CANCELLED: 5, JobState.LOST: 4,
    JobState.PENDING: 2, JobState.IN_PROGRESS: 3,
}  # fmt: skip
FILES = (
    ("image", "png", 1, None), ("animation", "webp", 48, 12.0), ("video", "mp4", 97, 24000 / 1001),
)  # fmt: skip
ERRORS = (
    JobError("3", "KSampler", "torch.OutOfMemoryError", "CUDA out of memory", "Traceback …\n  a\n"),
    JobError("7", "AnimeGate", "Rejected", "loop: FAIL, 31 of 100\n- 継ぎ目が見える", ""),
)
SAID = (
    Review(ReviewVerdict.APPROVED, "", "Aoi"),
    Review(ReviewVerdict.REJECTED, "手が六本ある", "監督"),
    Review(ReviewVerdict.APPROVED, "可以", ""),
    Review(ReviewVerdict.REJECTED, "too dark\nagain", "Ben"),
)


def numbered(kind: int, number: int) -> UUID:
    """An id that compresses well and is the same in every run."""
    return UUID(f"{kind:08x}-0010-4000-8000-{number:012x}")


HERE, THERE, DEAD = (numbered(9, number) for number in (1, 2, 3))  # processes


def picture(number: int) -> bytes | None:
    """A small picture's thumbnail; one of eight."""
    image = Image.new("RGB", (24, 16), (number % 8 * 30, 90, 200 - number % 8 * 20))
    image.putpixel((number % 8, 3), (255, 255, 255))
    stored = BytesIO()
    image.save(stored, "PNG")
    return thumbnail(Image.open(stored))


def graph_of(random: Random, number: int, judge: str, saves: str) -> dict:
    """One of the graphs that people build: judged or not, gated, merged or tried again."""
    seed = random.choice((number % 40, 2**64 - 1 - number % 9, 2**53 + number % 9))
    prompt = PROMPTS[number % len(PROMPTS)]
    nodes = {
        "1": ("CheckpointLoaderSimple", {"ckpt_name": MODELS[number % len(MODELS)]}),
        "2": ("CLIPTextEncode", {"text": prompt, "clip": ["1", 1]}),
        "3": ("KSampler", {
            "seed": seed, "steps": 20 + number % 3, "model": ["1", 0], "positive": ["2", 0],
        }),
        "4": ("VAEDecode", {"samples": ["3", 0], "vae": ["1", 2]}),
        "5": (judge, {"images": ["4", 0]}),
        "6": ("AnimeJob", {"project": "Winter"}),
    }  # fmt: skip
    if number % 5 == 0:
        nodes["8"] = ("LoraLoader", {"lora_name": "ink.safetensors", "strength_model": 0.65})
    if number % questions.EVERY == 0:
        more = {"cfg": 7.5, "sampler_name": "euler", "scheduler": "karras", "denoise": 1.0}
        nodes["3"][1].update(more)
    pictures, wired = ["4", 0], {}
    if saves == "gated":
        nodes["7"] = ("AnimeGate", {"report": ["5", 0], "images": ["4", 0], "level": "frame"})
        pictures = ["7", 0]
    elif saves == "merged":
        nodes["10"] = ("AnimeLoopScore", {"images": ["4", 0]})
        nodes["7"] = (
            "AnimeReportMerge",
            {"reports.report0": ["5", 0], "reports.report1": ["10", 0]},
        )
        wired = {"report": ["7", 0]}
    elif saves == "retried":
        nodes["7"] = ("AnimeRetryEnd", {"report": ["5", 0], "images": ["4", 0]})
        pictures = ["7", 0]
    if saves != "last":
        nodes["9"] = ("AnimeJobSave", {"job": ["6", 0], "images": pictures, **wired})
    return {key: {"class_type": kind, "inputs": given} for key, (kind, given) in nodes.items()}


def reports_of(random: Random, number: int, judge: str, saves: str) -> tuple[NodeReport, ...]:
    """What the graph's nodes showed."""
    rich = number % questions.EVERY == 0
    first = make_reports.MAKERS[judge](random, rich)
    if saves == "gated":
        first = make_reports.frames(random)
        return NodeReport("5", first), NodeReport("7", make_reports.kept(first))
    if saves == "merged":
        second = make_reports.loop(random, rich)
        both = make_reports.merged(first, second)
        return NodeReport("5", first), NodeReport("10", second), NodeReport("7", both)
    if saves == "retried":
        return (NodeReport("7", make_reports.retried(random, 2**64 - 2 + number % 2)),)
    if rich and number % 4 == 0:
        return NodeReport("5", first), NodeReport("5", make_reports.MAKERS[judge](random, False))
    return (NodeReport("5", first),)


def new_job(random: Random, number: int, era: int = EARLIER) -> Job:
    """A job with names, tags, source and process."""
    project, episode, scene, shot = SHOTS[random.randrange(len(SHOTS))]
    at = BEGIN + timedelta(minutes=17 * number, milliseconds=250 * (number % questions.EVERY == 0))
    return Job(
        id=numbered(era, number),
        prompt_id=None if number % 97 == 5 else f"p-{era:x}-{number // 2}",
        project=project, episode=episode, scene=scene, shot=shot,
        character=NAMES[random.randrange(len(NAMES))], tags=TAGS[random.randrange(len(TAGS))],
        created_at=at.astimezone(TOKYO) if number % 3 == 0 else at,
        client_id=None if number % 4 else "editor-1",
        source=JobSource.API if number % 4 else JobSource.EDITOR,
        process_id=(HERE, THERE)[number % 2],
        reproduced_from=numbered(era, number - 7) if number % 41 == 40 else None,
    )  # fmt: skip


def story(
    random: Random, number: int, era: int = EARLIER, state: JobState | None = None
) -> Iterator[Event]:
    """All that is said of one job, in the order of time."""
    job = new_job(random, number, era)
    state = state or random.choices(tuple(STATES), tuple(STATES.values()))[0]
    if state is JobState.LOST:
        job = replace(job, process_id=DEAD)
    judge = JUDGES[random.randrange(len(JUDGES))]
    kinds = ("last", "saved", "gated", "merged", "retried")
    saves = random.choices(kinds, (60, 24, 6, 5, 5))[0]
    graph = graph_of(random, number, judge, saves)
    workflow = {"version": 0.4, "nodes": [{"id": 1, "title": "読み込み"}], "extra": {"ds": None}}

    def event(of: type, place: int, seconds: float, *values, **named) -> Event:
        at = job.created_at + timedelta(seconds=seconds)
        return of(job, *values, id=numbered(era + 1, number * 16 + place), at=at, **named)

    if number % 23:  # else its beginning was never told
        yield event(JobQueued, 0, 0, graph, workflow if job.source is JobSource.EDITOR else None)
    if state is JobState.PENDING or number % 19 == 0:  # a late beginning comes after the end
        late = state is not JobState.PENDING
    else:
        late = False
        yield event(JobStarted, 1, 1.5)
    if state in (JobState.IN_PROGRESS, JobState.LOST):
        yield event(JobProgressed, 2, 2, (number % 7) / 7, "3" if number % 2 else None)
    files = number % 3 if state is JobState.COMPLETED and saves != "last" else number % 11 == 0
    for place in range(files if state not in (JobState.PENDING, JobState.LOST) else 0):
        webp = picture(number) if number % 2 else None
        yield event(ArtifactWritten, 3 + place, 40 + place, _file(number, place), webp)
    if state in (JobState.COMPLETED, JobState.FAILED, JobState.CANCELLED):
        yield event(
            JobFinished, 8, 61, state, job.created_at + timedelta(seconds=1.25),
            job.created_at + timedelta(seconds=60 + number % 13 / 8),
            ERRORS[number % 2] if state is JobState.FAILED else None,
            None if number % 23 else graph,
            () if number % 9 == 1 else reports_of(random, number, judge, saves),
            saved_by=((), ("9",))[files > 0] if number % 2 and saves != "last" else None,
        )  # fmt: skip
    if late:
        yield event(JobStarted, 1, 1.5)
    for place in range((number % 17 == 0) + (number % 34 == 0)):
        yield event(JobReviewed, 9 + place, 3600 * (2 - place), SAID[(number + place) % len(SAID)])


def _file(number: int, place: int) -> Artifact:
    kind, suffix, frames, fps = FILES[number % len(FILES)]
    path = f"{('Winter', '冬の物語/場面三', 'a b&c')[number % 3]}/{number:05}_{place}.{suffix}"
    sha256 = f"{number % 16:x}" * 64
    return Artifact(path, kind, 1000 + number % 50, sha256, 512, 768, frames, fps)


def characters(era: int = EARLIER, versions: int = 9) -> Iterator[CharacterSaved]:
    """Versions of characters of a library, with references of every kind."""
    for number in range(versions):
        name = NAMES[1 + number % 3]
        backend, region = (("ccip", "figure"), ("palette", "bust"))[number % 2]
        references = (
            CharacterReference("used", True, 1 / 3),
            CharacterReference("used", True, None),
            CharacterReference("nobody visible", False, None),
        )
        yield CharacterSaved(CharacterVersion(
            id=numbered(era + 2, number), name=name, folder=f"{name}-0123456789ab",
            version=1 + number // 3, sha256=f"{number:x}" * 64, model=f"{backend}/{region}",
            backend=backend, threshold=0.1 + 0.2 + number / 30, calibrated=number % 2 == 0,
            saved_at=BEGIN + timedelta(hours=number, milliseconds=125),
            references=references[: 1 + number % 3],
        ))  # fmt: skip


def as_shown(event: Event) -> Event:
    """The same end of a job, its reports as nodes show them: JSON that nobody has read yet."""
    if not isinstance(event, JobFinished):
        return event
    told = tuple(
        ShownReport(each.node_id, each.report.to_dict(), each.report.verdict, each.report.score)
        for each in event.reports
    )
    return replace(event, reports=(), shown=told)
