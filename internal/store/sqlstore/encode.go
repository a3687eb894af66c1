package sqlstore

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"time"
)

// texts is a list of text in a column, as a JSON array.
type texts []string

// text is the column's value.
func (l texts) text() string {
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
func (l *texts) Scan(v any) error {
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

// stamp is a time as it is stored where there always is one.
func stamp(t time.Time) int64 { return t.UnixMicro() }

// optStamp is an optional time as it is stored: NULL for nil.
func optStamp(t *time.Time) any {
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
