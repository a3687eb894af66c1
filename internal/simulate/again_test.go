package simulate

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestAgain: of each listing that was met as one that shows what was removed, the removal is told with what is true of it, wrong ones first; what
// is excused, about nobody's right, or goes by a case that nobody here made is not.
func TestAgain(t *testing.T) {
	at := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
	right, stock := &Right{Kind: kindDesign}, pictureKey{what: "stock:dish", n: 1}
	shown := func(id, seller string, hours int) *Listing {
		return &Listing{ID: id, Seller: seller, Kind: kindHonest, PutUp: at.Add(time.Duration(hours) * time.Hour), picture: stock, Title: id}
	}
	down, copied := shown("down", "b", 5), shown("copied", "d", 30)
	down.said = map[*Right]said{right: {"design_similarity": 0.9}}
	copied.Kind, copied.Right, copied.picture = kindDesign, right, pictureKey{what: kindDesign, n: 2}
	m := &month{rights: map[string]*Right{"r": right}, listings: map[string]*Listing{}, cases: map[string]*Record{"c1": {listing: down}, "c2": {listing: copied, Automatic: true, Truth: Truth{Infringes: true}}}}
	last := shown("last", "e", 40)
	for _, l := range []*Listing{shown("first", "a", 0), shown("again", "a", 1), down, shown("later", "c", 6), copied, last} {
		m.listings[l.ID] = l
	}
	hear := func(l *Listing, answer string) {
		var s scored
		if err := json.Unmarshal([]byte(answer), &s); err != nil {
			t.Fatal(err)
		}
		m.meet(l, s)
	}
	hear(copied, `{"result":{"report":{"verdicts":[{"right":"r","probability":0.99}],"findings":[{"signal":"relisting","right":"r","probability":0.9,"relisted":{"entry":"c2","cosine":0.7}}]}}}`)
	hear(last, `{"result":{"report":{"verdicts":[{"right":"r","probability":0.97}],"findings":[
		{"signal":"relisting","right":"r","probability":0.95,"relisted":{"entry":"c1","cosine":1}},
		{"signal":"relisting","right":"r","excused":true,"relisted":{"entry":"c1","cosine":1}},
		{"signal":"relisting","right":"nobody's","relisted":{"entry":"c1","cosine":1}},
		{"signal":"relisting","right":"r","relisted":{"entry":"unknown","cosine":1}},
		{"signal":"near_copy","right":"r","probability":0.5}]}}}`)
	want := []Again{
		{Right: kindDesign, SameFile: true, Chance: 0.95, Verdict: 0.97, Removed: kindHonest, RemovedBy: "person", Said: said{"design_similarity": 0.9}, Sellers: 2, Title: "last"},
		{Right: kindDesign, True: true, Chance: 0.9, Verdict: 0.99, Removed: kindDesign, RemovedTrue: true, RemovedBy: "service", Title: "copied"},
	}
	if diff := cmp.Diff(want, m.again()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
