package sqlstore

import (
	"context"
	"fmt"
	"hash/fnv"
	"time"

	"touchstone/internal/audit"
	"touchstone/internal/casework"
	"touchstone/internal/casework/docket"
)

// tx is a transaction; events and audit rows wait in it for the commit.
type tx struct {
	reader
	events []docket.Event
	audits []audit.Event
	read   map[string]readCase
}

// readCase is how a case was counted in the version in which the transaction read it.
type readCase struct {
	tallied
	version int64
}

// Case implements docket.Reader. What it is counted by is remembered for PutCase, which changes that version or none.
func (t *tx) Case(ctx context.Context, id string) (docket.Case, error) {
	c, err := t.reader.Case(ctx, id)
	if err == nil {
		t.remember(c)
	}
	return c, err
}

func (t *tx) remember(c docket.Case) {
	if t.read == nil {
		t.read = map[string]readCase{}
	}
	t.read[c.ID] = readCase{of(c), c.Version}
}

// counted is how a case is counted in a version of it.
func (t *tx) counted(ctx context.Context, id string, version int64) (tallied, error) {
	if known, ok := t.read[id]; ok && known.version == version {
		return known.tallied, nil
	}
	return one(ctx, t.reader, "case", id, scanTallied, `SELECT queue, marketplace, band, waiting FROM cases WHERE id = ?`, id)
}

const noticeColumns = `doc, request, version`

func scanNotice(rows Rows) (n docket.Notice, err error) {
	var doc, request string
	var version int64
	if err := rows.Scan(&doc, &request, &version); err != nil {
		return n, err
	}
	err = decode(doc, &n)
	n.Request, n.Version = request, version
	return n, err
}

var noticeTable = ownedTable[docket.Notice]{"notice", "notices", noticeColumns, scanNotice}

// Notice implements docket.Reader.
func (r reader) Notice(ctx context.Context, id string) (docket.Notice, error) {
	return noticeTable.byID(ctx, r, id)
}

// NoticeByRequest implements docket.Reader.
func (r reader) NoticeByRequest(ctx context.Context, account, request string) (docket.Notice, error) {
	return noticeTable.byRequest(ctx, r, account, request)
}

// Notices implements docket.Reader.
func (r reader) Notices(ctx context.Context, q docket.NoticeQuery) ([]docket.Notice, error) {
	var w where
	w.equal("account", q.Account)
	w.equal("holder_id", q.Holder)
	w.equal("right_id", q.Right)
	w.equal("state", q.State)
	if q.Before != "" {
		w.add("id < ?", q.Before)
	}
	return list(ctx, r, scanNotice, `SELECT `+noticeColumns+` FROM notices`+w.sql+` ORDER BY id DESC LIMIT ?`, append(w.args, int64(q.Limit))...)
}

// PutNotice implements docket.Tx.
func (t *tx) PutNotice(ctx context.Context, n *docket.Notice) error {
	doc, err := encode(n)
	if err != nil {
		return err
	}
	if n.Version == 0 {
		changed, err := t.exec(ctx, `INSERT INTO notices (id, account, holder_id, right_id, state, request, version, doc) VALUES (?, ?, ?, ?, ?, ?, 1, ?) ON CONFLICT DO NOTHING`,
			n.ID, n.Account, n.Holder, n.Right, n.State, n.Request, doc)
		return stored(&n.Version, changed, err, "notice", n.ID)
	}
	changed, err := t.exec(ctx, `UPDATE notices SET state = ?, version = version + 1, doc = ? WHERE id = ? AND version = ?`, n.State, doc, n.ID, n.Version)
	return stored(&n.Version, changed, err, "notice", n.ID)
}

// stored counts a version on, or says that another was faster.
func stored(version *int64, changed int64, err error, what, id string) error {
	if err != nil {
		return err
	}
	if changed == 0 {
		return fmt.Errorf("%w: %s %s was changed by another meanwhile; read it again", casework.ErrConflict, what, id)
	}
	*version++
	return nil
}

const caseColumns = `doc, subject, version`

