package intake

import (
	"bytes"
	"encoding/json"
	"fmt"
	"sync"
)

// encode makes the report's JSON once, for the store and for the answer: a report of twenty findings is some 24 kB. The report must not
// change afterwards.
func (r *ReportRecord) encode() error {
	var err error
	if r.Encoded, err = AppendJSON(nil, &r.Report); err != nil {
		return fmt.Errorf("encode the report: %w", err)
	}
	return nil
}

// ReportJSON is the report as JSON, as [AppendJSON] writes it. It is the caller's to read, not to change.
func (r *ReportRecord) ReportJSON() ([]byte, error) {
	if r.Encoded != nil {
		return r.Encoded, nil
	}
	return AppendJSON(nil, &r.Report)
}

// JSON is the record as stores keep it; what json.Unmarshal makes of it is the record, but for its owner and key.
func (r *ReportRecord) JSON() ([]byte, error) {
	report, err := r.ReportJSON()
	if err != nil {
		return nil, err
	}
	type fields ReportRecord // without methods
	rest := struct {
		fields
		Report *struct{} `json:"report,omitempty"` // hides the other one, and so below: what is JSON already is not gone through again
		Facts  *struct{} `json:"facts,omitempty"`
	}{fields: fields(*r)}
	b, err := AppendJSON(make([]byte, 0, len(report)+len(r.Facts)+2048), &rest)
	if err != nil {
		return nil, err
	}
	b = b[:len(b)-1]
	if len(r.Facts) > 0 {
		b = append(append(b, `,"facts":`...), r.Facts...)
	}
	b = append(append(b, `,"report":`...), report...)
	return append(b, '}'), nil
}

var encoders = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// mostKept is how large a buffer may be to be used again.
const mostKept = 1 << 20

// AppendJSON appends a value's JSON as the API writes it: nothing in it is escaped for HTML, as it is not a page.
func AppendJSON(to []byte, v any) ([]byte, error) {
	b, _ := encoders.Get().(*bytes.Buffer)
	b.Reset()
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return to, err
	}
	to = append(to, bytes.TrimSuffix(b.Bytes(), []byte("\n"))...)
	if b.Cap() <= mostKept {
		encoders.Put(b)
	}
	return to, nil
}
