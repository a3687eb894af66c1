package removals_test

import (
	"slices"
	"testing"
	"time"

	"touchstone/detect"
	"touchstone/index"
	"touchstone/internal/caseload"
	"touchstone/internal/casework"
	"touchstone/internal/casework/docket"
	"touchstone/internal/casework/followup"
	"touchstone/internal/intake"
	"touchstone/internal/intake/intaketest"
)

var operator = casework.Actor{Account: "ops", Role: "operator"}

// world is a service that meets again what was decided.
type world struct {
	*intaketest.World
	right string
}

// withPast gives a service its history, and a verified design without any reference: whatever is found of it is found by its past.
func withPast(t *testing.T, w *intaketest.World) world {
	t.Helper()
	w.History = caseload.Past{Followup: followup.New(followup.Parts{Store: w.Store, Registry: w.Registry, Now: w.Clock})}
	h, err := w.Registry.CreateHolder(t.Context(), operator, casework.Holder{LegalName: "Velmora Srl", Country: "IT", Email: "ip@velmora.example"})
	if err != nil {
		t.Fatal(err)
	}
	r, err := w.Registry.CreateRight(t.Context(), operator, casework.Right{HolderID: h.ID, Name: "Meander", Type: casework.Design, Territories: []string{"WW"}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.SetRightState(t.Context(), operator, r.ID, casework.StateVerified); err != nil {
		t.Fatal(err)
	}
	return world{w, r.ID}
}

// score scores a listing with pictures.
func (w world) score(t *testing.T, profile string, pictures ...[]byte) intake.ReportRecord {
	t.Helper()
	l := intake.ListingInput{ID: "new", Profile: profile}
	for _, data := range pictures {
		l.Pictures = append(l.Pictures, intake.PictureInput{Data: data})
	}
	rec, err := w.Score(t.Context(), intake.ScoreInput{Account: "market", Listing: l})
	if err != nil {
		t.Fatal(err)
	}
	return rec
}

// remove has a case remove the listing of a report for its pictures, as a decision does, and the collection follow.
func (w world) remove(t *testing.T, id string, rec intake.ReportRecord) {
	t.Helper()
	w.put(t, id, rec)
	w.catchUp(t)
}

// put is remove without the collection.
func (w world) put(t *testing.T, id string, rec intake.ReportRecord) {
	t.Helper()
	p := followup.Past{Case: id, Decision: "dec_" + id, Marketplace: "m", Listing: "L-" + id, Seller: "s", Right: w.right, At: time.Now(), Removed: true}
	for _, pic := range rec.Report.Pictures {
		p.Pictures = append(p.Pictures, pic.Hash)
	}
	w.change(t, func(tx followup.Tx) error { return tx.PutPast(t.Context(), p) })
}

// reinstate takes a removal back, and the collection follows.
func (w world) reinstate(t *testing.T, id string) {
	t.Helper()
	w.drop(t, id)
	w.catchUp(t)
}

// drop is reinstate without the collection.
func (w world) drop(t *testing.T, id string) {
	t.Helper()
	w.change(t, func(tx followup.Tx) error { return tx.DropPast(t.Context(), id) })
}

func (w world) change(t *testing.T, fn func(followup.Tx) error) {
	t.Helper()
	if err := w.Store.Update(t.Context(), func(tx docket.Tx) error { return fn(tx.(followup.Tx)) }); err != nil {
		t.Fatal(err)
	}
}

func (w world) catchUp(t *testing.T) {
	t.Helper()
	if err := w.RemovedPictures().CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// held are the pictures in the collection.
func (w world) held(t *testing.T) []string {
	t.Helper()
	var out []string
	if err := w.Local.Each(t.Context(), detect.RemovedAlias, func(p index.Point) error { out = append(out, p.ID); return nil }); err != nil {
		t.Fatal(err)
	}
	slices.Sort(out)
	return out
}

// relisted is the finding on pictures that were removed before; nil without one.
func relisted(rec intake.ReportRecord) *detect.Finding {
	for i, f := range rec.Report.Findings {
		if f.Signal == detect.SignalRelisting {
			return &rec.Report.Findings[i]
		}
	}
	return nil
}
