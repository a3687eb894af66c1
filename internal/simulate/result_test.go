package simulate

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// TestTruthJudges: which decisions fit a truth.
func TestTruthJudges(t *testing.T) {
	founded, twice := Truth{Infringes: true}, Truth{Infringes: true, Codes: codesOfWay[wayTwice], Way: wayTwice}
	expired := Truth{Codes: codesOfWay[wayExpired], Way: wayExpired}
	for _, c := range []struct {
		truth         Truth
		outcome, code string
		right, reason bool
	}{
		{founded, outcomeTakenDown, "mark_on_page", true, true},
		{founded, outcomeDeclined, "INSUFFICIENT_EVIDENCE", false, false},
		{founded, outcomeNoAction, "", false, false},
		{expired, outcomeDeclined, "RIGHT_EXPIRED", true, true},
		{expired, outcomeDeclined, "INSUFFICIENT_EVIDENCE", true, false},
		{expired, outcomeTakenDown, "", false, false},
		{twice, outcomeDeclined, "DUPLICATE", true, true},
		{twice, outcomeTakenDown, "", true, true},
		{Truth{}, outcomeNoAction, "NO_INFRINGEMENT", true, true},
	} {
		right, reason := c.truth.right(c.outcome, c.code)
		if right != c.right || reason != c.reason {
			t.Errorf("%+v decided %s (%s): right %v, reason %v", c.truth, c.outcome, c.code, right, reason)
		}
	}
}

// TestCounts: a month of five cases, counted by hand.
func TestCounts(t *testing.T) {
	at := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	r := Result{ByKind: map[string]*Group{}, ByWay: map[string]*Group{}}
	for _, c := range []*Record{
		{Kind: kindPicture, Truth: Truth{Infringes: true}, Decided: at, Outcome: outcomeTakenDown, Automatic: true},
		{Kind: kindPicture, Truth: Truth{Infringes: true}, Decided: at, Outcome: outcomeDeclined, Code: "INSUFFICIENT_EVIDENCE"},
		{Kind: kindKeyword, Way: wayGoods, Truth: Truth{Codes: codesOfWay[wayGoods]}, Decided: at, Outcome: outcomeTakenDown, Automatic: true},
		{Kind: kindKeyword, Way: wayExpired, Truth: Truth{Codes: codesOfWay[wayExpired]}, Decided: at, Outcome: outcomeDeclined, Code: "RIGHT_EXPIRED", Automatic: true},
		{Kind: kindDesign, Truth: Truth{Infringes: true}},
	} {
		r.count(c)
	}
	want := Result{
		AutoCases: Share{3, 5}, AutoRight: Share{2, 3}, AutoTakeDowns: Share{1, 2}, AutoDeclines: Share{1, 1}, PersonRight: Share{0, 1},
		TakenDown: Share{2, 4}, Reasons: Share{1, 2},
		ByKind: map[string]*Group{
			kindPicture: {Automatic: Share{1, 2}, Right: Share{1, 1}, TakenDown: Share{1, 2}, Reasons: Share{0, 1}},
			kindDesign:  {Automatic: Share{0, 1}},
		},
		ByWay: map[string]*Group{
			wayGoods:   {Automatic: Share{1, 1}, Right: Share{0, 1}, TakenDown: Share{1, 1}},
			wayExpired: {Automatic: Share{1, 1}, Right: Share{1, 1}, TakenDown: Share{0, 1}, Reasons: Share{1, 1}},
		},
		Misses: []Miss{{Kind: kindKeyword, Way: wayGoods, Outcome: outcomeTakenDown, Automatic: true}},
	}
	if diff := cmp.Diff(want, r, cmpopts.IgnoreUnexported(Miss{})); diff != "" {
		t.Errorf("counted (-want +got):\n%s", diff)
	}
}
