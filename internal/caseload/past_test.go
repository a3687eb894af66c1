package caseload

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"touchstone/detect"
	"touchstone/internal/casework/docket"
	"touchstone/internal/casework/followup"
	"touchstone/internal/intake"
	"touchstone/internal/listings"
	"touchstone/internal/store/sqlite"
)

// TestRemoved: what scoring is told of a removed picture: what the removal rests on, whether it is confirmed, how many were removed for it, and
// how many unrelated sellers show it and stand.
func TestRemoved(t *testing.T) {
	ctx, now := t.Context(), time.Date(2026, 3, 10, 0, 0, 0, 0, time.UTC)
	store, err := sqlite.Open(ctx, "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	for i, seller := range []string{"first", "second", "stands", "stands", "also stands"} {
		id := "lst_" + string(rune('a'+i))
		l := listings.Listing{ID: id, Marketplace: "m", Listing: id, Seller: seller, Pictures: []string{"h"}, ReportID: "rep_" + id, ScoredAt: now, ExpiresAt: now.AddDate(0, 1, 0)}
		if err := store.SaveScored(ctx, intake.ReportRecord{ID: l.ReportID, CreatedAt: now}, l, "p@1"); err != nil {
			t.Fatal(err)
		}
	}
	box := [4]int{1, 2, 3, 4}
	removed := func(id, seller string, automatic bool) followup.Past {
		return followup.Past{Case: id, Decision: "dec_" + id, Marketplace: "m", Listing: "L-" + id, Seller: seller, Right: "r", At: now.AddDate(0, 0, -1), Removed: true,
			Pictures: []string{"h"}, Grounds: []docket.Ground{{Picture: "h", Chance: 0.9, Box: &box}}, Automatic: automatic, FinalAt: now.AddDate(0, 6, 0)}
	}
	old := removed("c", "first", false)
	old.Right, old.Grounds = "r2", nil // of before grounds were kept
	err = store.Update(context.WithoutCancel(ctx), func(tx docket.Tx) error {
		for _, p := range []followup.Past{removed("a", "first", true), removed("b", "second", false), old} {
			if err := tx.(followup.Tx).PutPast(ctx, p); err != nil { //nolint:forcetypeassert // the store has it
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	past := Past{Followup: followup.New(followup.Parts{Store: store, Now: func() time.Time { return now }})}
	told := func(at time.Time) []detect.Relisted {
		list, err := past.Removed(ctx, []string{"", "h", "h", "other"}, at)
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	want := func(id string, more detect.Relisted) detect.Relisted {
		more.Picture, more.Entry, more.Listing, more.Decision, more.On, more.Hash, more.Cosine = 1, id, "L-"+id, "dec_"+id, "2026-03-09", "h", 1
		return more
	}
	within := detect.Box(box)
	by := []detect.Relisted{
		want("a", detect.Relisted{Right: "r", Chance: 0.9, Within: &within, Unconfirmed: true, Removals: 1, Standing: 2}),
		want("b", detect.Relisted{Right: "r", Chance: 0.9, Within: &within, Removals: 1, Standing: 2}),
		want("c", detect.Relisted{Right: "r2", Removals: 1, Standing: 3}),
	}
	if diff := cmp.Diff(by, told(now)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	by[0].Unconfirmed, by[0].Removals, by[1].Removals = false, 2, 2
	if diff := cmp.Diff(by, told(now.AddDate(0, 6, 0))); diff != "" {
		t.Errorf("once nobody may complain any more (-want +got):\n%s", diff)
	}
}
