"""Carriers: on time by their own promise, how long parcels travel, and which go missing."""

from __future__ import annotations

from fulfillment_bi.metrics.catalog.facts import NOW, SIGNED, WHO
from fulfillment_bi.metrics.catalog.facts_service import CARRIER_DUE, PARCEL, SENT
from fulfillment_bi.metrics.types import Measure, Metric, Text, TimeBasis, count, total

DAY = 86400

PARCEL_DRILL = (
    *WHO,
    "tracking_no",
    "lane",
    "parcel_state",
    "exception",
    "marked_at",
    "first_scan_at",
    "last_scan_at",
    "delivered_at",
    "promised_at",
)
TRANSIT_COUNT = count(known="transit_seconds")


def share_of_parcels(basis: TimeBasis, among: str, those: str) -> Measure:
    """Parcels with the flag `those`, of the parcels with the flag `among`."""
    return Measure(PARCEL, basis, numerator=count(among, those), denominator=count(among), drill=PARCEL_DRILL)


def transit(quantile: float | None) -> Measure:
    """The time from the first scan to the signature: a quantile of it, or with None its mean."""
    return Measure(
        PARCEL,
        SIGNED,
        numerator=TRANSIT_COUNT,
        denominator=TRANSIT_COUNT,
        mean=total("transit_seconds") if quantile is None else None,
        quantile=None if quantile is None else ("transit_seconds", quantile),
        durations=True,
        drill=(*PARCEL_DRILL, "transit_seconds"),
    )


METRICS = (
    Metric(
        "parcels",
        Text("包裹数", "Parcels"),
        Text("期间内交寄的包裹数。", "Parcels handed over in the period."),
        {"order": Measure(PARCEL, SENT, numerator=count(known="sent_at"), drill=PARCEL_DRILL)},
        unit="count",
        direction="none",
        minimum_sample=1,
        area="logistics",
    ),
    Metric(
        "carrier_on_time_rate",
        Text("物流准时率", "Carrier on-time rate"),
        Text(
            "承运商承诺到期的包裹中，按承诺签收的比例；逾期未签收即为延误，客户拒收不计。",
            "Of the parcels whose carrier's promise fell due, the share delivered by it; undelivered past it is late, "
            "refused by the customer does not count.",
        ),
        {"order": share_of_parcels(CARRIER_DUE, "is_due", "is_on_time")},
        unit="rate",
        direction="up",
        target=0.95,
        warning=0.92,
        critical=0.88,
        area="logistics",
    ),
    Metric(
        "transit_time",
        Text("运输时长中位数", "Transit time, median"),
        Text("从揽收首扫到签收的时间，一半包裹不超过它。", "Time from first scan to delivery that half stay within."),
        {"order": transit(0.5)},
        unit="days",
        direction="down",
        scale=DAY,
        area="logistics",
    ),
    Metric(
        "transit_time_p90",
        Text("运输时长 P90", "Transit time, P90"),
        Text("从揽收首扫到签收的时间，九成包裹不超过它。", "Time from first scan to delivery nine in ten stay within."),
        {"order": transit(0.9)},
        unit="days",
        direction="down",
        scale=DAY,
        area="logistics",
    ),
    Metric(
        "transit_time_mean",
        Text("平均运输时长", "Transit time, mean"),
        Text("从揽收首扫到签收的平均时间。", "Mean time from first scan to delivery."),
        {"order": transit(None)},
        unit="days",
        direction="down",
        scale=DAY,
        area="logistics",
    ),
    Metric(
        "stalled_parcel_rate",
        Text("物流停滞率", "Stalled parcels"),
        Text(
            "截至最新数据在途的包裹中，超过 48 小时没有新扫描的比例。",
            "Of the parcels in transit as of the newest data, the share without a scan for 48 hours.",
        ),
        {"order": share_of_parcels(NOW, "is_in_transit", "is_stalled")},
        unit="rate",
        direction="down",
        target=0.02,
        warning=0.04,
        critical=0.08,
        area="logistics",
    ),
    Metric(
        "lost_parcel_rate",
        Text("丢件率", "Lost parcels"),
        Text(
            "期间内交寄的包裹中，承运商报告丢失的比例（千分比）。",
            "Of the parcels handed over, those their carrier reports as lost, per mille.",
        ),
        {"order": share_of_parcels(SENT, "exceptions_known", "is_lost")},
        unit="permille",
        direction="down",
        target=0.0005,
        warning=0.001,
        critical=0.002,
        minimum_sample=1000,
        area="logistics",
    ),
    Metric(
        "damaged_parcel_rate",
        Text("破损率", "Damaged parcels"),
        Text(
            "期间内交寄的包裹中，承运商报告破损的比例（千分比）。",
            "Of the parcels handed over, those their carrier reports as damaged, per mille.",
        ),
        {"order": share_of_parcels(SENT, "exceptions_known", "is_damaged")},
        unit="permille",
        direction="down",
        target=0.001,
        warning=0.002,
        critical=0.004,
        minimum_sample=1000,
        area="logistics",
    ),
    Metric(
        "returned_parcel_rate",
        Text("退件率", "Returned parcels"),
        Text(
            "期间内交寄的包裹中，被退回或拒收的比例。",
            "Of the parcels handed over, the share sent back or refused.",
        ),
        {"order": share_of_parcels(SENT, "exceptions_known", "is_returned")},
        unit="rate",
        direction="down",
        area="logistics",
    ),
    Metric(
        "claimed_parcel_rate",
        Text("理赔率", "Claimed parcels"),
        Text(
            "期间内交寄的包裹中，已向承运商索赔的比例（千分比）。",
            "Of the parcels handed over, those claimed from their carrier, per mille.",
        ),
        {"order": share_of_parcels(SENT, "claims_known", "is_claimed")},
        unit="permille",
        direction="down",
        minimum_sample=1000,
        area="logistics",
    ),
    Metric(
        "valid_tracking_rate",
        Text("有效运单率", "Valid tracking rate"),
        Text(
            "已交寄满 24 小时或已有扫描的包裹中，至少有一次扫描的比例。",
            "Of the parcels handed over a day ago or scanned already, the share with at least one scan.",
        ),
        {"order": share_of_parcels(SENT, "tracking_due", "has_scan")},
        unit="rate",
        direction="up",
        target=0.98,
        warning=0.96,
        critical=0.93,
        area="logistics",
    ),
)
