package eval

import (
	"bufio"
	_ "embed" // the template and its style
	"fmt"
	"html/template"
	"math"
	"sort"
	"strings"
)

//go:embed templates/report.html
var reportHTML string

//go:embed templates/report.css
var reportCSS string

var reportTemplate = template.Must(template.New("report.html").Funcs(template.FuncMap{
	"css":     func() template.CSS { return template.CSS(reportCSS) },
	"percent": percent,
	"seconds": seconds,
	"anchor":  func(s string) string { return strings.ReplaceAll(s, "_", "-") },
	"words":   func(s string) string { return strings.ReplaceAll(s, "_", " ") },
}).Parse(reportHTML))

// reportPage is everything that report.html shows.
type reportPage struct {
	System  string
	Metrics *Metrics
	Signals []signalPage
}

// signalPage is the part of the report about one signal.
type signalPage struct {
	Name      string
	About     string
	Signal    *Signal
	Headline  []figureRow
	Figures   []figureRow
	Plots     []plot
	Parts     []partTable
	Sheets    []sheet
	Threshold any     // a probability, or nil
	Bound     float64 // at no false alarm, an upper bound of their rate at 95 %; 0 otherwise
}

// figureRow is a figure with the places of its interval on a bar from 0 to 100.
type figureRow struct {
	Name, Meaning string
	*Figure
	Low100, Width100, Value100 float64
}

// partTable compares the figures of the parts of a set.
type partTable struct {
	Title   string
	Columns []string
	Rows    []partRow
}

type partRow struct {
	Name   string
	Counts Counts
	Cells  []*Figure // nil where the part cannot answer
}

// meanings explains every figure in a sentence, in the order of Figures.
var meanings = [numFigures]struct{ name, text string }{
	{"µAP", "Micro average precision: all predictions of the set pooled and sorted by score; a right that was not found counts as missed."},
	{"Recall at 1", "Share of guilty listings whose right comes first."},
	{"Recall at 5", "Share of guilty listings whose right is among the first five."},
	{"Recall at 90 % precision", "Largest share of rights found while nine in ten of the predictions are right."},
	{"Recall at 1 % false alarms", "Share of guilty listings above the score that 1 % of the innocent listings reach."},
	{"Recall at 2 % false alarms", "The same at 2 %."},
	{"Recall at 5 % false alarms", "The same at 5 %."},
	{"Precision", "At the active threshold: share of alarms that name a right truly infringed."},
	{"Recall", "At the active threshold: share of rights found."},
	{"False alarm rate", "At the active threshold: share of innocent listings with an alarm. Lower is better."},
	{"Precision at prior", "Precision re-weighted to the base rate of a market, which holds far fewer copies than this set."},
	{"Calibration error", "Expected difference between probability and outcome of each listing's best right, in 15 equal-mass bins. Lower is better."},
	{"Brier skill", "Gain over always answering the base rate; 1 is perfect, 0 is no gain."},
	{"Boxes found", "Share of true boxes met by a predicted one with an overlap of at least half."},
}

var about = map[string]string{
	"near_copy":          "The same picture, edited: cropped, mirrored, pasted, captioned.",
	"design_similarity":  "The same design in another colour, view or make.",
	"logo_in_scene":      "A registered logo somewhere in a picture.",
	"keyword_misuse":     "A registered word in the text, plain or disguised, used as a mark.",
	"mark_in_image_text": "A registered word in the text of a picture.",
	Infringement:         "The fused verdict on a listing and a right, over all signals.",
}

// The figures that open a signal's part, and those that its parts are compared by.
var (
	headline    = []int{uap, recallAt1, recallAtP90, recallAtFA1, recallAtFA5, ece}
	comparedBy  = []int{uap, recallAt1, recallAtP90, recallAtFA1, recallAtFA5}
	atThreshold = []int{recall, falseAlarmRate}
)

func writeReport(w *bufio.Writer, run *Run, m *Metrics, opts WriteOptions) error {
	page := reportPage{System: opts.System, Metrics: m}
	draw := newPainter(run.Set, opts.Decode)
	for _, name := range signals(run.Set) {
		page.Signals = append(page.Signals, signalReport(run, name, m, draw))
	}
	return reportTemplate.Execute(w, page)
}

func signalReport(run *Run, name string, m *Metrics, draw *painter) signalPage {
	s := m.Signals[name]
	rows := layOut(run, name)
	smp := newSample(rows, s.Threshold, m.Prior)
	page := signalPage{Name: name, About: about[name], Signal: s, Plots: smp.plots()}
	if s.Threshold != nil {
		page.Threshold = *s.Threshold
	}
	all := s.figures()
	for i, meaning := range meanings {
		if *all[i] != nil {
			page.Figures = append(page.Figures, newFigureRow(meaning.name, meaning.text, *all[i]))
		}
	}
	for _, i := range headline {
		if *all[i] != nil {
			page.Headline = append(page.Headline, newFigureRow(meanings[i].name, meanings[i].text, *all[i]))
		}
	}
	if s.FalseAlarmRate != nil && s.FalseAlarmRate.Value == 0 && s.Counts.Innocent > 0 {
		page.Bound = math.Min(1, 3/float64(s.Counts.Innocent)) // the rule of three
	}
	page.addParts("How the listings were made", s, s.ByHow)
	page.addParts("Edits (a listing may carry several)", s, s.ByEdit)
	// With a single task the fused verdict errs on the same listings as the task.
	if name != Infringement || len(run.Set.Tasks) != 1 {
		page.Sheets = draw.sheets(rows, s.Threshold)
	}
	return page
}

func newFigureRow(name, meaning string, f *Figure) figureRow {
	on := func(v float64) float64 { return 100 * math.Max(0, math.Min(1, v)) }
	return figureRow{Name: name, Meaning: meaning, Figure: f, Low100: on(f.Low), Width100: on(f.High) - on(f.Low), Value100: on(f.Value)}
}

// addParts adds a table of groups, those with guilty listings first, each half by name.
func (p *signalPage) addParts(title string, s *Signal, groups map[string]*Group) {
	if len(groups) == 0 {
		return
	}
	shown := comparedBy
	if s.Threshold != nil {
		shown = append(append([]int(nil), comparedBy...), atThreshold...)
	}
	table := partTable{Title: title}
	for _, i := range shown {
		table.Columns = append(table.Columns, meanings[i].name)
	}
	for name, g := range groups {
		row := partRow{Name: name, Counts: g.Counts}
		all := g.figures()
		for _, i := range shown {
			row.Cells = append(row.Cells, *all[i])
		}
		table.Rows = append(table.Rows, row)
	}
	sort.Slice(table.Rows, func(i, j int) bool {
		a, b := table.Rows[i], table.Rows[j]
		if (a.Counts.Guilty > 0) != (b.Counts.Guilty > 0) {
			return a.Counts.Guilty > 0
		}
		return a.Name < b.Name
	})
	p.Parts = append(p.Parts, table)
}

// percent writes a share with as many digits as it needs to be told from zero.
func percent(v float64) string {
	switch p := 100 * v; {
	case p != 0 && math.Abs(p) < 1:
		return fmt.Sprintf("%.2g %%", p)
	default:
		return fmt.Sprintf("%.1f %%", p)
	}
}

// seconds writes a duration in the unit that suits it.
func seconds(s float64) string {
	switch {
	case s < 0.001:
		return fmt.Sprintf("%.0f µs", 1e6*s)
	case s < 1:
		return fmt.Sprintf("%.3g ms", 1e3*s)
	default:
		return fmt.Sprintf("%.3g s", s)
	}
}
