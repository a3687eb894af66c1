package local

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"touchstone/index"
)

// TestTopKeepsTheBest: whatever is offered in whatever order, and with memory of earlier searches, the best by score and then
// by ID remain, as if all had been sorted.
func TestTopKeepsTheBest(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.IntRange(0, 200).Draw(rt, "points")
		scores := rapid.SliceOfN(rapid.IntRange(0, rapid.SampledFrom([]int{1, 3, 1000}).Draw(rt, "scores")), n, n).Draw(rt, "score")
		limit := rapid.IntRange(1, 60).Draw(rt, "limit")
		points := newTail()
		points.payloads = []payload{{}}
		for i := range scores {
			points.entries = append(points.entries, entry{id: fmt.Sprintf("%03d", (i*37)%200)}) // in no order
		}
		v := &view{points: n, vectors: n, tails: []tail{points}}
		f := newFinder(false, newTop(v, limit)) // often one that has searched before
		defer f.release()
		want := make([]index.Hit, 0, n)
		for i, s := range scores {
			f.top.offer(float32(s), refOf(0, i), 0)
			want = append(want, index.Hit{ID: points.entries[i].id, Score: float32(s)})
		}
		slices.SortFunc(want, func(a, b index.Hit) int {
			if a.Score != b.Score {
				return int(b.Score - a.Score)
			}
			if a.ID < b.ID {
				return -1
			}
			return 1
		})
		got, err := f.top.hits()
		if err != nil {
			rt.Fatal(err)
		}
		if diff := cmp.Diff(want[:min(n, limit)], got); diff != "" {
			rt.Fatalf("(-want +got):\n%s", diff)
		}
	})
}
