package sqlstore

import (
	"context"
	"errors"
	"strings"
	"time"

	"touchstone/internal/casework"
	"touchstone/internal/casework/docket"
	"touchstone/internal/casework/inquiry"
	"touchstone/internal/casework/privacy"
)

var (
	_ privacy.Store = (*Store)(nil)
	_ privacy.Tx    = (*tx)(nil)
)

// Erasure implements privacy.Reader.
func (r reader) Erasure(ctx context.Context, id string) (privacy.Erasure, error) {
	return one(ctx, r, "erasure", id, scanDoc[privacy.Erasure], `SELECT doc FROM erasures WHERE id = ?`, id)
}

// Erasures implements privacy.Reader.
func (r reader) Erasures(ctx context.Context, before string, limit int) ([]privacy.Erasure, error) {
	var w where
	if before != "" {
		w.add("id < ?", before)
	}
	return list(ctx, r, scanDoc[privacy.Erasure], `SELECT doc FROM erasures`+w.sql+` ORDER BY id DESC LIMIT ?`, append(w.args, int64(limit))...)
}

// DueErasures implements privacy.Reader.
func (r reader) DueErasures(ctx context.Context, now time.Time, limit int) ([]privacy.Erasure, error) {
	return list(ctx, r, scanDoc[privacy.Erasure], `SELECT doc FROM erasures WHERE next_at > 0 AND next_at <= ? ORDER BY next_at, id LIMIT ?`, micros(now), int64(limit))
}

// RetentionCursor implements privacy.Reader.
func (r reader) RetentionCursor(ctx context.Context, class string) (string, error) {
	at, err := one(ctx, r, "class", class, scanText, `SELECT position FROM retention_cursors WHERE class = ?`, class)
	if errors.Is(err, casework.ErrNotFound) {
		return "", nil
	}
	return at, err
}

// NoticesAfter implements privacy.Reader.
func (r reader) NoticesAfter(ctx context.Context, after, before string, limit int) ([]docket.Notice, error) {
	return list(ctx, r, scanNotice, `SELECT `+noticeColumns+` FROM notices WHERE id > ? AND id < ? ORDER BY id LIMIT ?`, after, before, int64(limit))
}

// InquiriesAfter implements privacy.Reader.
func (r reader) InquiriesAfter(ctx context.Context, after, before string, limit int) ([]inquiry.Inquiry, error) {
	return list(ctx, r, scanInquiry, `SELECT `+inquiryColumns+` FROM inquiries WHERE id > ? AND id < ? ORDER BY id LIMIT ?`, after, before, int64(limit))
}

// PutErasure implements privacy.Tx.
func (t *tx) PutErasure(ctx context.Context, e privacy.Erasure) error {
	doc, err := encode(e)
	if err != nil {
		return err
	}
	_, err = t.exec(ctx, `INSERT INTO erasures (id, next_at, doc) VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET next_at = excluded.next_at, doc = excluded.doc`, e.ID, micros(e.NextAt), doc)
	return err
}

// PutRetentionCursor implements privacy.Tx.
func (t *tx) PutRetentionCursor(ctx context.Context, class, cursor string) error {
	_, err := t.exec(ctx, `INSERT INTO retention_cursors (class, position) VALUES (?, ?) ON CONFLICT (class) DO UPDATE SET position = excluded.position`, class, cursor)
	return err
}

// EraseEvents implements privacy.Tx. Sellers stand in the data of events as JSON texts; what parties wrote stands in those of contests
// and questions, which are emptied.
func (t *tx) EraseEvents(ctx context.Context, caseID, marketplace, seller, pseudonym string) error {
	if caseID != "" {
		_, err := t.exec(ctx, `UPDATE events SET data = '' WHERE case_id = ? AND kind IN (?, ?)`, caseID, docket.EventContested, docket.EventAsked)
		if err != nil {
			return err
		}
	}
	if seller == "" {
		return nil
	}
	from, err := encode(seller)
	if err != nil {
		return err
	}
	to, err := encode(pseudonym)
	if err != nil {
		return err
	}
	_, err = t.exec(ctx, `UPDATE events SET seller = ?, data = replace(data, ?, ?) WHERE case_id = ? AND marketplace = ? AND seller = ?`,
		pseudonym, `"seller":`+from, `"seller":`+to, caseID, marketplace, seller)
	return err
}

// EraseSubject implements privacy.Tx.
func (t *tx) EraseSubject(ctx context.Context, caseID, seller, pseudonym string) error {
	_, err := t.exec(ctx, `UPDATE cases SET subject = replace(subject, ?, ?) WHERE id = ?`, "store:"+seller+" ", "store:"+pseudonym+" ", caseID)
	return err
}

// MoveStore implements privacy.Tx.
func (t *tx) MoveStore(ctx context.Context, marketplace, seller, pseudonym string) error {
	if _, err := t.exec(ctx, `UPDATE ledger SET seller = ? WHERE marketplace = ? AND seller = ?`, pseudonym, marketplace, seller); err != nil {
		return err
	}
	s, err := t.Storefront(ctx, marketplace, seller)
	if errors.Is(err, casework.ErrNotFound) {
		err = nil
	} else if err == nil {
		s.Seller = pseudonym
		err = t.PutStorefront(ctx, s)
	}
	if err != nil {
		return err
	}
	_, err = t.exec(ctx, `DELETE FROM storefronts WHERE marketplace = ? AND seller = ?`, marketplace, seller)
	return err
}

// EraseMessages implements privacy.Tx.
func (t *tx) EraseMessages(ctx context.Context, inquiryID, text string) (int, error) {
	n := 0
	for after := ""; ; {
		messages, err := t.InquiryMessages(ctx, inquiryID, after, 100)
		if err != nil || len(messages) == 0 {
			return n, err
		}
		for _, m := range messages {
			m.Text, m.Files = text, nil
			if !strings.HasPrefix(m.By, "machine:") && m.Side == inquiry.SideInquirer {
				m.By = text
			}
			doc, err := encode(m)
			if err != nil {
				return n, err
			}
			if _, err := t.exec(ctx, `UPDATE inquiry_messages SET doc = ? WHERE inquiry_id = ? AND id = ?`, doc, inquiryID, m.ID); err != nil {
				return n, err
			}
			after, n = m.ID, n+1
		}
	}
}
