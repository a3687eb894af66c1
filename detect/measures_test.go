package detect

import (
	_ "embed"
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"touchstone/detect/keypoint"
)

//go:embed testdata/measures.json
var keptMeasures []byte

// TestMeasuresAreThoseOfTheFit: what is weighed here is what training-notes/export/acceptance.py was fitted on, for pairs of a real run
// (acceptance_golden.py).
func TestMeasuresAreThoseOfTheFit(t *testing.T) {
	var kept struct {
		Beta  float64
		Pairs []struct {
			Row      map[string]float64
			Measures [measured]float64
		}
	}
	if err := json.Unmarshal(keptMeasures, &kept); err != nil || len(kept.Pairs) < 40 {
		t.Fatalf("%d pairs, error %v", len(kept.Pairs), err)
	}
	for i, pair := range kept.Pairs {
		r := pair.Row
		p := keypoint.Placement{Inliers: int(r["inliers"]), Expected: int(r["expected"]), Matches: int(r["matches"])}
		g := keypoint.Agreement{Detail: r["detail"], Share: r["share"], Centre: r["centre"], Whole: r["whole"], Texture: r["texture"], Core: r["core"]}
		l := keypoint.Lookup{Heart: r["heart"], Gap: r["gap"], Spread: r["spread"]}
		got := measures(r["vectors"]-kept.Beta*r["background"], p, g, l)
		// Evenness is made of places that a run does not tell; TestAcceptanceByHand has it.
		got[10] = pair.Measures[10]
		if diff := cmp.Diff(pair.Measures, got, cmpopts.EquateApprox(0, 1e-9)); diff != "" {
			t.Errorf("pair %d (-python +go):\n%s", i, diff)
		}
	}
}