func scanCase(rows Rows) (c docket.Case, err error) {
	var doc, subject string
	var version int64
	if err := rows.Scan(&doc, &subject, &version); err != nil {
		return c, err
	}
	err = decode(doc, &c)
	c.Subject, c.Version = subject, version
	return c, err
}

// Case implements docket.Reader.
func (r reader) Case(ctx context.Context, id string) (docket.Case, error) {
	return one(ctx, r, "case", id, scanCase, `SELECT `+caseColumns+` FROM cases WHERE id = ?`, id)
}

// Cases implements docket.Reader.
func (r reader) Cases(ctx context.Context, q docket.CaseQuery) ([]docket.Case, error) {
	var w where
	w.equal("notice_id", q.Notice)
	if q.Notice != "" {
		w.add("notice_id <> ''")
	}
	for _, c := range []struct{ column, value string }{{"right_id", q.Right}, {"seller", q.Seller}, {"marketplace", q.Marketplace}, {"holder_id", q.Holder},
		{"account", q.Account}, {"state", q.State}, {"outcome", q.Outcome}} {
		w.equal(c.column, c.value)
	}
	if q.Decided {
		w.add("outcome <> ''")
	}
	if q.Before != "" {
		w.add("id < ?", q.Before)
	}
	return list(ctx, r, scanCase, `SELECT `+caseColumns+` FROM cases`+w.sql+` ORDER BY id DESC LIMIT ?`, append(w.args, int64(q.Limit))...)
}

// CasesOn implements docket.Reader.
func (r reader) CasesOn(ctx context.Context, subject string, limit int) ([]docket.Case, error) {
	return list(ctx, r, scanCase, `SELECT `+caseColumns+` FROM cases WHERE subject = ? ORDER BY id DESC LIMIT ?`, subject, int64(limit))
}

// OpenCases implements docket.Tx.
func (t *tx) OpenCases(ctx context.Context, noticeID string) (int, error) {
	return one(ctx, t.reader, "count", noticeID, func(rows Rows) (n int, err error) { return n, rows.Scan(&n) },
		`SELECT count(*) FROM cases WHERE notice_id = ? AND notice_id <> '' AND undecided = 1`, noticeID)
}

// PutCase implements docket.Tx.
func (t *tx) PutCase(ctx context.Context, c *docket.Case, rank int64) error {
	doc, err := encode(c)
	if err != nil {
		return err
	}
	if c.Version == 0 {
		changed, err := t.exec(ctx, `INSERT INTO cases (id, subject, notice_id, account, holder_id, right_id, marketplace, seller, signal, band, state, outcome, undecided,
			waiting, queue, rank, opened_at, lease_until, alarm_at, report, version, doc) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?) ON CONFLICT DO NOTHING`,
			c.ID, c.Subject, c.Notice, c.Account, c.Holder, c.Right, c.Marketplace, c.Seller, c.Signal, c.Band, c.State, c.Outcome, truth(c.Undecided()),
			truth(c.Waiting()), c.Queue, rank, micros(c.OpenedAt), micros(c.LeasedUntil()), micros(c.Alarm()), c.Report, doc)
		if err := stored(&c.Version, changed, err, "case", c.ID); err != nil {
			return err
		}
		return t.tally(ctx, tallied{}, of(*c), c.ID)
	}
	before, err := t.counted(ctx, c.ID, c.Version)
	if err != nil {
		return err
	}
	changed, err := t.exec(ctx, `UPDATE cases SET seller = ?, signal = ?, band = ?, state = ?, outcome = ?, undecided = ?, waiting = ?, queue = ?, rank = ?,
		lease_until = ?, alarm_at = ?, report = ?, version = version + 1, doc = ? WHERE id = ? AND version = ?`,
		c.Seller, c.Signal, c.Band, c.State, c.Outcome, truth(c.Undecided()), truth(c.Waiting()), c.Queue, rank,
		micros(c.LeasedUntil()), micros(c.Alarm()), c.Report, doc, c.ID, c.Version)
	if err := stored(&c.Version, changed, err, "case", c.ID); err != nil {
		return err
	}
	t.remember(*c)
	return t.tally(ctx, before, of(*c), c.ID)
}

