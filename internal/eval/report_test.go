package eval

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// reportOf writes the report of a run and returns its text.
func reportOf(t *testing.T, run *Run, opts MeasureOptions, decode Decoder) string {
	t.Helper()
	opts.Resamples = 20
	dir, err := Write(t.TempDir(), run, Measure(run, opts), WriteOptions{Decode: decode, System: "pack-x 1.0"})
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(dir, "report.html"))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func red([]byte) (image.Image, error) {
	img := image.NewNRGBA(image.Rect(0, 0, 400, 200))
	for i := range img.Pix {
		img.Pix[i] = []uint8{200, 0, 0, 255}[i%4]
	}
	return img, nil
}

func TestReportStandsAlone(t *testing.T) {
	dir := writeSet(t, goodHead, goodReference+"\n"+`{"right": "B", "kind": "word", "words": ["Velmora"]}`, goodListing+"\n"+
		`{"id": "L1", "title": "<script>alert(1)</script> Velm0ra", "how": "leet", "truth": []}`)
	set, err := Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	title := set.Listings[1].Title
	run := &Run{Set: set, Predictions: []Prediction{
		{Listing: "L0", Right: "A", Signal: near, Score: 0.2, Probability: 0.1, Box: &Box{10, 20, 30, 40}},
		{Listing: "L1", Right: "B", Signal: near, Score: 0.9, Probability: 0.8, Text: &Place{"title", strings.Index(title, "Velm0ra"), len(title)}},
	}}
	got := reportOf(t, run, MeasureOptions{Thresholds: map[string]float64{near: 0.5}}, red)
	for _, want := range []string{
		"pack-x 1.0", "Active threshold: probability 50.0 %", "&lt;script&gt;", "<mark>Velm0ra</mark>", "data:image/jpeg;base64,", "How the listings were made",
		// The true box 1, 2, 3, 4 in a picture of 400 x 200 is at .25 %, 1 % with .75 % by 2 %.
		`class="outline true" style="left: 0.25%; top: 1.00%; width: 0.75%; height: 2.00%"`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("report lacks %q", want)
		}
	}
	for _, bad := range []string{"<script", "ZgotmplZ", "%!", "<no value>", "NaN"} {
		if strings.Contains(got, bad) {
			t.Errorf("report holds %q", bad)
		}
	}
	for _, m := range regexp.MustCompile(`(?:src|href)="([^"]*)"|url\(([^)]*)\)`).FindAllStringSubmatch(got, -1) {
		if at := m[1] + m[2]; !strings.HasPrefix(at, "data:") && !strings.HasPrefix(at, "#") {
			t.Errorf("report asks for %q", at)
		}
	}
}

func TestReportWithoutPicturesOrThreshold(t *testing.T) {
	broken := func([]byte) (image.Image, error) { return nil, errors.New("no picture") }
	got := reportOf(t, runOf(t, guilty("A", say("B", 0.9, 0.8)), innocent()), MeasureOptions{}, broken)
	if !strings.Contains(got, "No active threshold was given") || !strings.Contains(got, "not found") || strings.Contains(got, "<img") {
		t.Error("report of a run without pictures and thresholds is not as expected")
	}
}

func TestRuleOfThree(t *testing.T) {
	entries := append(many(60, func(int) entry { return innocent() }), guilty("A", say("A", 1, 1)))
	got := reportOf(t, runOf(t, entries...), MeasureOptions{Thresholds: map[string]float64{near: 0.5}}, nil)
	if !strings.Contains(got, "puts their rate below 5.0 %") { // 3/60
		t.Error("report does not bound the false alarm rate")
	}
}

