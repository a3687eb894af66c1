package detect

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"touchstone/detect/wordmark"
	"touchstone/index"
)

// TestAround: a phrase excuses the words inside it, wherever case and gaps differ, and nothing elsewhere in the text.
func TestAround(t *testing.T) {
	for _, tt := range []struct {
		text, phrase, match string
		want                bool
	}{
		{"Fresh apple juice, 1 l", "apple juice", "apple", true},
		{"Fresh APPLE   Juice", "apple juice", "APPLE", true},
		{"Apple-juice press", "apple juice", "Apple", true},
		{"Apple watch and pear juice", "apple juice", "Apple", false},
		{"Apple watch with apple juice", "apple juice", "Apple", false},
		{"pineapple juice", "apple juice", "apple", false},
		{"apple juicer", "apple juice", "apple", false},
		{"东北小米粥一斤", "小米粥", "小米", true},
		{"小米手机", "小米粥", "小米", false},
		{"apple", "", "apple", false},
		{"apple", "  ", "apple", false},
		{"ÄPFEL saft", "äpfel saft", "ÄPFEL", true},
		{"apple\xff juice", "apple juice", "apple", true},
	} {
		start := indexOf(tt.text, tt.match)
		if got := around(tt.text, tt.phrase, start, start+len(tt.match)); got != tt.want {
			t.Errorf("%q around %q in %q: %v, want %v", tt.phrase, tt.match, tt.text, got, tt.want)
		}
	}
}

func indexOf(text, part string) int {
	for i := range text {
		if len(text) >= i+len(part) && text[i:i+len(part)] == part {
			return i
		}
	}
	return 0
}

func FuzzAround(f *testing.F) {
	f.Add("Fresh apple juice", "apple juice", 6, 11)
	f.Add("小米粥\xff", "小米", 0, 3)
	f.Fuzz(func(t *testing.T, text, phrase string, start, end int) {
		if start < 0 || end < start || end > len(text) {
			return
		}
		around(text, phrase, start, end) // must end, and stay inside the text
	})
}

// fusedWith is the verdict on one picture, as close to the reference of right A as given, with some facts.
func fusedWith(t require, cosine float32, l Listing, facts Facts) Verdict {
	near := shelf{{ID: "ref-A", Vectors: [][]float32{{cosine, 0}}, Payload: index.Payload{Right: "A"}}}
	f := Fusion{NearCopy: PictureConfig{SignalConfig: logistic, Candidates: 5, Neighbours: 1}, Infringement: FusedConfig{Second: 0.5, Calibration: Calibration{A: 1}}}
	d := &Detector{
		fusion: f, pictures: fixed{regions: [][]float32{{1, 0}}}, index: near, outputs: []string{OutputCopy}, support: standing(),
		signals: []signal{newNearCopy(f.NearCopy, index.Space{Output: OutputCopy}, nil, nil, near)},
	}
	c, err := d.Candidates(t.Context(), l, Scope{})
	if err != nil {
		t.Fatal(err)
	}
	r := d.Assess(l, c, facts)
	if len(r.Verdicts) != 1 {
		t.Fatalf("%d verdicts", len(r.Verdicts))
	}
	sum := 0.0
	for _, x := range r.Verdicts[0].Contributions {
		sum += x.LogOdds
	}
	if diff := sum - r.Verdicts[0].Score; diff > 1e-9 || diff < -1e-9 {
		t.Fatalf("contributions add up to %g, the score is %g", sum, r.Verdicts[0].Score)
	}
	return r.Verdicts[0]
}

// require is what a test and a property test have in common.
type require interface {
	Context() context.Context
	Fatal(...any)
	Fatalf(string, ...any)
}

func plainListing() Listing {
	return Listing{Seller: "s", Title: "Bag", Goods: []string{"18"}, Pictures: []Picture{picture(20, 10)}}
}

// change returns facts about right A as changed by fn.
func change(fn func(*Facts, *RightFacts, *ReferenceFacts)) Facts {
	f := rights("A")
	r := f.Rights["A"]
	ref := r.References["ref-A"]
	r.Goods = []string{"18"}
	if fn != nil {
		fn(&f, &r, &ref)
	}
	r.References["ref-A"] = ref
	f.Rights["A"] = r
	return f
}

