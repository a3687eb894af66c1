package wordmark

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode/utf8"
)

// Match is a mark found in a text.
type Match struct {
	Mark       Mark     `json:"mark"`
	Span       Span     `json:"span"`
	Similarity float64  `json:"similarity"`        // 0..1, of the word alone
	Rules      []string `json:"rules,omitempty"`   // what was undone to read the mark, also "typo", "leet", "transliterated", ...
	Against    []Note   `json:"against,omitempty"` // what speaks against misuse
	For        []Note   `json:"for,omitempty"`     // what speaks for it
	Score      float64  `json:"score"`             // 0..1, similarity and context together (see Weights)
}

// Find compares the candidates with the spans of text and returns the best match of each mark, best first, scored with
// DefaultWeights. goods are the Nice classes of the listing; nil when unknown. Candidates that are not found give no match.
func Find(text string, spans []Span, candidates []Mark, goods []string) []Match {
	return DefaultWeights().Find(text, spans, candidates, goods)
}

// Find is Find with these weights.
func (w Weights) Find(text string, spans []Span, candidates []Mark, goods []string) []Match {
	if len(spans) == 0 || len(candidates) == 0 {
		return nil
	}
	j := judge{weights: w, goods: goods}
	var out []Match
	for _, m := range candidates {
		if best, ok := j.best(text, m, spans); ok {
			out = append(out, best)
		}
	}
	j.ambiguous(out)
	j.brandList(out)
	slices.SortStableFunc(out, func(a, b Match) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.Span.Start, b.Span.Start), cmp.Compare(a.Mark.Right, b.Mark.Right))
	})
	return out
}

// judge scores the matches of one text.
type judge struct {
	weights Weights
	goods   []string
	scene   *scene
	hits    []hit
	title   titleCase
}

// read prepares the context when the first match asks for it.
func (j *judge) read(text string) {
	if j.scene == nil {
		j.scene = newScene(text)
		j.hits = j.scene.hits()
		j.title = caseOf(text)
	}
}

// best finds the span that gives the mark its highest score; of equals the shorter span, then the earlier.
func (j *judge) best(text string, m Mark, spans []Span) (Match, bool) {
	var best Match
	found := false
	known := slices.ContainsFunc(spans, func(s Span) bool { return slices.Contains(s.near, m.Reference) })
	for _, w := range writings(m) {
		for i := range spans {
			s := &spans[i]
			if s.Start < 0 || s.Start >= s.End || s.End > len(text) || known && !slices.Contains(s.near, m.Reference) {
				continue // where Lookup found the mark, it has compared the other spans that come into question
			}
			if s.part && !w.mayHold(s.formed()) {
				continue
			}
			sim, rules := fit(text, s, &w.target)
			if sim <= 0 {
				continue
			}
			j.read(text)
			got := j.score(text, Match{Mark: m, Span: *s, Similarity: sim}, rules|rulesOf(s.Rules)&ruleZeroWidth, s.formed(), w.form)
			if !found || got.Score > best.Score || got.Score == best.Score && s.End-s.Start < best.Span.End-best.Span.Start {
				best, found = got, true
			}
		}
	}
	return best, found
}

// fit compares a span with a writing of a mark, as much as a part of a word may be compared.
func fit(text string, s *Span, mark *target) (float64, ruleSet) {
	sim, rules := compare(s.formed(), mark)
	switch {
	case sim <= 0:
		return 0, 0
	case s.part && s.formed().script == scriptLatin && rules&(ruleTypo|ruleDoubled|ruleAbridged) != 0:
		return 0, 0 // a part of a word is the mark or nothing
	case rules&(ruleTransliterated|ruleMasked) == ruleTransliterated && !s.cut && insideWord(text, *s):
		if sim < simInside || mark.heavy < 330 && (sim < 0.9 || s.formed().script == scriptThai) {
			return 0, 0
		}
		return sim - 0.05, rules | ruleCompound
	case s.part || s.cut:
		rules |= ruleCompound
	}
	return sim, rules
}

// insideWord reports a span with letters of its script, or masked ones, right before or behind it.
func insideWord(text string, s Span) bool {
	if s.Start < 0 || s.End > len(text) || s.Start >= s.End {
		return false
	}
	first, _ := utf8.DecodeRuneInString(s.Text)
	last, _ := utf8.DecodeLastRuneInString(s.Text)
	before, _ := utf8.DecodeLastRuneInString(text[:s.Start])
	after, _ := utf8.DecodeRuneInString(text[s.End:])
	same := func(a, b rune) bool {
		return scriptOf(a) != scriptNone && (scriptOf(a) == scriptOf(b) || kindOf(b) == kindMask && b != utf8.RuneError)
	}
	return same(first, before) || same(last, after)
}