func TestWorstMistakes(t *testing.T) {
	rows := layOut(runOf(t,
		guilty("A", say("A", 0.9, 0.9)),                                         // found
		guilty("A", say("A", 0.8, 0.3)),                                         // below the threshold
		guilty("A", say("B", 0.7, 0.6), say("C", 0.6, 0.6), say("A", 0.5, 0.5)), // third
		guilty("A", say("B", 0.95, 0.9)),                                        // not found
		guilty("A", say("B", 0.4, 0.6), say("A", 0.3, 0.5)),                     // second
		innocent(say("C", 0.99, 0.9)),
	), near)
	order := func(found []candidate) (out []string) {
		for _, c := range found {
			out = append(out, rows[c.row].listing.ID)
		}
		return out
	}
	if diff := cmp.Diff([]string{"L05", "L03", "L02", "L04"}, order(falseAlarms(rows))); diff != "" {
		t.Errorf("false alarms (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"L03", "L02", "L04", "L01"}, order(misses(rows, at(0.5)))); diff != "" {
		t.Errorf("misses (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"L03", "L02", "L04"}, order(misses(rows, nil))); diff != "" {
		t.Errorf("misses without a threshold (-want +got):\n%s", diff)
	}
	sheets := newPainter(&Set{}, nil).sheets(slicesRepeat(rows, 10), nil)
	if got := sheets[0]; got.Total != 40 || len(got.Mistakes) != sheetSize {
		t.Errorf("sheet of %d shows %d", got.Total, len(got.Mistakes))
	}
}

func slicesRepeat(rows []row, n int) (out []row) {
	for range n {
		out = append(out, rows...)
	}
	return out
}

func TestCut(t *testing.T) {
	tests := []struct {
		name  string
		place *Place
		want  []stretch
	}{
		{"middle", &Place{"title", 1, 3}, []stretch{{"a", false}, {"bc", true}, {"d", false}}},
		{"all", &Place{"title", 0, 4}, []stretch{{"abcd", true}}},
		{"another field", &Place{"description", 1, 3}, []stretch{{"abcd", false}}},
		{"beyond the end", &Place{"title", 1, 9}, []stretch{{"abcd", false}}},
		{"none", nil, []stretch{{"abcd", false}}},
	}
	for _, tt := range tests {
		if diff := cmp.Diff(tt.want, cut("abcd", "title", tt.place), cmp.AllowUnexported(stretch{})); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

func TestThumbnailKeepsShape(t *testing.T) {
	p := newPainter(&Set{}, func([]byte) (image.Image, error) {
		img := image.NewNRGBA(image.Rect(10, 10, 1010, 260))
		img.Set(10, 10, color.White)
		return img, nil
	})
	got := p.thumbnail(func(int) ([]byte, error) { return nil, nil }, 0)
	if got == nil || got.Width != 1000 || got.Height != 250 || !strings.HasPrefix(string(got.URL), "data:image/jpeg") {
		t.Errorf("thumbnail = %+v", got)
	}
}

// The curves start and end where the numbers say: precision against recall by hand.
func TestPrecisionPlot(t *testing.T) {
	rows := layOut(runOf(t, guilty("A", say("A", 0.9, 0.9)), innocent(say("A", 0.5, 0.5)), guilty("B", say("B", 0.4, 0.4))), near)
	// Recall .5 at precision 1, .5 at 1/2, 1 at 2/3, in a box of 300 x 220 with y downwards: 2/3 lies at 73.3.
	want := "M150.0 0.0L150.0 110.0L300.0 73.3"
	if got := newSample(rows, nil, 0.1).precisionPlot().Path; got != want {
		t.Errorf("path %s, want %s", got, want)
	}
	// One innocent: nothing guilty above it but A, so recall is .5 at the left edge, and 1 at 100 %.
	if got := newSample(rows, nil, 0.1).rocPlot().Path; got != "M0.0 110.0L300.0 0.0" {
		t.Errorf("roc path %s", got)
	}
}

// Innocents of equal score are passed together: the guilty listing at .5 does not stand above the two innocents at .5.
// 2 of 3 innocents is 1 + log10(2/3)/3 = .9413 of the axis, 282.4 of 300.
func TestROCPlotTies(t *testing.T) {
	rows := layOut(runOf(t, guilty("A", say("A", 0.5, 0.5)), innocent(say("A", 0.5, 0.5)), innocent(say("A", 0.5, 0.5)), innocent(say("A", 0.1, 0.1))), near)
	if got, want := newSample(rows, nil, 0.1).rocPlot().Path, "M0.0 220.0L282.4 0.0L300.0 0.0"; got != want {
		t.Errorf("path %s, want %s", got, want)
	}
}

func TestSecondsAndPercent(t *testing.T) {
	var b bytes.Buffer
	for _, s := range []float64{0.00002, 0.0123, 1.5} {
		b.WriteString(seconds(s) + " ")
	}
	for _, v := range []float64{0, 0.00123, 0.5, -0.2} {
		b.WriteString(percent(v) + " ")
	}
	if want := "20 µs 12.3 ms 1.5 s 0.0 % 0.12 % 50.0 % -20.0 % "; b.String() != want {
		t.Errorf("got %q, want %q", b.String(), want)
	}
}