// tallied is the row of the counts in which a case is counted, if it waits.
type tallied struct {
	queue, marketplace, band string
	waiting                  bool
}

func of(c docket.Case) tallied { return tallied{c.Queue, c.Marketplace, c.Band, c.Waiting()} }

func scanTallied(rows Rows) (t tallied, err error) {
	var waiting int64
	err = rows.Scan(&t.queue, &t.marketplace, &t.band, &waiting)
	t.waiting = waiting == 1
	return t, err
}

// shards is how many rows a count is spread over.
const shards = 16

// tally moves a case from one count to another. A case always counts in the same shard.
func (t *tx) tally(ctx context.Context, before, after tallied, id string) error {
	if before == after {
		return nil
	}
	h := fnv.New32a()
	h.Write([]byte(id))
	shard := int64(h.Sum32() % shards)
	add := func(k tallied, n int64) error {
		return t.later(ctx, `INSERT INTO queue_tallies (queue, marketplace, band, shard, waiting) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT (queue, marketplace, band, shard) DO UPDATE SET waiting = queue_tallies.waiting + excluded.waiting`, k.queue, k.marketplace, k.band, shard, n)
	}
	if before.waiting {
		if err := add(before, -1); err != nil {
			return err
		}
	}
	if after.waiting {
		return add(after, 1)
	}
	return nil
}

// QueueCounts implements docket.Reader.
func (r reader) QueueCounts(ctx context.Context) ([]docket.QueueCount, error) {
	return list(ctx, r, func(rows Rows) (c docket.QueueCount, err error) {
		return c, rows.Scan(&c.Queue, &c.Marketplace, &c.Band, &c.Waiting)
	}, `SELECT queue, marketplace, band, sum(waiting) FROM queue_tallies GROUP BY queue, marketplace, band HAVING sum(waiting) <> 0 ORDER BY queue, marketplace, band`)
}

// Queue implements docket.Reader. The first restriction that is given, in the order of how few cases it leaves, finds the rows by its
// index; the others are compared in a form that no index has, so that none takes its place.
func (r reader) Queue(ctx context.Context, q docket.QueueQuery) ([]docket.QueueEntry, error) {
	var w where
	w.add("waiting = 1")
	w.add("queue = ?", q.Queue)
	found := false
	for _, c := range []struct{ column, value string }{{"right_id", q.Right}, {"seller", q.Seller}, {"holder_id", q.Holder}, {"band", q.Band}, {"signal", q.Signal}, {"marketplace", q.Marketplace}} {
		switch {
		case c.value == "":
		case !found:
			w.add(c.column+" = ?", c.value)
			found = true
		default:
			w.add(c.column+" || '' = ?", c.value)
		}
	}
	if q.AfterID != "" {
		w.add("(rank, id) > (?, ?)", q.AfterRank, q.AfterID)
	}
	if !q.OpenedBefore.IsZero() {
		w.add("opened_at < ?", micros(q.OpenedBefore))
	}
	if !q.FreeAt.IsZero() {
		w.add("lease_until <= ?", micros(q.FreeAt))
	}
	query := `SELECT rank, ` + caseColumns + ` FROM cases` + w.sql + ` ORDER BY rank, id LIMIT ?`
	if q.Lock && r.writes {
		query += " " + r.dialect.SkipLocked
	}
	return list(ctx, r, func(rows Rows) (e docket.QueueEntry, err error) {
		e.Case, err = scanCase(ranked{rows, &e.Rank})
		return e, err
	}, query, append(w.args, int64(q.Limit))...)
}

// ranked scans a rank before the rest of a row.
type ranked struct {
	Rows
	rank *int64
}

func (r ranked) Scan(dest ...any) error { return r.Rows.Scan(append([]any{r.rank}, dest...)...) }

// Alarms implements docket.Reader.
func (r reader) Alarms(ctx context.Context, now time.Time, limit int) ([]string, error) {
	return list(ctx, r, scanText, `SELECT id FROM cases WHERE alarm_at > 0 AND alarm_at <= ? ORDER BY alarm_at, id LIMIT ?`, micros(now), int64(limit))
}
