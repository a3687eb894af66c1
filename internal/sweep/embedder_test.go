package sweep_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"touchstone/embed"
	"touchstone/embed/onnx/onnxtest"
	"touchstone/internal/casework"
	"touchstone/internal/intake/intaketest"
	"touchstone/internal/policy"
	"touchstone/internal/sweep"
)

// openReal is openWith with the pack that ships and its models.
func openReal(t *testing.T, closer string) *world {
	t.Helper()
	pack := onnxtest.BasePack(t)
	return swept(intaketest.OpenReal(t, t.TempDir(), pack, onnxtest.Open(t, pack, embed.Config{})), closer)
}

// TestCloserReadsWhatNoRuleDoes: spellings that the word embedder alone reads are found by the look at every listing, and not by the rules
// that a sweep reads titles with; titles of other things are found by neither.
func TestCloserReadsWhatNoRuleDoes(t *testing.T) {
	for mode, want := range map[string]map[string]bool{
		policy.SweepCloserNever:  {"plain": true},
		policy.SweepCloserAlways: {"plain": true, "by ear": true, "doubled": true},
	} {
		w := openReal(t, mode)
		for id, title := range map[string]string{"plain": "Velmora bag", "by ear": "Valmoura bag", "doubled": "Welmoora bag", "other": "Leather bag", "place": "Bag from Valmiera"} {
			w.score(t, id, title)
		}
		w.flush(t)
		r := w.right(t, "VELMORA", casework.TrademarkWord)
		w.verify(t, r)
		w.word(t, r, "Velmora")
		s, listings := w.found(t, r)
		if diff := cmp.Diff(want, listings); diff != "" || s.State != sweep.StateDone {
			t.Errorf("mode %s, %+v (-want +got):\n%s", mode, s, diff)
		}
	}
}
