-- +goose Up
-- Suspensions are a handful among millions of events: the transparency report finds them without reading the feed.
CREATE INDEX events_measures ON events (at, seq) WHERE kind IN ('store.freeze', 'store.close', 'notifier.suspended');

-- +goose Down
DROP INDEX events_measures;
