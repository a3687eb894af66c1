package rollout

import (
	"context"
	_ "embed"
	"encoding/base64"
	"errors"
	"fmt"
	"html/template"
	"io"
	"maps"
	"slices"
	"time"

	"touchstone/detect"
	"touchstone/internal/casework"
	"touchstone/internal/intake"
)

// mostShown is how many differences a report shows with pictures.
const mostShown = 60

//go:embed report.html
var reportHTML string

var reportPage = template.Must(template.New("report").Funcs(template.FuncMap{
	"dict": func(title string, s side) any {
		return struct {
			Title string
			Side  side
		}{title, s}
	},
	"percent": func(p float64) string { return fmt.Sprintf("%.1f %%", 100*p) },
	"time":    func(t time.Time) string { return t.UTC().Format("2 January 2006, 15:04 UTC") },
}).Parse(reportHTML))

// side is what one pack makes of a listing, with the picture that shows why.
type side struct {
	Judged
	RightName string
	Signal    string
	Why       string       // in a sentence
	Picture   template.URL // a data URL, "" when there is none to show
}

// shown is a difference with its pictures.
type shown struct {
	Disagreement
	InUse, Shadow side
}

// bandCount is how many listings both packs judged so.
type bandCount struct {
	Bands string
	N     int
}

// Report writes what a shadow found as a page of HTML that stands alone: the counts, and the listings that the packs differ on, the most
// important first (another band, then another right), each with the evidence of both.
func (m *Manager) Report(ctx context.Context, w io.Writer, id string) error {
	r, err := m.Rollout(ctx, id)
	if err != nil {
		return err
	}
	if r.Kind != KindShadow {
		return fmt.Errorf("%w: rollout %s is no shadow; only shadows have a report", ErrState, id)
	}
	all, err := m.Store.Disagreements(ctx, id, "", mostDifferences)
	if err != nil {
		return err
	}
	slices.SortStableFunc(all, func(a, b Disagreement) int { return rank(a.What) - rank(b.What) })
	page := struct {
		Rollout
		Counts []bandCount
		Shown  []shown
		Kept   int
	}{Rollout: r, Kept: len(all)}
	for _, bands := range slices.Sorted(maps.Keys(r.Shadowed.Bands)) {
		page.Counts = append(page.Counts, bandCount{bands, r.Shadowed.Bands[bands]})
	}
	for _, d := range all[:min(len(all), mostShown)] {
		s, err := m.show(ctx, d)
		if err != nil {
			return err
		}
		page.Shown = append(page.Shown, s)
	}
	return reportPage.Execute(w, page)
}

func rank(what string) int {
	return slices.Index([]string{DifferBand, DifferRight, DifferProbability}, what)
}

// show draws a difference. What is kept no longer is left out.
func (m *Manager) show(ctx context.Context, d Disagreement) (shown, error) {
	s := shown{Disagreement: d, InUse: side{Judged: d.InUse}, Shadow: side{Judged: d.Shadow}}
	live, err := m.Intake.Reports.Report(ctx, d.Report)
	if err != nil && !errors.Is(err, casework.ErrNotFound) {
		return s, err
	}
	for _, x := range []struct {
		to     *side
		report detect.Report
	}{{&s.InUse, live.Report}, {&s.Shadow, d.Remade}} {
		if err := m.evidence(ctx, x.to, x.report); err != nil {
			return s, err
		}
	}
	return s, nil
}

// evidence fills in what a report says for its strongest verdict, and draws it.
func (m *Manager) evidence(ctx context.Context, to *side, r detect.Report) error {
	if to.Right != "" {
		right, err := m.Intake.Registry.Right(ctx, casework.Actor{Role: "operator"}, to.Right)
		if err == nil {
			to.RightName = right.Name
		} else if !errors.Is(err, casework.ErrNotFound) {
			return err
		}
	}
	if best := Strongest(r); best >= 0 {
		to.Signal, to.Why = r.Findings[best].Signal, r.Findings[best].Explanations["en"]
	}
	picture, err := m.Picture(ctx, r)
	if errors.Is(err, intake.ErrNoPicture) {
		return nil
	}
	to.Picture = template.URL("data:image/jpeg;base64," + base64.StdEncoding.EncodeToString(picture)) //nolint:gosec // a JPEG that was encoded here
	return err
}

// Picture draws, as JPEG, what shows why a report says what it does: listing and reference side by side, else the listing's first picture.
// Where none is kept it is intake.ErrNoPicture.
func (m *Manager) Picture(ctx context.Context, r detect.Report) ([]byte, error) {
	if best := Strongest(r); best >= 0 {
		if picture, err := m.Intake.SideBySide(ctx, r, best); !errors.Is(err, intake.ErrNoPicture) {
			return picture, err
		}
	}
	if len(r.Pictures) == 0 {
		return nil, intake.ErrNoPicture
	}
	return m.Intake.Shown(ctx, r.Pictures[0].Hash, detect.Box{})
}

// Strongest is the finding of the likeliest verdict with the highest probability; -1 without any.
func Strongest(r detect.Report) int {
	best := -1
	if len(r.Verdicts) == 0 {
		return best
	}
	for _, i := range r.Verdicts[0].Findings {
		if best < 0 || r.Findings[i].Probability > r.Findings[best].Probability {
			best = i
		}
	}
	return best
}
