-- One row per parcel: those a carrier knows, and those a warehouse or platform says it handed over that none knows.
-- A parcel belongs to the order it names; where we have no such order, to the one whose shipment notice has its number.
-- Grain: parcel_key.
WITH event AS (
    SELECT carrier, tracking_no, min(event_at) AS first_at, max(event_at) AS last_at
    FROM state_parcel_events
    GROUP BY carrier, tracking_no
),

reported AS (
    SELECT
        p.channel, p.order_no, p.tracking_no,
        coalesce(min(p.carrier) FILTER (WHERE p.carrier <> 'unknown'), 'unknown') AS carrier,
        min(p.origin) AS origin,
        min(p.destination) AS destination,
        min(p.promised_at) AS promised_at,
        coalesce(min(p.first_scan_at) FILTER (WHERE p._by_carrier), min(p.first_scan_at), min(event.first_at)) AS first_scan_at,
        greatest(max(p.last_scan_at), max(event.last_at)) AS tracked_at,
        coalesce(max(p.delivered_at) FILTER (WHERE p._by_carrier), max(p.delivered_at)) AS delivered_at,
        min(p.exception) AS exception,
        bool_or(p.claimed) AS is_claimed,
        coalesce(sum(p.freight_cost) FILTER (WHERE p._by_carrier), sum(p.freight_cost)) AS freight_cost
    FROM int_waybill AS p
    LEFT JOIN event ON event.tracking_no = p.tracking_no AND (event.carrier = p.carrier OR 'unknown' IN (event.carrier, p.carrier))
    GROUP BY p.channel, p.order_no, p.tracking_no, CASE WHEN p.order_no IS NULL THEN p.carrier END
),

parcel AS (
    SELECT
        row_number() OVER (ORDER BY r.channel, r.order_no, r.tracking_no, r.carrier) AS parcel_no,
        count(*) OVER (PARTITION BY r.tracking_no) AS candidates,
        r.*,
        o.order_key
    FROM reported AS r
    LEFT JOIN int_order AS o ON o.channel = r.channel AND o.order_no = r.order_no
),

notice AS (
    SELECT
        row_number() OVER (ORDER BY f.order_key, f.tracking_no) AS notice_no,
        f.order_key, f.tracking_no,
        coalesce(min(f.carrier) FILTER (WHERE f.carrier <> 'unknown'), 'unknown') AS carrier,
        CASE WHEN min(f.warehouse) = max(f.warehouse) THEN min(f.warehouse) WHEN count(f.warehouse) > 0 THEN 'several' END AS warehouse,
        coalesce(min(f.at_platform), min(f.at_warehouse)) AS marked_at
    FROM int_report AS f
    WHERE f.tracking_no IS NOT NULL
    GROUP BY f.order_key, f.tracking_no
),

pair AS (
    SELECT
        parcel.parcel_no, notice.notice_no,
        row_number() OVER (
            PARTITION BY parcel.parcel_no
            ORDER BY coalesce(parcel.order_key = notice.order_key, false) DESC, parcel.carrier = notice.carrier DESC, notice.order_key
        ) AS place
    FROM parcel
    INNER JOIN notice ON notice.tracking_no = parcel.tracking_no
        AND (parcel.order_key = notice.order_key OR parcel.carrier = notice.carrier OR parcel.candidates = 1)
)

SELECT
    row_number() OVER (ORDER BY is_reported DESC, number) AS parcel_key, known.* EXCLUDE (is_reported, number)
FROM (
    SELECT
        true AS is_reported, parcel.parcel_no AS number, coalesce(parcel.order_key, notice.order_key) AS order_key,
        parcel.channel, parcel.order_no, parcel.tracking_no,
        coalesce(nullif(parcel.carrier, 'unknown'), notice.carrier, 'unknown') AS carrier,
        notice.warehouse, notice.marked_at, parcel.origin, parcel.destination, parcel.promised_at,
        parcel.first_scan_at, parcel.tracked_at, parcel.delivered_at, parcel.exception, parcel.is_claimed, parcel.freight_cost
    FROM parcel
    LEFT JOIN pair ON pair.parcel_no = parcel.parcel_no AND pair.place = 1
    LEFT JOIN notice ON notice.notice_no = pair.notice_no AND coalesce(parcel.order_key = notice.order_key, true)
    UNION ALL BY NAME
    SELECT false AS is_reported, notice_no AS number, order_key, tracking_no, carrier, warehouse, marked_at
    FROM notice
    -- A number that some parcel answers to travels with it: several orders in one parcel are one parcel.
    WHERE notice_no NOT IN (SELECT notice_no FROM pair)
) AS known