// score adds up what speaks for and against.
func (j *judge) score(text string, m Match, rules ruleSet, span, mark *form) Match {
	w := j.weights
	z := w.Bias + w.Similarity*(2*m.Similarity-1)
	m.Rules = rules.names()
	add := func(list *[]Note, weight float64, code, format string, args ...any) {
		z += weight
		*list = append(*list, Note{code, fmt.Sprintf(format, args...)})
	}
	if rules&hiding != 0 {
		add(&m.For, w.Hidden, "hidden", "The mark is written so that a filter may miss it: %s.", strings.Join((rules&hiding).names(), ", "))
	}
	if rules&(ruleTransliterated|ruleMasked) == ruleTransliterated || rules&ruleRomanised != 0 {
		add(&m.For, w.OtherScript, "other_script", "%q sounds like %q.", m.Span.Text, m.Mark.Word)
	}
	from, to := j.scene.locate(m.Span.Start, m.Span.End)
	u := j.scene.usageOf(j.hits, from, to)
	if u.replica != "" {
		add(&m.For, w.Replica, "replica_term", "The text speaks of a copy or a style: %q.", u.replica)
	}
	if u.claim != "" {
		add(&m.For, w.Claim, "claim", "The text claims quality or origin: %q.", u.claim)
	}
	if u.compatible != "" {
		add(&m.Against, w.Compatible, "compatible_use", "The mark names what the product fits: %q.", u.compatible)
	}
	if u.independent != "" {
		add(&m.Against, w.Independent, "independent", "The seller says that the product is not the maker's: %q.", u.independent)
	}
	if u.descriptive != "" {
		weight := w.Descriptive
		if !commonWord(mark) && !nameWord(mark.plain) && span.letters[0].upper {
			weight /= 2 // a coined word hardly describes
		}
		add(&m.Against, weight, "descriptive", "Beside %q the word describes.", u.descriptive)
	}
	met := classes(j.goods, m.Mark.Goods)
	switch {
	case met > 0:
		add(&m.For, w.GoodsMatch, "goods_match", "The listing is in a class of goods that the mark is registered for.")
	case met < 0:
		add(&m.Against, w.GoodsApart, "goods_apart", "The listing is in other classes of goods than the mark is registered for.")
	}
	if met == 0 {
		met = max(0, classes(u.goods, m.Mark.Goods)) // what the title offers may support the mark, not more
	}
	if !u.support(met) {
		switch {
		case rules&(ruleAbridged|ruleInitials) != 0, rules&ruleMasked != 0 && span.script == scriptLatin && len(span.letters) < 3 && span.pattern[len(span.pattern)-1] == '*':
			add(&m.Against, w.LoneHalf, "part_of_mark", "Only a part of %q is written, and nothing else speaks of a brand.", m.Mark.Word)
		case rules&(ruleTransliterated|ruleMasked) == ruleTransliterated && (m.Similarity < sureSound || m.Span.cut && m.Similarity < sureCut || span.script == scriptHan && len(span.letters) < 3):
			add(&m.Against, w.LoneSound, "loose_sound", "%q sounds only roughly like %q, and nothing else speaks of a brand.", m.Span.Text, m.Mark.Word)
		}
	}
	if rules&hiding == 0 || plural(m, rules) {
		if weight, code, why := j.common(text, m, rules, span, mark, u, met); code != "" {
			add(&m.Against, weight, code, "%s", why)
		}
	}
	m.Score = 1 / (1 + math.Exp(-z))
	return m
}

// Likeness by sound, of a word and of a part of a run of letters, that needs nothing else to speak of a brand.
const (
	sureSound = 0.86
	sureCut   = 0.92
)

// plural reports a typing error that is no more than the plural of an everyday word.
func plural(m Match, rules ruleSet) bool {
	word := strings.ToLower(m.Span.Text)
	return rules == ruleTypo && (word == strings.ToLower(m.Mark.Word)+"s" || word == strings.ToLower(m.Mark.Word)+"es")
}

// classes compares goods, as Nice classes, with the mark's: 1 they meet, -1 they do not, 0 unknown.
func classes(goods, mark []string) int {
	if len(goods) == 0 || len(mark) == 0 {
		return 0
	}
	for _, g := range goods {
		if slices.Contains(mark, g) {
			return 1
		}
	}
	return -1
}

// ambiguous lowers matches of altered words that also fit marks of other rights: the better fit keeps its score, save that
// masks which fit many say little of any.
func (j *judge) ambiguous(ms []Match) {
	const altered = ruleMasked | ruleTransliterated | ruleTypo | ruleHomophone
	rules := make([]ruleSet, len(ms))
	for i := range ms {
		rules[i] = rulesOf(ms[i].Rules)
	}
	for i := range ms {
		if rules[i]&altered == 0 {
			continue
		}
		better, rivals := "", map[string]bool{}
		for k := range ms {
			a, b := ms[i].Span, ms[k].Span
			if ms[i].Mark.Right == ms[k].Mark.Right || a.Start >= b.End || b.Start >= a.End {
				continue
			}
			if ms[k].Similarity > ms[i].Similarity+0.01 && b.End-b.Start >= a.End-a.Start {
				better = ms[k].Mark.Word
			}
			if rules[i]&rules[k]&ruleMasked != 0 {
				rivals[ms[k].Mark.Right] = true
			}
		}
		if better != "" {
			ms[i].lower(j.weights.OtherMark, "other_mark", fmt.Sprintf("The characters fit %q better.", better))
		}
		if len(rivals) > 0 {
			ms[i].lower(j.weights.Ambiguous*math.Log(float64(1+len(rivals))), "ambiguous", fmt.Sprintf("The masked word fits %d other rights.", len(rivals)))
		}
	}
}

// lower adds a weight and its note to a scored match.
func (m *Match) lower(weight float64, code, text string) {
	m.Score = shift(m.Score, weight)
	m.Against = append(m.Against, Note{code, text})
}

// shift moves a score by log odds.
func shift(score, weight float64) float64 {
	return 1 / (1 + (1-score)/max(score, 1e-12)*math.Exp(-weight))
}

// brandList notes when several rights are named in one text without compatible use: words stuffed in to be found.
func (j *judge) brandList(ms []Match) {
	rights := map[string]bool{}
	for _, m := range ms {
		if m.Score >= 0.5 {
			rights[m.Mark.Right] = true
		}
	}
	if len(rights) < 3 {
		return
	}
	for i := range ms {
		if m := &ms[i]; m.Score >= 0.5 {
			m.For = append(m.For, Note{"brand_list", fmt.Sprintf("The text names marks of %d rights.", len(rights))})
			m.Score = shift(m.Score, j.weights.BrandList)
		}
	}
}
