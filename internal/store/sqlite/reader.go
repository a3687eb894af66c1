package sqlite

import (
	"context"
	"database/sql"
	"regexp"
	"sync"
)

// reader runs queries that come again and again: parsing one costs more than most of their answers.
type reader struct {
	db    *sql.DB
	mu    sync.RWMutex
	stmts map[string]*sql.Stmt // by text; each keeps itself prepared on every connection
}

func newReader(db *sql.DB) *reader { return &reader{db: db, stmts: map[string]*sql.Stmt{}} }

// mostPrepared is how many texts are kept prepared. Texts are put together out of few parts, so that many more are not to be expected.
const mostPrepared = 1000

// query runs a query.
func (r *reader) query(ctx context.Context, text string, args ...any) (*sql.Rows, error) {
	stmt, err := r.prepared(ctx, text)
	if err != nil {
		return nil, err
	}
	if stmt == nil {
		return r.db.QueryContext(ctx, text, args...)
	}
	return stmt.QueryContext(ctx, args...)
}

// prepared is the statement of a text, nil where enough are kept.
func (r *reader) prepared(ctx context.Context, text string) (*sql.Stmt, error) {
	r.mu.RLock()
	stmt, ok := r.stmts[text]
	r.mu.RUnlock()
	if ok {
		return stmt, nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if stmt, ok := r.stmts[text]; ok {
		return stmt, nil
	}
	if len(r.stmts) >= mostPrepared {
		return nil, nil
	}
	stmt, err := r.db.PrepareContext(ctx, steady(text))
	if err != nil {
		return nil, err
	}
	r.stmts[text] = stmt
	return stmt, nil
}

func (r *reader) close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, stmt := range r.stmts {
		_ = stmt.Close() // nothing can be done about it, and closing the database frees it
	}
	r.stmts = map[string]*sql.Stmt{}
}

var boundLimit = regexp.MustCompile(`LIMIT (\?\d*)`)

// steady is a text whose statement stays prepared. SQLite looks into a limit that is a parameter to plan by it (sqlite3ExprIsInteger), and
// so prepares the statement anew whenever that is bound, which costs more than most queries; into a sum it does not look.
func steady(text string) string { return boundLimit.ReplaceAllString(text, "LIMIT 0+$1") }
