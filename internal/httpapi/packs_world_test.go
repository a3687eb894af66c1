package httpapi_test

import (
	"path/filepath"
	"testing"

	"github.com/danielgtaylor/huma/v2"

	"touchstone/embed/embedtest"
	"touchstone/internal/httpapi/packs"
	"touchstone/internal/intake/intaketest"
	"touchstone/internal/rollout"
	"touchstone/models"
)

// fakeModels are models that nobody need close.
type fakeModels struct{ *embedtest.Fake }

func (fakeModels) Close() error { return nil }

// packs adds the operations of who looks after the models. Rollouts run when a test says so. What comes in is checked by its files alone:
// the fake's packs have no graphs.
func (w *world) packs(t *testing.T, api huma.API) {
	w.rollouts = rollout.NewManager(rollout.Parts{
		Store: w.Store, Intake: w.Service, Shelf: rollout.Shelf{Dir: filepath.Join(t.TempDir(), "packs")}, InUse: intaketest.Pack(t, "1"), Models: fakeModels{w.Fake},
		Open: func(*models.Pack) (rollout.Models, error) { return fakeModels{w.Fake}, nil }, Now: w.Clock,
	})
	w.Observer = w.rollouts
	w.comparisons = w.comparisonsIn(t)
	(&packs.API{Rollouts: w.rollouts, Comparisons: w.comparisons}).Register(api)
}