// speaksAgainst are the facts that must lower the probability, each with the code of its line.
var speaksAgainst = map[string]func(*Listing, *Facts, *RightFacts, *ReferenceFacts){
	"authorised_seller": func(_ *Listing, _ *Facts, r *RightFacts, _ *ReferenceFacts) { r.Authorised = true },
	"licensed_seller": func(_ *Listing, _ *Facts, r *RightFacts, _ *ReferenceFacts) {
		r.Authorised, r.Standing = true, StandingLicensee
	},
	"holders_own_account": func(_ *Listing, _ *Facts, r *RightFacts, _ *ReferenceFacts) {
		r.Authorised, r.Standing = true, StandingHolder
	},
	"out_of_territory": func(_ *Listing, _ *Facts, r *RightFacts, _ *ReferenceFacts) { r.Outside = []string{OutsideTerritory} },
	"right_expired":    func(_ *Listing, _ *Facts, r *RightFacts, _ *ReferenceFacts) { r.Outside = []string{OutsideTime} },
	"known_benign": func(_ *Listing, _ *Facts, r *RightFacts, _ *ReferenceFacts) {
		r.Suppressions = []Suppression{{ID: "sup", Picture: "h", Reason: "stock photo"}}
	},
	"quarantined":           func(_ *Listing, _ *Facts, _ *RightFacts, ref *ReferenceFacts) { ref.Quarantined = "qua_1" },
	"resale_wording":        func(l *Listing, _ *Facts, _ *RightFacts, _ *ReferenceFacts) { l.Title = "Pre-owned bag" },
	"parody_wording":        func(l *Listing, _ *Facts, _ *RightFacts, _ *ReferenceFacts) { l.Description = "A parody" },
	"goods_apart":           func(_ *Listing, _ *Facts, r *RightFacts, _ *ReferenceFacts) { r.Goods = []string{"3"} },
	"seller_cleared_before": func(_ *Listing, f *Facts, _ *RightFacts, _ *ReferenceFacts) { f.Seller = &SellerFacts{Cleared: 3} },
}

// speaksFor are the facts that must raise it.
var speaksFor = map[string]func(*Listing, *Facts, *RightFacts, *ReferenceFacts){
	"seller_removed_before": func(_ *Listing, f *Facts, _ *RightFacts, _ *ReferenceFacts) { f.Seller = &SellerFacts{Removed: 1} },
	"strikes":               func(_ *Listing, f *Facts, _ *RightFacts, _ *ReferenceFacts) { f.Seller = &SellerFacts{Strikes: 1} },
}

// TestFactsMoveTheVerdict: whatever the likeness, each fact that speaks against lowers the fused probability and each that supports
// raises it; contributions add up with them; and each has its own line.
func TestFactsMoveTheVerdict(t *testing.T) {
	apply := func(fn func(*Listing, *Facts, *RightFacts, *ReferenceFacts)) (Listing, Facts) {
		l := plainListing()
		return l, change(func(f *Facts, r *RightFacts, ref *ReferenceFacts) { fn(&l, f, r, ref) })
	}
	rapid.Check(t, func(rt *rapid.T) {
		cosine := float32(rapid.Float64Range(0.2, 0.95).Draw(rt, "cosine")) // from 0.05 to 0.99
		l := plainListing()
		before := fusedWith(rt, cosine, l, change(nil))
		for code, fn := range speaksAgainst {
			l, facts := apply(fn)
			after := fusedWith(rt, cosine, l, facts)
			if !(after.Probability < before.Probability) {
				rt.Errorf("%s: %g is not below %g", code, after.Probability, before.Probability)
			}
			if !slices.ContainsFunc(after.Against, func(n Note) bool { return n.Code == code && n.Text != "" }) {
				rt.Errorf("%s has no line: %+v", code, after.Against)
			}
		}
		for code, fn := range speaksFor {
			l, facts := apply(fn)
			if after := fusedWith(rt, cosine, l, facts); !(after.Probability > before.Probability) && before.Probability < 0.999 {
				rt.Errorf("%s: %g is not above %g", code, after.Probability, before.Probability)
			}
		}
	})
}

