package storetest

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"touchstone/internal/audit"
	"touchstone/internal/casework"
	"touchstone/internal/rollout"
)

// testRollouts: at most one is open, the last cut-over names the pack in use, and each change is in the audit log with it.
func testRollouts(t *testing.T, s Store) {
	ctx := t.Context()
	said := func(what string) audit.Event {
		return audit.Event{At: T0, Actor: "user:acc", Action: what, Subject: "rol_1"}
	}
	if _, ok, err := s.OpenRollout(ctx); ok || err != nil {
		t.Errorf("an open rollout in an empty store: %t, %v", ok, err)
	}
	if _, ok, err := rollout.InUse(ctx, s); ok || err != nil {
		t.Errorf("a pack in use in an empty store: %t, %v", ok, err)
	}
	if _, err := s.Rollout(ctx, "rol_1"); !errors.Is(err, casework.ErrNotFound) {
		t.Errorf("a rollout that is not there: %v", err)
	}
	a, b := rollout.Pack{Name: "a", Version: "1", Digest: "aa"}, rollout.Pack{Name: "b", Version: "1", Digest: "bb"}
	first := rollout.Rollout{ID: "rol_1", Kind: rollout.KindActivate, From: a, To: b, State: rollout.StateFilling, By: "acc", StartedAt: T0}
	must(t, s.CreateRollout(ctx, first, said("rollout.started")))
	second := first
	second.ID, second.Kind, second.Share, second.Shadowed = "rol_2", rollout.KindShadow, 0.5, &rollout.Shadowed{Listings: 3, Bands: map[string]int{"clear → block": 1}}
	if err := s.CreateRollout(ctx, second, said("rollout.started twice")); !errors.Is(err, rollout.ErrBusy) {
		t.Errorf("a second open rollout: %v, want ErrBusy", err)
	}
	cut, end := T0.Add(time.Second), T0.Add(time.Minute)
	first.State, first.CutAt, first.Done, first.All = rollout.StateCutting, &cut, 7, 7
	must(t, s.SaveRollout(ctx, first, said("pack.activated")))
	if got, ok, err := rollout.InUse(ctx, s); got != b || !ok || err != nil {
		t.Errorf("in use: %+v %t %v", got, ok, err)
	}
	if got, ok, err := s.OpenRollout(ctx); err != nil || !ok || cmp.Diff(first, got) != "" {
		t.Errorf("open: %t %v\n%s", ok, err, cmp.Diff(first, got))
	}
	first.State, first.EndedAt = rollout.StateDone, &end
	must(t, s.SaveRollout(ctx, first))
	must(t, s.CreateRollout(ctx, second))
	if got, err := s.Rollouts(ctx, "", 10); err != nil || cmp.Diff([]rollout.Rollout{second, first}, got) != "" {
		t.Errorf("all: %v\n%s", err, cmp.Diff([]rollout.Rollout{second, first}, got))
	}
	if got, err := s.Rollouts(ctx, second.ID, 10); err != nil || len(got) != 1 || got[0].ID != first.ID {
		t.Errorf("behind the second: %+v, %v", got, err)
	}
	if got, ok, err := s.LastCut(ctx); err != nil || !ok || got.ID != first.ID {
		t.Errorf("last cut-over: %+v %t %v", got, ok, err)
	}
	for _, id := range []string{"dif_2", "dif_1", "dif_1"} { // the third is a repetition
		must(t, s.AddDisagreement(ctx, rollout.Disagreement{ID: id, Rollout: second.ID, At: T0, What: rollout.DifferBand}))
	}
	must(t, s.AddDisagreement(ctx, rollout.Disagreement{ID: "dif_3", Rollout: first.ID, At: T0}))
	got, err := s.Disagreements(ctx, second.ID, "", 10)
	if err != nil || len(got) != 2 || got[0].ID != "dif_1" || got[1].ID != "dif_2" {
		t.Errorf("differences %+v, %v", got, err)
	}
	if d, err := s.Disagreement(ctx, second.ID, "dif_2"); err != nil || d.ID != "dif_2" {
		t.Errorf("one difference: %+v, %v", d, err)
	}
	for _, missing := range [][2]string{{second.ID, "dif_9"}, {"rol_none", "dif_2"}} {
		if _, err := s.Disagreement(ctx, missing[0], missing[1]); !errors.Is(err, casework.ErrNotFound) {
			t.Errorf("difference %v: %v", missing, err)
		}
	}
	if got, err = s.Disagreements(ctx, second.ID, "dif_1", 10); err != nil || len(got) != 1 || got[0].ID != "dif_2" {
		t.Errorf("differences behind the first: %+v, %v", got, err)
	}
	must(t, s.Audit(ctx, said("pack.imported")))
	entries, err := s.Audits(ctx, "rol_1", 0, 10)
	must(t, err)
	var actions []string
	for _, e := range entries {
		actions = append(actions, e.Action)
	}
	if d := cmp.Diff([]string{"rollout.started", "pack.activated", "pack.imported"}, actions); d != "" {
		t.Errorf("audit log (-want +got):\n%s", d)
	}
}
