package storetest

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"touchstone/internal/drift"
)

// testScores: counts add up by day, pack and signal.
func testScores(t *testing.T, s Store) {
	ctx := t.Context()
	first := map[drift.Key]drift.Counts{{Day: 7, Pack: "a@1", Signal: "near_copy"}: {0: 3, 19: 1}, {Day: 8, Pack: "a@1", Signal: "near_copy"}: {5: 2}, {Day: 8, Pack: "b@1", Signal: "near_copy"}: {1: 9}}
	must(t, s.AddScores(ctx, first))
	must(t, s.AddScores(ctx, map[drift.Key]drift.Counts{{Day: 8, Pack: "a@1", Signal: "near_copy"}: {0: 4}, {Day: 8, Pack: "a@1", Signal: "infringement"}: {2: 1}}))
	for _, c := range []struct {
		from, to drift.Day
		want     map[string]drift.Counts
	}{
		{7, 9, map[string]drift.Counts{"near_copy": {0: 7, 5: 2, 19: 1}, "infringement": {2: 1}}},
		{7, 8, map[string]drift.Counts{"near_copy": {0: 3, 19: 1}}},
		{9, 10, map[string]drift.Counts{}},
	} {
		got, err := s.Scores(ctx, "a@1", c.from, c.to)
		if d := cmp.Diff(c.want, got); err != nil || d != "" {
			t.Errorf("days %d to %d: %v\n%s", c.from, c.to, err, d)
		}
	}
}
