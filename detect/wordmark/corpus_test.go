package wordmark

import (
	_ "embed"
	"os"
	"slices"
	"strings"
	"testing"
)

//go:embed testdata/marks.tsv
var corpusMarks string

//go:embed testdata/innocents.tsv
var corpusInnocents string

//go:embed testdata/positives.tsv
var corpusPositives string

// Scores from which a match is looked at and from which it is held back, under the pack's calibration and the default policy.
const (
	reviewScore = 0.50
	blockScore  = 0.77
)

// rows reads a table of columns set apart by tabs; # begins a comment.
func rows(t *testing.T, text string, columns int) [][]string {
	t.Helper()
	var out [][]string
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		f := strings.Split(strings.TrimRight(line, "\n"), "\t")
		if len(f) != columns {
			t.Fatalf("%q has %d columns; %d wanted", line, len(f), columns)
		}
		out = append(out, f)
	}
	return out
}

// corpusLexicon registers the marks of testdata/marks.tsv.
func corpusLexicon(t *testing.T) *Lexicon {
	t.Helper()
	l := NewLexicon()
	for _, r := range rows(t, corpusMarks, 3) {
		for _, w := range strings.Split(r[2], "|") {
			l.Add(Mark{Reference: r[0] + "/" + w, Right: r[0], Word: w, Goods: []string{r[1]}})
		}
	}
	return l
}

// checkCodes wants every note and rule of the matches to be among those that are listed for the messages.
func checkCodes(t *testing.T, ms []Match) {
	t.Helper()
	against, misuse := Codes()
	for _, m := range ms {
		for _, list := range []struct{ got, known []string }{{codes(m.Against), against}, {codes(m.For), misuse}, {m.Rules, Rules()}} {
			for _, code := range list.got {
				if !slices.Contains(list.known, code) {
					t.Errorf("%q is not listed", code)
				}
			}
		}
	}
}

// share is how often something was so in a group of titles.
type share struct{ yes, all int }

func (s share) value() float64 { return float64(s.yes) / float64(max(1, s.all)) }

func count(m map[string]*share, key string, yes bool) {
	for _, k := range []string{key, "all"} {
		if m[k] == nil {
			m[k] = &share{}
		}
		m[k].all++
		if yes {
			m[k].yes++
		}
	}
}

// TestHardPositives wants the right mark first and above the score at which a reviewer looks.
func TestHardPositives(t *testing.T) {
	l := corpusLexicon(t)
	found := map[string]*share{}
	titles := rows(t, corpusPositives, 3)
	for _, r := range titles {
		ms := rightsOf(l, r[2], "")
		checkCodes(t, ms)
		ok := len(ms) > 0 && ms[0].Mark.Right == r[1] && ms[0].Score >= reviewScore
		count(found, r[0], ok)
		if !ok && os.Getenv("WORDMARK_MISSES") != "" {
			t.Logf("miss %s %q %s: %s", r[0], r[2], r[1], brief(ms))
		}
	}
	for _, how := range slices.Sorted(mapKeys(found)) {
		t.Logf("%-18s %3d of %3d", how, found[how].yes, found[how].all)
	}
	if n := len(titles); n < 150 {
		t.Errorf("%d titles; at least 150 wanted", n)
	}
	if got := found["all"].value(); got < 0.96 {
		t.Errorf("%.3f of the hard positives found; floor 0.96", got)
	}
}

// TestHardInnocents counts innocent titles that a reviewer would be shown or that would be held back.
func TestHardInnocents(t *testing.T) {
	l := corpusLexicon(t)
	shown, held := map[string]*share{}, map[string]*share{}
	titles := rows(t, corpusInnocents, 2)
	for _, r := range titles {
		ms := rightsOf(l, r[1], "")
		checkCodes(t, ms)
		top := 0.0
		if len(ms) > 0 {
			top = ms[0].Score
		}
		count(shown, r[0], top >= reviewScore)
		count(held, r[0], top >= blockScore)
		if top >= reviewScore && os.Getenv("WORDMARK_MISSES") != "" {
			t.Logf("alarm %s %q: %s", r[0], r[1], brief(ms))
		}
	}
	for _, kind := range slices.Sorted(mapKeys(shown)) {
		t.Logf("%-14s %3d titles: %3d shown, %3d held", kind, shown[kind].all, shown[kind].yes, held[kind].yes)
	}
	if n := len(titles); n < 300 {
		t.Errorf("%d titles; at least 300 wanted", n)
	}
	if n := held["compatible"].yes; n > 0 {
		t.Errorf("%d titles of compatible use are held back; none may be", n)
	}
	if got := shown["all"].value(); got > 0.06 {
		t.Errorf("%.3f of the innocent titles are shown to a reviewer; ceiling 0.06", got)
	}
	if got := held["all"].value(); got > 0.02 {
		t.Errorf("%.3f of the innocent titles are held back; ceiling 0.02", got)
	}
}
