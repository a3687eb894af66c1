-- +goose Up
-- Removals that the service made by itself are told from those that a person decided (internal/casework/followup).
UPDATE past SET doc = (SELECT json_set(past.doc, '$.automatic', json('true'), '$.final_at', json_extract(c.doc, '$.appeal_by')) FROM cases c WHERE c.id = past.case_id)
WHERE json_extract(doc, '$.removed') = 1 AND EXISTS (SELECT 1 FROM cases c WHERE c.id = past.case_id AND json_extract(c.doc, '$.decision.automation') = 'full');

-- +goose Down
UPDATE past SET doc = json_remove(doc, '$.automatic', '$.final_at', '$.grounds');
