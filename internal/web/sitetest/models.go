package sitetest

import (
	"touchstone/internal/drift"
	"touchstone/internal/intake"
	"touchstone/internal/threshold"
	"touchstone/internal/web"
)

// Measured lets a site's pack bring a curve: a hundred listings that infringe and a thousand that do not, of which the lower threshold takes ten.
func Measured(w *web.Web) {
	book := threshold.NewBook()
	book.AddPack("test@1.0.0", map[string]threshold.Curve{"infringement": {Kind: threshold.KindLabelled, Source: "held-out sets <b>", Infringing: 100, Innocent: 1000,
		Steps: []threshold.CurveStep{{At: 0.4, Taken: 90, Wrong: 10}, {At: 0.8, Taken: 60, Wrong: 0}}}})
	w.Followup.Measured, w.Followup.Pack = book, func() string { return "test@1.0.0" }
}

// Drifting counts the scores of a site.
func Drifting(watch **drift.Watch) func(*web.Web) {
	return func(w *web.Web) {
		*watch = drift.NewWatch(w.Reports.(drift.Store), nil, w.Now)
		w.Evidence.(*intake.Service).Observer, w.Drift = *watch, *watch
	}
}
