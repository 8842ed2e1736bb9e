-- How recent the loaded files of some entities are, by source and adapter. Parameter: the entities.
SELECT l.source, l.adapter, max(e.newest_event) AS newest, max(l.exported_at) AS exported_at, sum(e."read") AS records
FROM loads AS l
INNER JOIN load_entities AS e ON e.load_id = l.load_id
WHERE l.status = 'loaded' AND list_contains(CAST(? AS VARCHAR[]), e.entity)
GROUP BY l.source, l.adapter
ORDER BY l.source, l.adapter
