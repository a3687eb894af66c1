-- +goose Up
-- Removals that the service made by itself are told from those that a person decided (internal/casework/followup).
UPDATE past SET doc = (past.doc::jsonb || jsonb_build_object('automatic', true, 'final_at', c.doc::jsonb -> 'appeal_by'))::text FROM cases c
WHERE c.id = past.case_id AND past.doc::jsonb ->> 'removed' = 'true' AND c.doc::jsonb -> 'decision' ->> 'automation' = 'full';

-- +goose Down
UPDATE past SET doc = (doc::jsonb - 'automatic' - 'final_at' - 'grounds')::text;
