//go:build bench

package bench

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"touchstone/internal/policy"
	"touchstone/internal/store/postgres"
	"touchstone/internal/store/postgres/pgtest"
)

// TestBenchCaseworkPostgres is TestBenchCasework on a PostgreSQL server of its own, as its makers set it up, but for the memory of a small
// machine. Its rows are brought by COPY and made by the server; the CPU that is printed is the client's.
func TestBenchCaseworkPostgres(t *testing.T) {
	server, err := pgtest.Start("shared_buffers=1GB", "max_wal_size=1GB")
	pgtest.Need(t, err)
	t.Cleanup(server.Stop)
	address := server.Address("postgres")
	s, err := postgres.Open(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	begin := time.Now()
	fillRegistry(t, s, *benchCases)
	conn, err := pgx.Connect(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	copyCases(t, conn, *benchCases)
	run := func(query string, args ...any) {
		t.Helper()
		if _, err := conn.Exec(t.Context(), query, args...); err != nil {
			t.Fatal(err)
		}
	}
	run(`INSERT INTO queue_tallies (queue, marketplace, band, shard, waiting) SELECT queue, marketplace, band, 0, count(*) FROM cases WHERE waiting = 1 GROUP BY queue, marketplace, band`)
	run(`INSERT INTO events (seq, kind, case_id, notice_id, account, holder_id, marketplace, seller, at, data)
		SELECT row_number() OVER (ORDER BY id), 'case.opened', id, '', account, holder_id, marketplace, '', opened_at, '' FROM cases`)
	run(`INSERT INTO audits (seq, at, actor, action, subject, payload, hash)
		SELECT n, 1767225600000000, 'reviewer:desk/k', 'case.view', 'cas_' || (n % 1000000), sha256(n::text::bytea), sha256(n::text::bytea) FROM generate_series(1, $1::bigint) n`, *benchAudits)
	run(`UPDATE heads SET seq = $1, hash = sha256('x') WHERE name = 'audits'`, *benchAudits)
	run(`UPDATE heads SET seq = $1 WHERE name = 'events'`, *benchCases)
	run(`VACUUM ANALYZE`)
	if err := conn.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	fmt.Printf("PostgreSQL: %d cases and %d audit rows were written in %.0f s\n\n", *benchCases, *benchAudits, time.Since(begin).Seconds())
	timeCasework(t, s)
	must(t, s.Close())
	timeCaseworkHTTP(t, t.TempDir(), "--store", address)
}

// copyCases brings cases as the store writes them.
func copyCases(t *testing.T, conn *pgx.Conn, n int) {
	t.Helper()
	triage := policy.DefaultTriage()
	truth := map[bool]int64{true: 1}
	micros := func(at time.Time) int64 {
		if at.IsZero() {
			return 0
		}
		return at.UnixMicro()
	}
	rows := pgx.CopyFromSlice(n, func(i int) ([]any, error) {
		c := benchCase(i)
		doc, err := json.Marshal(c)
		return []any{c.ID, c.Subject, c.Notice, c.Account, c.Holder, c.Right, c.Marketplace, c.Seller, c.Signal, c.Band, c.State, c.Outcome, truth[c.Undecided()],
			truth[c.Waiting()], c.Queue, c.Rank(triage), c.OpenedAt.UnixMicro(), micros(c.LeasedUntil()), micros(c.Alarm()), int64(1), string(doc)}, err
	})
	columns := []string{"id", "subject", "notice_id", "account", "holder_id", "right_id", "marketplace", "seller", "signal", "band", "state", "outcome", "undecided",
		"waiting", "queue", "rank", "opened_at", "lease_until", "alarm_at", "version", "doc"}
	if _, err := conn.CopyFrom(t.Context(), pgx.Identifier{"cases"}, columns, rows); err != nil {
		t.Fatal(err)
	}
}
