package sqlite

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"time"
)

// list is a list of text in a column, as a JSON array.
type list []string

// text is the column's value.
func (l list) text() string {
	if len(l) == 0 {
		return "[]"
	}
	b, err := json.Marshal([]string(l))
	if err != nil { // strings always marshal
		panic(err)
	}
	return string(b)
}

// Scan reads the column; an empty array is nil.
func (l *list) Scan(v any) error {
	var out []string
	switch v := v.(type) {
	case string:
		if err := json.Unmarshal([]byte(v), &out); err != nil {
			return fmt.Errorf("%w: list column: %w", ErrCorrupt, err)
		}
	default:
		return fmt.Errorf("%w: list column holds %T", ErrCorrupt, v)
	}
	*l = nil
	if len(out) > 0 {
		*l = out
	}
	return nil
}

// micros is a time as it is stored.
func micros(t time.Time) int64 { return t.UnixMicro() }

func moment(us int64) time.Time { return time.UnixMicro(us).UTC() }

// optMicros is an optional time as it is stored: NULL for nil.
func optMicros(t *time.Time) any {
	if t == nil {
		return nil
	}
	return t.UnixMicro()
}

func optMoment(us sql.NullInt64) *time.Time {
	if !us.Valid {
		return nil
	}
	t := moment(us.Int64)
	return &t
}

// scanner is a row to scan: *sql.Row or *sql.Rows.
type scanner interface{ Scan(dest ...any) error }

// collect scans every row of a result and closes it.
func collect[T any](rows *sql.Rows, err error, scan func(scanner) (T, error)) ([]T, error) {
	if err != nil {
		return nil, plain(err)
	}
	defer rows.Close()
	var out []T
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, plain(err)
		}
		out = append(out, v)
	}
	return out, plain(rows.Err())
}
