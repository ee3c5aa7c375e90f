"""The pack's own socket types, and what travels on them."""

from comfy_api.latest import io

CharacterSocket = io.Custom("ANIME_CHARACTER")  # models.character.sheet.Character
JobSocket = io.Custom("ANIME_JOB")  # models.jobs.job.Job
ReportSocket = io.Custom("ANIME_REPORT")  # models.report.Report