// An excused likeness must not hide another of the same right: a suppressed picture beside a copied one, a quarantined reference
// beside another.
func TestExcusesHideNothing(t *testing.T) {
	near := shelf{
		{ID: "ref-A", Vectors: [][]float32{{1, 0}}, Payload: index.Payload{Right: "A"}},
		{ID: "ref-B", Vectors: [][]float32{{0.8, 0}}, Payload: index.Payload{Right: "A"}},
	}
	s := newNearCopy(PictureConfig{SignalConfig: logistic, Candidates: 5, Neighbours: 1}, index.Space{Output: OutputCopy}, nil, nil, near)
	first, second := picture(20, 10), picture(20, 10)
	second.Hash = "other"
	l := Listing{Pictures: []Picture{first, second}}
	p := candidates(t, s, l, fixed{regions: [][]float32{{1, 0}}})
	facts := Facts{Rights: map[string]RightFacts{"A": {Right: "A", References: map[string]ReferenceFacts{"ref-A": {Quarantined: "qua_1"}, "ref-B": {}}}}}
	type claim struct {
		reference string
		picture   int
		excused   bool
	}
	judged := func(facts Facts) []claim {
		found := s.find(l, p, facts)
		for i := range found {
			weigh(&found[i], l, facts)
		}
		sortFindings(found)
		var out []claim
		for _, f := range found {
			out = append(out, claim{f.Reference, f.Picture.Index, f.Excused})
			if f.Excused != (f.Probability == 0) {
				t.Errorf("%+v", f)
			}
		}
		return out
	}
	if diff := cmp.Diff([]claim{{"ref-B", 0, false}, {"ref-A", 0, true}}, judged(facts), cmp.AllowUnexported(claim{})); diff != "" {
		t.Errorf("a quarantined reference (-want +got):\n%s", diff)
	}
	facts = Facts{Rights: map[string]RightFacts{"A": {Right: "A", Suppressions: []Suppression{{ID: "sup", Picture: "h"}}, References: map[string]ReferenceFacts{"ref-A": {}, "ref-B": {}}}}}
	if diff := cmp.Diff([]claim{{"ref-A", 1, false}, {"ref-A", 0, true}}, judged(facts), cmp.AllowUnexported(claim{})); diff != "" {
		t.Errorf("a suppressed picture (-want +got):\n%s", diff)
	}
}

// A phrase around a mark excuses it there, and not where the mark stands by itself.
func TestSuppressedPhrase(t *testing.T) {
	lexicon := wordmark.NewLexicon()
	lexicon.Add(wordmark.Mark{Reference: "w1", Right: "W", Word: "Velmora"})
	s := keywordSignal(lexicon, fixed{word: []float32{0, 1}}, shelf{})
	facts := words()
	r := facts.Rights["W"]
	r.Suppressions = []Suppression{{ID: "sup_1", Reason: "a river", Words: "river velmora"}}
	facts.Rights["W"] = r
	for title, want := range map[string][]bool{
		"Kayak for the River Velmora":          {true},
		"Velmora bag":                          {false},
		"Velmora bag, as on the river velmora": {false, true},
	} {
		l := Listing{Title: title}
		found := s.find(l, candidates(t, s, l, nil), facts)
		for i := range found {
			weigh(&found[i], l, facts)
		}
		sortFindings(found)
		var got []bool
		for _, f := range found {
			got = append(got, f.Excused)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", title, diff)
		}
	}
}

// Every finding that facts make says in a sentence what it is, in every language.
func TestFactsHaveSentences(t *testing.T) {
	for _, f := range []Finding{
		{Signal: SignalSellerHistory, Support: true, Seller: &SellerFacts{Removed: 2}}, {Signal: SignalResale, Support: true}, {Signal: SignalParody, Support: true},
		{Signal: SignalGoodsApart, Support: true}, {Signal: SignalRelisting, Picture: &PictureEvidence{}},
	} {
		said := explain(f)
		if len(said) != 3 {
			t.Errorf("%s is explained in %d languages", f.Signal, len(said))
		}
		for language, text := range said {
			if text == f.Signal+".found" || strings.Contains(text, "{") {
				t.Errorf("%s in %s: %s", f.Signal, language, text)
			}
		}
	}
}

func TestSellerHistoryByHand(t *testing.T) {
	right := RightFacts{Right: "A"}
	for _, tt := range []struct {
		name   string
		seller string
		facts  *SellerFacts
		want   float64
		reason bool
	}{
		{"nothing recorded", "s", nil, 0, true},
		{"no seller", "", &SellerFacts{Removed: 3}, 0, true},
		{"new seller", "s", &SellerFacts{}, 0, false},
		{"one removal", "s", &SellerFacts{Removed: 1}, 0.5, false},
		{"one of the same right", "s", &SellerFacts{Removed: 1, OfRights: []string{"A"}}, 0.75, false},
		{"and a strike", "s", &SellerFacts{Removed: 1, Strikes: 1, OfRights: []string{"A"}}, 0.875, false},
		{"cleared", "s", &SellerFacts{Cleared: 1}, -0.25, false},
		{"removed and cleared", "s", &SellerFacts{Removed: 1, Cleared: 9}, 0.5, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f, reason := sellerHistory{}.support(Listing{Seller: tt.seller}, right, nil, &circumstances{facts: Facts{Seller: tt.facts}})
			got := 0.0
			if f != nil {
				got = f.Score
			}
			if got != tt.want || (reason != "") != tt.reason {
				t.Errorf("strength %g, reason %q, want %g", got, reason, tt.want)
			}
		})
	}
}
