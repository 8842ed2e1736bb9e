"""How long each stage takes, and which one is the bottleneck: the stage that breaks most promises."""

from __future__ import annotations

from collections.abc import Mapping

from fulfillment_bi.charts import theme as look
from fulfillment_bi.charts.bars import Stage, stages
from fulfillment_bi.i18n import numbers
from fulfillment_bi.metrics.dimensions import STAGES
from fulfillment_bi.metrics.query import Query
from fulfillment_bi.web import wording
from fulfillment_bi.web.state import View, explaining
from fulfillment_bi.web.tile import Answers, Shown, Tile
from fulfillment_bi.web.tiles.broken import FIXED
from fulfillment_bi.web.wording import Value, escaped


def stage_times(page: str) -> Tile:
    """Median and P90 by stage in the order of the process."""

    def ask(view: View) -> Mapping[str, Query]:
        return {
            "median": view.query("stage_time", by=("stage",)),
            "slow": view.query("stage_time_p90", by=("stage",), compare="none"),
            "broken": view.query("otif_failures", by=("break_stage",), compare="none", **FIXED),
        }

    def show(view: View, answers: Answers) -> Shown:
        found = answers["median"]
        medians = {r["stage"]: wording.value_of(r, "stage_time", found) for r in found.records()}
        slow = {r["stage"]: r["stage_time_p90"] for r in answers["slow"].records()}
        title = view.text("stages.title")
        present = [stage for stage in STAGES if stage in medians and medians[stage].value is not None]
        if not present:
            return Shown(look.nothing(view.theme, view.language, view.text("empty.period")), title)
        worst, share = bottleneck({r["break_stage"]: r["otif_failures"] or 0 for r in answers["broken"].records()})
        items = [_stage(view, stage, medians[stage], slow.get(stage), stage == worst) for stage in present]
        note = view.text("stages.legend")
        if worst in present:
            title = view.text("stages.bottleneck", stage=view.label("stage", worst))
            note = view.text("stages.share", share=numbers.percent(view.language, share, digits=0)) + " · " + note
        return Shown(stages(items, view.theme, view.language), title, note)

    return Tile(f"{page}-stages", "chart", ask, show, "stage_time", filed=("median", "slow"))


def bottleneck(broken: Mapping[str, float]) -> tuple[str, float]:
    """The stage that broke most promises and its share of those broken by a stage; ("", 0) when none did."""
    by_stage = {stage: count for stage, count in broken.items() if stage in STAGES and count}
    if not by_stage:
        return "", 0.0
    worst = max(by_stage, key=lambda stage: by_stage[stage])
    return worst, by_stage[worst] / sum(by_stage.values())


def _stage(view: View, stage: str, median: Value, slow: float | None, worst: bool) -> Stage:
    name = view.label("stage", stage)
    hover = view.text(
        "stages.hover",
        median=numbers.duration(view.language, median.value),
        slow=numbers.duration(view.language, slow),
        count=numbers.number(view.language, median.d),
    )
    sentence = f"<b>{escaped(name)}</b><br>{hover}"
    changed = wording.change_words(view.language, median)
    if changed:
        sentence += f"<br>{changed} {view.text('hover.against')}"
    return Stage(
        name,
        median.value,
        slow,
        numbers.duration(view.language, median.value),
        sentence,
        explaining("stage_time", stage=stage),
        worst,
        median.before,
    )
