"""The node Merge Reports, which combines several reports into one."""

from collections.abc import Mapping

from comfy_api.latest import io

from ..models.gating.merge_rule import Rule, merge_by_rule
from ..models.report import Report
from .answers import SCORED_OUTPUTS, scored_output
from .sockets import ReportSocket

MOST_REPORTS = 32  # inputs that the node can grow to


class AnimeReportMerge(io.ComfyNode):
    """Node that merges reports: of character, loop and quality, or of several shots."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="AnimeReportMerge",
            display_name="Merge Reports (Anime)",
            category="Anime Production/Acting",
            description="Merges several reports into one, for one gate, one retry or one job. "
            "Every measurement gets its subject in front of its name, so that equal names stay "
            "apart.",
            search_aliases=["combine reports", "and", "or", "all scores", "any score", "join"],
            is_output_node=True,
            inputs=[
                io.Autogrow.Input(
                    "reports",
                    template=io.Autogrow.TemplatePrefix(
                        ReportSocket.Input("report", tooltip="A report."),
                        prefix="report",
                        min=1,
                        max=MOST_REPORTS,
                    ),
                    tooltip="The reports; connect one and the next input appears.",
                ),
                io.Combo.Input(
                    "rule",
                    options=Rule,
                    default=Rule.ALL,
                    optional=True,
                    tooltip="all: passes if every report passes; the weakest decides. any: passes "
                    "if one report does; the best decides.",
                ),
            ],
            outputs=[*SCORED_OUTPUTS],
        )

    @classmethod
    def execute(
        cls, reports: Mapping[str, Report | None], rule: str = Rule.ALL.value
    ) -> io.NodeOutput:
        connected = [each for each in reports.values() if each is not None]
        return scored_output(merge_by_rule(connected, Rule(rule)))
