package caseload

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"touchstone/detect"
	"touchstone/internal/intake"
)

// TestExcused: what is excused stays what the case is about and what speaks against it, and reaches no threshold.
func TestExcused(t *testing.T) {
	note := detect.Note{Code: "descriptive", Text: "The word describes the goods."}
	rec := intake.ReportRecord{Report: detect.Report{Findings: []detect.Finding{
		{Signal: detect.SignalKeywordMisuse, Right: "r", Probability: 0.99, Excused: true, Against: []detect.Note{note}},
		{Signal: detect.SignalKeywordMisuse, Right: "r", Probability: 0.2}, {Signal: detect.SignalNearCopy, Right: "other", Probability: 0.9},
		{Signal: "price_anomaly", Right: "r", Score: 1, Support: true},
	}, Verdicts: []detect.Verdict{{Right: "r", Probability: 0.3}}}}
	got := scoreOf(rec, "r")
	if d := cmp.Diff(map[string]float64{detect.SignalInfringement: 0.3, detect.SignalKeywordMisuse: 0.2}, got.Signals); d != "" {
		t.Error(d)
	}
	if got.Strongest != detect.SignalKeywordMisuse || len(got.Against) != 1 || got.Probability != 0.3 {
		t.Errorf("%+v", got)
	}
}
