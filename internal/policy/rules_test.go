package policy

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// withRules is a policy file whose default policy and market "m" carry rules.
func withRules(def, market string) string {
	p := `{"name": %q, "version": "1", "infringement": {"review": 0.3, "urgent": 0.7, "block": 0.9}, "pending_at_most": "review", "unchecked_band": "review", "rules": %s}`
	return "[" + fmt.Sprintf(p, "default", def) + "," + fmt.Sprintf(p, "m", market) + "]"
}

// TestRulesAreNobodys: what a caller does to the deadlines that it was given, and to the default rules, stays its own.
func TestRulesAreNobodys(t *testing.T) {
	for _, set := range []Set{{}, {"default": {Rules: &Rules{Version: "d", Deadlines: map[string]Deadline{DeadlineNotice: {Hours: 7, Then: "escalate", Source: "ours"}}}}}} {
		first, want := set.Rules(""), set.Rules("")
		first.Deadlines[DeadlineNotice] = Deadline{Hours: 1}
		DefaultRules().Penalties.CloseAtStrikes = 99
		if diff := cmp.Diff(want, set.Rules("")); diff != "" {
			t.Errorf("the rules changed (-want +got):\n%s", diff)
		}
	}
}

func TestRulesInLayers(t *testing.T) {
	set, err := Parse(strings.NewReader(withRules(
		`{"version": "d", "deadlines": {"clarification": {"days": 5, "then": "decline", "source": "ours"}}}`,
		`{"version": "m", "deadlines": {"notice_decision": {"hours": 12, "then": "escalate", "source": "contract"}}}`)))
	if err != nil {
		t.Fatal(err)
	}
	got, builtin := set.Rules("m"), DefaultRules()
	if got.Version != "m" || got.Deadlines[DeadlineNotice].Hours != 12 || got.Deadlines[DeadlineClarification].Days != 5 {
		t.Errorf("%+v", got)
	}
	if diff := cmp.Diff(builtin.Deadlines[DeadlineDMCA], got.Deadlines[DeadlineDMCA]); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(builtin.Penalties, got.Penalties); diff != "" {
		t.Error(diff)
	}
	if other := set.Rules("elsewhere"); other.Version != "d" || other.Deadlines[DeadlineNotice].Hours != 24 {
		t.Errorf("a market without a policy: %+v", other)
	}
	if DefaultRules().Deadlines[DeadlineNotice].Hours != 24 {
		t.Error("a layer changed the built-in rules")
	}
}

// TestDefaultRules holds the documented defaults.
func TestDefaultRules(t *testing.T) {
	r := DefaultRules()
	for _, name := range deadlineNames {
		if _, ok := r.Deadlines[name]; !ok {
			t.Errorf("no deadline %s", name)
		}
	}
	p := r.Penalties
	if p.StrikeGroupHours != 72 || p.StrikeDays != 365 || p.CloseAtStrikes != 3 || p.PointsADay != 6 || !cmp.Equal(p.FreezeDays, []int{1, 7}) {
		t.Errorf("%+v", p)
	}
	if s := r.Surveys; s.OpenDays != 28 || s.RestDays != 14 || s.Case.DelayDays != 3 || s.Quarter.Share != 1 {
		t.Errorf("%+v", s)
	}
	short := Retention{Notices: 60, Inquiries: 90, Links: 40}
	for class, want := range map[string]int{RetainNotices: 60, RetainSurveys: 90, RetainLinks: 40, RetainFiles: 1095, RetainFilings: 400, "tea": 0} {
		if d := short.Days(class); d != want {
			t.Errorf("%s are kept %d days, want %d", class, d, want)
		}
	}
	if s := r.Standing; s.GoodUpheld != 0.9 || s.GoodCountered != 0.05 || s.WindowMonths != 3 || s.LockoutMonths != 3 {
		t.Errorf("%+v", s)
	}
}

func TestEveryFaultOfRulesAtOnce(t *testing.T) {
	_, err := Parse(strings.NewReader(withRules(`{
		"deadlines": {"complaint": {"hours": 1, "days": 2, "then": "shrug"}, "tea": {"hours": 1, "not_before": 2, "then": "close", "source": "x"}},
		"penalties": {"strike_group_hours": 72, "strike_days": 0, "freeze_days": [-1], "close_at_strikes": 3, "points_a_day": 6, "points_days": 365,
			"steps": [{"points": 12, "measure": "warning"}, {"points": 12, "measure": "freeze"}, {"points": 13, "measure": "fine"}]},
		"surveys": {"case": {"ask": ["holder", "cat"], "share": 2}, "quarter": {"ask": [], "delay_days": 61}, "open_days": 0, "rest_days": -1},
		"standing": {"good_upheld": 0.4, "low_upheld": 0.6}}`, `{"version": "m"}`)))
	if err == nil {
		t.Fatal("accepted")
	}
	for _, want := range []string{
		"version is needed", "deadlines.complaint: give exactly one of", `then is "shrug"`, "source is needed", "deadlines.tea: there is no such", "not_before is 2",
		"penalties.strike_days is 0: use 1 to 3650", "penalties.freeze_days[0] is -1", "steps[1].points is 12: steps stand", "steps[1].days is 0", `steps[2].measure is "fine"`,
		"standing.low_upheld is above", "standing.window_months is 0", "standing.misuse is empty", "standing.day_listings is 0",
		`case.ask names "cat"`, `case.ask names "holder"`, "case.share is 2", "quarter.delay_days is 61", "open_days is 0", "rest_days is -1",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("not reported: %s\n%v", want, err)
		}
	}
}
