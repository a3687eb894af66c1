package simulate

import (
	"bytes"
	"cmp"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"maps"
	"slices"
	"strings"
)

//go:embed report.html
var reportHTML string

var reportTemplate = template.Must(template.New("report").Funcs(template.FuncMap{
	"percent": percent, "words": func(s string) string { return strings.ReplaceAll(s, "_", " ") },
	"picture": func(b []byte) template.URL {
		return template.URL("data:image/jpeg;base64," + base64.StdEncoding.EncodeToString(b)) //nolint:gosec // base64 alone
	},
	"groups": groups, "signals": signals, "missed": missed, "abusers": abusers, "late": late, "again": again, "cuts": Cuts,
	"points": func(v float64) string { return fmt.Sprintf("%+.1f", 100*v) },
}).Parse(reportHTML))

// percent writes a share with as many digits as it needs to be told from none and from all.
func percent(v float64) string {
	digits := 1
	if v > 0.99 && v < 1 || v > 0 && v < 0.01 {
		digits = 2
	}
	return fmt.Sprintf("%.*f %%", digits, 100*v)
}

// row is one kind of complaint over all runs.
type row struct {
	Name      string
	Automatic Share
	Right     Share
	TakenDown Share
	Reasons   Share
}

// missed adds up what the pairs of one hand share that were not found, the most frequent first.
func missed(runs []Result) []counted {
	sum := map[string]int{}
	for _, r := range runs {
		if r.Rings != nil {
			for what, n := range r.Rings.Missed {
				sum[what] += n
			}
		}
	}
	var out []counted
	for _, what := range slices.Sorted(maps.Keys(sum)) {
		out = append(out, counted{what, sum[what]})
	}
	slices.SortStableFunc(out, func(a, b counted) int { return cmp.Compare(b.N, a.N) })
	return out
}

// abusers are those of all runs.
func abusers(runs []Result) []Abuser {
	var out []Abuser
	for _, r := range runs {
		out = append(out, r.Abusers...)
	}
	return out
}

// late are the listings of all runs that were sold before they were taken down.
func late(runs []Result) []Late {
	var out []Late
	for _, r := range runs {
		out = append(out, r.Late...)
	}
	return out
}

// again are the listings of all runs that were met as showing what was removed.
func again(runs []Result) []Again {
	var out []Again
	for _, r := range runs {
		out = append(out, r.Again...)
	}
	return out
}

// counted is how often something was.
type counted struct {
	Name string
	N    int
}

// weighed is what one signal's probabilities are worth, at each of Cuts.
type weighed struct {
	Name string
	At   []Share
}

// signals adds up what the signals said in all runs, by name.
func signals(runs []Result) []weighed {
	sum := map[string][]Share{}
	for _, r := range runs {
		for name, cuts := range r.Signals {
			if sum[name] == nil {
				sum[name] = make([]Share, len(Cuts()))
			}
			for i, s := range cuts {
				sum[name][i].Count, sum[name][i].Of = sum[name][i].Count+s.Count, sum[name][i].Of+s.Of
			}
		}
	}
	var out []weighed
	for _, name := range slices.Sorted(maps.Keys(sum)) {
		out = append(out, weighed{name, sum[name]})
	}
	return out
}

// groups adds the groups of all runs up, by name.
func groups(runs []Result, ways bool) []row {
	var out []row
	names := Kinds()
	if ways {
		names = Ways()
	}
	for _, name := range names {
		sum := row{Name: name}
		for _, r := range runs {
			g := r.ByKind[name]
			if ways {
				g = r.ByWay[name]
			}
			if g == nil {
				continue
			}
			for _, pair := range []struct{ to, from *Share }{{&sum.Automatic, &g.Automatic}, {&sum.Right, &g.Right}, {&sum.TakenDown, &g.TakenDown}, {&sum.Reasons, &g.Reasons}} {
				pair.to.Count, pair.to.Of = pair.to.Count+pair.from.Count, pair.to.Of+pair.from.Of
			}
		}
		if sum.Automatic.Of > 0 {
			out = append(out, sum)
		}
	}
	return out
}

// WriteReport writes a page that stands by itself: figures beside the announcement's, what went wrong with pictures, and how the figures
// move when copyists use an evasion twice as often.
func (o Outcome) WriteReport(w io.Writer) error {
	var b bytes.Buffer
	if err := reportTemplate.Execute(&b, o); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	if _, err := b.WriteTo(w); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	return nil
}
