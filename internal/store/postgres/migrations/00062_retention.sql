-- +goose Up
-- What a case rests on is kept as long as the case: the report is found by it.
ALTER TABLE cases ADD COLUMN report TEXT COLLATE "C" NOT NULL DEFAULT '';
UPDATE cases SET report = coalesce(doc::json ->> 'report', '');
CREATE INDEX cases_report ON cases (report) WHERE report <> '' AND state <> 'closed';
CREATE INDEX batch_lines_report ON batch_lines (report_id);

-- +goose Down
DROP INDEX batch_lines_report;
DROP INDEX cases_report;
ALTER TABLE cases DROP COLUMN report;
