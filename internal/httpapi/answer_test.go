package httpapi

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"touchstone/detect"
	"touchstone/internal/intake"
	"touchstone/internal/policy"
)

// TestAnswersWriteThemselves holds answers that write their own JSON to what their fields say, byte by byte.
func TestAnswersWriteThemselves(t *testing.T) {
	rec := intake.ReportRecord{
		ID: "rep_1", CreatedAt: time.Date(2026, 11, 22, 9, 0, 0, 123456789, time.UTC), Outcome: policy.Outcome{Policy: "default", Reasons: []string{"a < b & c"}},
		Report: detect.Report{
			Listing: "l<1>", Verdicts: []detect.Verdict{{Right: "rgt_1", Probability: 1.0 / 3}},
			Findings: []detect.Finding{{Signal: "near_copy", Explanations: map[string]string{"zh": "第1张", "en": "<b>&\u2028"}}},
		},
	}
	swept := rec
	swept.Entry, swept.Reason, swept.Sweep, swept.Original = "lst_1", "sweep", "swp_1", "rep_0"
	facts := json.RawMessage(`{"seller":{"removed":1,"name":"\u003cx\u003e"}}`)
	type fields struct { // Scored without its methods, in the same order
		ID          string         `json:"id"`
		CreatedAt   time.Time      `json:"created_at"`
		Probability float64        `json:"probability"`
		Outcome     policy.Outcome `json:"outcome"`
		Report      detect.Report  `json:"report"`
		Entry       string         `json:"entry,omitempty"`
		Reason      string         `json:"reason,omitempty"`
		Sweep       string         `json:"sweep,omitempty"`
		Original    string         `json:"original,omitempty"`
	}
	for _, r := range []intake.ReportRecord{rec, swept, {}} {
		s := scored(r)
		for _, facts := range []json.RawMessage{nil, facts} {
			want := plainly(t, struct {
				fields
				Facts json.RawMessage `json:"facts,omitempty"`
			}{fields{s.ID, s.CreatedAt, s.Probability, s.Outcome, s.Report, s.Entry, s.Reason, s.Sweep, s.Original}, facts})
			got, err := KeptReport{Scored: s, Facts: facts}.AppendJSON([]byte("before "))
			if diff := cmp.Diff("before "+want, string(got)); err != nil || diff != "" {
				t.Errorf("%v: -want +got:\n%s", err, diff)
			}
		}
	}
}

// plainly is the JSON of a value as huma's own format writes it.
func plainly(t *testing.T, v any) string {
	t.Helper()
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		t.Fatal(err)
	}
	return string(bytes.TrimSpace(b.Bytes()))
}
