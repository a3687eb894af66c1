package web

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"

	"github.com/gin-gonic/gin"

	"touchstone/detect"
	"touchstone/internal/rollout"
	"touchstone/internal/threshold"
)

// packsPage is the page at /operations/packs: the packs that are there, how they compare on their held-out sets, and rollouts.
type packsPage struct {
	frame
	Packs      []packView
	Compared   []comparison
	Precision  float64 // that thresholds are compared at
	Base       float64 // share of infringing listings that it is told for
	Rollouts   []rolloutView
	Open       bool // one is under way
	Back       bool // there is a pack to go back to
	Refreshing bool
	Shares     []string // of the traffic that a shadow may score, in percent
}

// packView is a pack as the page shows it.
type packView struct {
	ID, Digest, Licence, Description string
	Bytes                            int64
	Models                           []string
	InUse                            bool
}

// comparison is a signal with what each pack catches with it, in the order of the packs.
type comparison struct {
	Signal string
	Packs  []*threshold.Cut // nil where the pack has shown nothing
}

// rolloutView is a rollout with what may be done.
type rolloutView struct {
	rollout.Rollout
	Under, Stoppable bool
}

// Percent is how far the references are looked at.
func (r rolloutView) Percent() int {
	if r.All == 0 {
		return 0
	}
	return min(100, 100*r.Done/r.All)
}

// shownRollouts is how many the page lists.
const shownRollouts = 20

// shadowShares are offered, in percent of the scored listings.
var shadowShares = []string{"1", "5", "10", "25", "50", "100"}

func (w *Web) packRoutes(in *gin.RouterGroup) {
	if w.Rollouts == nil {
		return
	}
	in.GET("/packs", w.packsPage)
	in.POST("/packs/rollouts", w.startRollout)
	in.GET("/packs/rollouts/:id", w.rolloutPage)
	in.POST("/packs/rollouts/:id/stop", w.stopRollout)
	in.GET("/packs/rollouts/:id/differences/:difference/:side", w.differencePicture)
}

func viewOf(r rollout.Rollout) rolloutView {
	return rolloutView{r, r.Open(), r.Open() && r.CutAt == nil}
}

func (w *Web) packsPage(c *gin.Context) {
	p := packsPage{frame: w.frame(c, "packs", "page.packs.title"), Shares: shadowShares}
	p.Flash = w.said(c, p.frame)
	ctx := c.Request.Context()
	list, err := w.Rollouts.Packs()
	if err != nil {
		w.fail(c, err)
		return
	}
	all, err := w.Rollouts.Rollouts(ctx, "", shownRollouts)
	if err != nil {
		w.fail(c, err)
		return
	}
	if _, p.Back, err = w.Rollouts.Store.LastCut(ctx); err != nil {
		w.fail(c, err)
		return
	}
	for _, r := range all {
		v := viewOf(r)
		p.Open = p.Open || v.Under
		p.Rollouts = append(p.Rollouts, v)
	}
	for _, l := range list {
		p.Packs = append(p.Packs, packOf(l))
	}
	rules := w.Followup.Policies.For("").Demands()
	p.Precision, p.Base = rules.Precision, rules.NoticeBaseRate
	if p.Compared, err = compared(list, p.Precision, p.Base); err != nil {
		w.fail(c, err)
		return
	}
	w.show(c, http.StatusOK, "packs", p)
}

func packOf(l rollout.Listed) packView {
	m := l.Manifest()
	v := packView{ID: rollout.PackOf(l.Pack).ID(), Digest: l.Digest()[:12], Licence: m.Licence, Description: m.Description, Bytes: l.Bytes(), InUse: l.InUse}
	for _, model := range m.Models {
		v.Models = append(v.Models, model.ID)
	}
	return v
}

// compared tells of each signal what packs catch at a demanded precision, as their own held-out sets say.
func compared(packs []rollout.Listed, precision, base float64) ([]comparison, error) {
	bySignal := map[string][]*threshold.Cut{}
	for i, l := range packs {
		raw, err := l.Fusion()
		if err != nil {
			return nil, fmt.Errorf("pack %s: %w", rollout.PackOf(l.Pack).ID(), err)
		}
		if len(raw) == 0 {
			continue // a pack without one serves vectors alone
		}
		fusion, err := detect.ParseFusion(raw)
		if err != nil {
			return nil, fmt.Errorf("pack %s: %w", rollout.PackOf(l.Pack).ID(), err)
		}
		for signal, curve := range fusion.Measured {
			if bySignal[signal] == nil {
				bySignal[signal] = make([]*threshold.Cut, len(packs))
			}
			if s, err := threshold.Simulate(curve.Sample(), threshold.Options{Prior: base}); err == nil { // else its sets say nothing
				bySignal[signal][i] = s.Recommend(precision)[0].Cut
			}
		}
	}
	var out []comparison
	for _, signal := range slices.Sorted(maps.Keys(bySignal)) {
		out = append(out, comparison{signal, bySignal[signal]})
	}
	slices.SortStableFunc(out, func(a, b comparison) int { // the verdict first
		return cmp.Compare(b2i(b.Signal == detect.SignalInfringement), b2i(a.Signal == detect.SignalInfringement))
	})
	return out, nil
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// startRollout begins what a form asks for.
func (w *Web) startRollout(c *gin.Context) {
	q := rollout.Request{Kind: c.PostForm("kind"), Pack: c.PostForm("pack")}
	switch q.Kind {
	case rollout.KindShadow:
		share, err := strconv.ParseFloat(c.PostForm("share"), 64)
		if err != nil || !(share > 0 && share <= 100) {
			w.problem(c, http.StatusUnprocessableEntity, "page.packs.badshare", "")
			return
		}
		q.Share = share / 100
	case rollout.KindRollback:
		q.Pack = ""
	case rollout.KindActivate:
	default:
		w.problem(c, http.StatusUnprocessableEntity, "page.problem.invalid", "")
		return
	}
	_, err := w.Rollouts.Start(c.Request.Context(), rolloutActor(c), q)
	w.rolledOut(c, "page.said.rollout", err)
}

func (w *Web) stopRollout(c *gin.Context) {
	_, err := w.Rollouts.Stop(c.Request.Context(), rolloutActor(c), c.Param("id"))
	w.rolledOut(c, "page.said.stopped", err)
}

// rolledOut shows the packs again, or why what was asked for cannot be.
func (w *Web) rolledOut(c *gin.Context, said string, err error) {
	for _, known := range []error{rollout.ErrBusy, rollout.ErrState, rollout.ErrUnknown, rollout.ErrTaken} {
		if errors.Is(err, known) {
			w.problem(c, http.StatusConflict, "page.packs.refused", w.frame(c, "problem", "page.packs.refused").sentenceOf(err, http.StatusConflict))
			return
		}
	}
	if err != nil {
		w.fail(c, err)
		return
	}
	w.say(c, said)
	c.Redirect(http.StatusSeeOther, "/operations/packs")
}

func rolloutActor(c *gin.Context) rollout.Actor {
	a := actor(c)
	return rollout.Actor{Account: a.Account, Key: a.Key}
}
