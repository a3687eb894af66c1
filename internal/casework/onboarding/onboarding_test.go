package onboarding

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"touchstone/internal/casework"
	"touchstone/internal/message"
)

var now = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

func ptr[T any](v T) *T { return &v }

func ready() Facts {
	return Facts{At: now, Notices: true, Holder: casework.Holder{ID: "hld_1", BusinessID: "HRB 1"}, Rights: []RightFacts{
		{Right: casework.Right{ID: "a", State: casework.StateVerified, RetailPrice: &casework.Money{Amount: 1, Currency: "EUR"}}, Sellers: 1, References: []casework.Reference{{IndexedAt: &now}}},
		{Right: casework.Right{ID: "b", State: casework.StateVerified, ExpiresOn: ptr(now.AddDate(1, 0, 0))}, References: []casework.Reference{{IndexedAt: &now}}},
	}}
}

func TestReckon(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*Facts)
		todo   map[string][]string // step to rights
		ready  bool
	}{
		{"all done", func(*Facts) {}, map[string][]string{}, true},
		{"new", func(f *Facts) { *f = Facts{At: now} }, map[string][]string{StepHolder: nil, StepRight: nil, StepVerified: nil, StepValid: nil, StepReferences: nil, StepSearchable: nil, StepSellers: nil, StepPrice: nil, StepNotice: nil}, false},
		{"pending", func(f *Facts) { f.Rights[1].State = casework.StatePending }, map[string][]string{StepVerified: {"b"}}, false},
		{"rejected", func(f *Facts) { f.Rights[0].State = casework.StateRejected }, map[string][]string{StepVerified: {"a"}}, false},
		{"runs out", func(f *Facts) { f.Rights[1].ExpiresOn = ptr(now.AddDate(0, 5, 0)) }, map[string][]string{StepValid: {"b"}}, false},
		{"ran out", func(f *Facts) { f.Rights[1].ExpiresOn = ptr(now.AddDate(0, -1, 0)) }, map[string][]string{StepValid: {"b"}}, false},
		{"no reference", func(f *Facts) { f.Rights[0].References = nil }, map[string][]string{StepReferences: {"a"}, StepSearchable: {"a"}}, false},
		{"not searchable", func(f *Facts) { f.Rights[0].References[0].IndexedAt = nil }, map[string][]string{StepSearchable: {"a"}}, false},
		{"failing", func(f *Facts) { f.Rights[0].References[0].Problem = "broken" }, map[string][]string{StepSearchable: {"a"}}, false},
		{"optional ones", func(f *Facts) { f.Notices, f.Rights[0].Sellers, f.Rights[0].RetailPrice = false, 0, nil }, map[string][]string{StepSellers: nil, StepPrice: nil, StepNotice: nil}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := ready()
			c.change(&f)
			got, todo := Reckon(f, "de"), map[string][]string{}
			for _, s := range got.Steps {
				if (s.State == StateDone) != (s.Text == "") || s.Title == "" || !message.Has("onboarding."+s.Key) || !message.Has("onboarding."+s.Key+".todo") {
					t.Errorf("step %+v", s)
				}
				if s.State != StateDone {
					todo[s.Key] = s.Rights
				}
			}
			if d := cmp.Diff(c.todo, todo); d != "" {
				t.Error(d)
			}
			if got.Ready != c.ready || got.Done != len(got.Steps)-len(todo) || len(got.Steps) != 9 {
				t.Errorf("ready %t, %d of %d done", got.Ready, got.Done, len(got.Steps))
			}
		})
	}
}
