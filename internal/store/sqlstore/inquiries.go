package sqlstore

import (
	"context"
	"time"

	"touchstone/internal/casework/inquiry"
)

var (
	_ inquiry.Store = (*Store)(nil)
	_ inquiry.Tx    = (*tx)(nil)
)

const inquiryColumns = `doc, request, version`

func scanInquiry(rows Rows) (i inquiry.Inquiry, err error) {
	var doc, request string
	var version int64
	if err := rows.Scan(&doc, &request, &version); err != nil {
		return i, err
	}
	err = decode(doc, &i)
	i.Request, i.Version = request, version
	return i, err
}

var inquiryTable = ownedTable[inquiry.Inquiry]{"inquiry", "inquiries", inquiryColumns, scanInquiry}

// Inquiry implements inquiry.Reader.
func (r reader) Inquiry(ctx context.Context, id string) (inquiry.Inquiry, error) {
	return inquiryTable.byID(ctx, r, id)
}

// InquiryByRequest implements inquiry.Reader.
func (r reader) InquiryByRequest(ctx context.Context, account, request string) (inquiry.Inquiry, error) {
	return inquiryTable.byRequest(ctx, r, account, request)
}

// Inquiries implements inquiry.Reader.
func (r reader) Inquiries(ctx context.Context, q inquiry.Query) ([]inquiry.Inquiry, error) {
	var w where
	w.equal("account", q.Account)
	if q.Subject != "" {
		w.add("subject = ? AND subject <> ''", q.Subject)
	}
	w.equal("state", q.State)
	w.equal("topic", q.Topic)
	if q.Assignee != "" {
		w.add("assignee = ? AND assignee <> ''", q.Assignee)
	}
	if q.Before != "" {
		w.add("id < ?", q.Before)
	}
	return list(ctx, r, scanInquiry, `SELECT `+inquiryColumns+` FROM inquiries`+w.sql+` ORDER BY id DESC LIMIT ?`, append(w.args, int64(q.Limit))...)
}

// DueInquiries implements inquiry.Reader.
func (r reader) DueInquiries(ctx context.Context, q inquiry.DueQuery) ([]inquiry.Inquiry, error) {
	var w where
	w.add("due_at > 0")
	if q.AfterID != "" {
		w.add("due_at >= ? AND (due_at > ? OR id > ?)", micros(q.AfterDue), micros(q.AfterDue), q.AfterID)
	}
	w.equal("topic", q.Topic)
	w.equal("assignee", q.Assignee)
	if q.Unassigned {
		w.add("assignee = ''")
	}
	return list(ctx, r, scanInquiry, `SELECT `+inquiryColumns+` FROM inquiries`+w.sql+` ORDER BY due_at, id LIMIT ?`, append(w.args, int64(q.Limit))...)
}

// OpenInquiries implements inquiry.Reader.
func (r reader) OpenInquiries(ctx context.Context, account string) (int, error) {
	n, err := one(ctx, r, "count of", account, scanCount, `SELECT COUNT(*) FROM inquiries WHERE account = ? AND state <> 'resolved'`, account)
	return int(n), err
}

func scanCount(rows Rows) (n int64, err error) { return n, rows.Scan(&n) }

// InquiryAlarms implements inquiry.Reader.
func (r reader) InquiryAlarms(ctx context.Context, now time.Time, limit int) ([]string, error) {
	return list(ctx, r, scanText, `SELECT id FROM inquiries WHERE alarm_at > 0 AND alarm_at <= ? ORDER BY alarm_at, id LIMIT ?`, micros(now), int64(limit))
}

// InquiryMessages implements inquiry.Reader.
func (r reader) InquiryMessages(ctx context.Context, id, after string, limit int) ([]inquiry.Message, error) {
	return list(ctx, r, scanDoc[inquiry.Message], `SELECT doc FROM inquiry_messages WHERE inquiry_id = ? AND id > ? ORDER BY id LIMIT ?`, id, after, int64(limit))
}

// PutInquiry implements inquiry.Tx.
func (t *tx) PutInquiry(ctx context.Context, i *inquiry.Inquiry) error {
	doc, err := encode(i)
	if err != nil {
		return err
	}
	due, alarm := micros(i.Due()), micros(i.Alarm())
	if i.Version == 0 {
		changed, err := t.exec(ctx, `INSERT INTO inquiries (id, account, subject, topic, state, assignee, due_at, alarm_at, request, version, doc)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?) ON CONFLICT DO NOTHING`,
			i.ID, i.Account, i.Subject, i.Topic, i.State, i.Assignee, due, alarm, i.Request, doc)
		return stored(&i.Version, changed, err, "inquiry", i.ID)
	}
	changed, err := t.exec(ctx, `UPDATE inquiries SET subject = ?, topic = ?, state = ?, assignee = ?, due_at = ?, alarm_at = ?, version = version + 1, doc = ? WHERE id = ? AND version = ?`,
		i.Subject, i.Topic, i.State, i.Assignee, due, alarm, doc, i.ID, i.Version)
	return stored(&i.Version, changed, err, "inquiry", i.ID)
}

// AddInquiryMessage implements inquiry.Tx.
func (t *tx) AddInquiryMessage(ctx context.Context, m inquiry.Message) error {
	doc, err := encode(m)
	if err != nil {
		return err
	}
	_, err = t.exec(ctx, `INSERT INTO inquiry_messages (inquiry_id, id, doc) VALUES (?, ?, ?)`, m.Inquiry, m.ID, doc)
	return err
}
