"""Socket types of the pack, each with the class of its values."""

from comfy_api.latest import io

# Boxes as core's detectors give them. Core's own input class has a default value: a box of 512 px.
BoxesSocket = io.Custom("BOUNDING_BOX")
CharacterSocket = io.Custom("ANIME_CHARACTER")  # models.character.sheet.Character
IdentityModelSocket = io.Custom("ANIME_IDENTITY_MODEL")  # models.character.detection.IdentityModel
JobSocket = io.Custom("ANIME_JOB")  # models.jobs.job.Job
ReportSocket = io.Custom("ANIME_REPORT")  # models.report.Report
