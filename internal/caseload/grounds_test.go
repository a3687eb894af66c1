package caseload

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"touchstone/detect"
	"touchstone/internal/casework/docket"
	"touchstone/internal/intake"
)

// TestGrounds: a take-down rests on the pictures that carry it, with where on them and how likely; on none where a text carries it, nor on
// what stands beside them.
func TestGrounds(t *testing.T) {
	on := func(picture int, p float64) detect.Finding {
		return detect.Finding{Signal: detect.SignalNearCopy, Right: "r", Probability: p, Picture: &detect.PictureEvidence{Index: picture, Box: detect.Box{picture, 1, 2, 3}}}
	}
	text := func(p float64) detect.Finding {
		return detect.Finding{Signal: detect.SignalKeywordMisuse, Right: "r", Probability: p, Text: &detect.TextEvidence{Field: "title"}}
	}
	ground := func(picture int, p float64) docket.Ground {
		return docket.Ground{Picture: []string{"a", "b", "c"}[picture], Chance: p, Box: &[4]int{picture, 1, 2, 3}}
	}
	third, excused, other, support := 2, on(0, 0.9), on(0, 0.9), on(0, 0.9)
	excused.Excused, other.Right, support.Support = true, "another", true
	lower := on(0, 0.7)
	lower.Picture.Box = detect.Box{9, 9, 9, 9}
	for name, c := range map[string]struct {
		verdict  float64
		findings []detect.Finding
		want     []docket.Ground
	}{
		"the copied picture, and not the size chart":          {0.99, []detect.Finding{on(0, 0.97), on(1, 0.31)}, []docket.Ground{ground(0, 0.97)}},
		"two that carry it":                                   {0.99, []detect.Finding{on(0, 0.97), on(1, 0.6)}, []docket.Ground{ground(0, 0.97), ground(1, 0.6)}},
		"words in the title":                                  {0.99, []detect.Finding{text(0.99), on(0, 0.45)}, nil},
		"words, and a picture by itself":                      {0.99, []detect.Finding{text(0.99), on(0, 0.6)}, []docket.Ground{ground(0, 0.6)}},
		"the most that was found":                             {0.4, []detect.Finding{text(0.1), on(0, 0.35)}, []docket.Ground{ground(0, 0.35)}},
		"nothing that tells":                                  {0.4, []detect.Finding{on(0, 0.29)}, nil},
		"a likeness of which the whole verdict thinks less":   {0.67, []detect.Finding{on(0, 0.91)}, []docket.Ground{ground(0, 0.67)}},
		"the best of a picture":                               {0.99, []detect.Finding{lower, on(0, 0.9), on(0, 0.6)}, []docket.Ground{ground(0, 0.9)}},
		"excused, of another right, and what supports":        {0.99, []detect.Finding{excused, other, support}, nil},
		"a picture that the report does not have":             {0.99, []detect.Finding{on(7, 0.9)}, nil},
		"words in a picture, without the place of their line": {0.99, []detect.Finding{{Signal: detect.SignalMarkInImageText, Right: "r", Probability: 0.9, Text: &detect.TextEvidence{Picture: &third}}}, []docket.Ground{{Picture: "c", Chance: 0.9}}},
	} {
		rec := intake.ReportRecord{Report: detect.Report{Pictures: []detect.PictureRef{{Hash: "a"}, {Hash: "b"}, {Hash: "c"}}, Findings: c.findings, Verdicts: []detect.Verdict{{Right: "r", Probability: c.verdict}}}}
		if diff := cmp.Diff(c.want, scoreOf(rec, "r").Grounds); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
