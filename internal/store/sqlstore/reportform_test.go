package sqlstore

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"touchstone/detect"
	"touchstone/internal/intake"
)

// drawReport draws a report with findings that resemble each other, as those of a listing do.
func drawReport(t *rapid.T) intake.ReportRecord {
	text := rapid.StringN(0, 200, -1)
	r := intake.ReportRecord{ID: "rep_" + text.Draw(t, "id"), CreatedAt: time.UnixMicro(rapid.Int64Range(0, 1<<50).Draw(t, "at")).UTC(), Entry: text.Draw(t, "entry")}
	for range rapid.IntRange(0, 40).Draw(t, "findings") {
		r.Report.Findings = append(r.Report.Findings, detect.Finding{Signal: detect.SignalNearCopy, Right: text.Draw(t, "right"), Score: rapid.Float64Range(-1, 1).Draw(t, "score")})
	}
	return r
}

// TestReportForm: what is packed comes back, and is smaller than its JSON where that repeats itself.
func TestReportForm(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := drawReport(t)
		b, err := packReport(want)
		if err != nil {
			t.Fatal(err)
		}
		got, err := unpackReport(b)
		if d := cmp.Diff(want, got); d != "" || err != nil {
			t.Fatalf("%v (-packed +unpacked):\n%s", err, d)
		}
	})
	long := intake.ReportRecord{ID: "rep_1", Report: detect.Report{Findings: make([]detect.Finding, 100)}}
	whole, err := long.JSON()
	if err != nil {
		t.Fatal(err)
	}
	if b, err := packReport(long); err != nil || len(b) > len(whole)/4 {
		t.Errorf("%d bytes of %d, %v", len(b), len(whole), err)
	}
}

// TestReportFormOfBefore: records that were stored as JSON are read as they are, and damaged ones say so.
func TestReportFormOfBefore(t *testing.T) {
	want := intake.ReportRecord{ID: "rep_1", Entry: "lst_1"}
	plain, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := unpackReport(plain); err != nil || !cmp.Equal(got, want) {
		t.Errorf("got %+v, %v; want %+v", got, err, want)
	}
	whole, err := packReport(want)
	if err != nil {
		t.Fatal(err)
	}
	for name, damaged := range map[string][]byte{
		"empty": nil, "the mark alone": {packed}, "cut": whole[:len(whole)/2], "half JSON": plain[:len(plain)/2], "another form": append([]byte{2}, whole[1:]...),
		"a size beyond all": append([]byte{packed}, "\xff\xff\xff\xff\x0f"+strings.Repeat("x", 20)...),
	} {
		if got, err := unpackReport(damaged); err == nil {
			t.Errorf("%s: read as %+v", name, got)
		}
	}
}
