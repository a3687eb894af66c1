package httpapi

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"touchstone/detect"
	"touchstone/internal/casework/followup"
	"touchstone/internal/httpapi/rest"
	"touchstone/internal/server"
	"touchstone/internal/threshold"
)

// weighers may weigh thresholds; what counts for automation is decided by operators.
var weighers = []server.Role{server.RoleScientist, server.RoleReviewer, server.RoleOperator, server.RoleAdmin}

// Weighing is how a simulation is told.
type Weighing struct {
	Signal    string    `query:"signal" json:"signal,omitempty" maxLength:"64" doc:"whose probability is cut; infringement (the fused verdict) when left out"`
	BaseRate  float64   `query:"base_rate" json:"base_rate,omitempty" minimum:"0" exclusiveMaximum:"1" doc:"share of infringing listings that figures are told for; 0.001 when left out, or history's own"`
	Minutes   float64   `query:"minutes" json:"minutes,omitempty" minimum:"0" maximum:"1000" doc:"of a reviewer for one listing; 2 when left out"`
	Listings  float64   `query:"listings" json:"listings,omitempty" minimum:"0" maximum:"1e12" doc:"that figures are told for; a million when left out, or history's own number"`
	Precision []float64 `query:"precision" json:"precision,omitempty" maxItems:"10" doc:"to recommend thresholds for; 0.5, 0.9 and 0.99 when left out"`
	Rows      int       `query:"rows" json:"rows,omitempty" minimum:"0" maximum:"1000" doc:"thresholds told, spread evenly; 100 when left out"`
}

func (w Weighing) signal() string {
	if w.Signal == "" {
		return detect.SignalInfringement
	}
	return w.Signal
}

// simulate weighs a sample.
func (w Weighing) simulate(in threshold.Sample) (Thresholds, error) {
	demanded := w.Precision
	if len(demanded) == 0 {
		demanded = []float64{0.5, 0.9, 0.99}
	}
	for i, p := range demanded {
		if !(p > 0 && p < 1) {
			return Thresholds{}, huma.Error422UnprocessableEntity("Some fields are not valid.", &huma.ErrorDetail{Location: fmt.Sprintf("precision[%d]", i), Message: "must lie between 0 and 1"})
		}
	}
	s, err := threshold.Simulate(in, threshold.Options{Signal: w.signal(), Prior: w.BaseRate, Minutes: w.Minutes, Listings: w.Listings})
	if err != nil { // what there is cannot answer
		return Thresholds{}, huma.Error422UnprocessableEntity(rest.Sentence(err, nil))
	}
	out := Thresholds{Simulation: s, Recommended: s.Recommend(demanded...)}
	rows := w.Rows
	if rows == 0 {
		rows = 100
	}
	s.Thin(rows)
	return out, nil
}

// Thresholds is what each threshold would do.
type Thresholds struct {
	*threshold.Simulation
	Recommended []threshold.Recommendation `json:"recommended" doc:"one a demanded precision"`
	History     *followup.History          `json:"history,omitempty" doc:"what the decided cases were, and what of them could not be used"`
}

// historyQuery selects decided cases.
type historyQuery struct {
	Weighing
	Marketplace string    `query:"marketplace" maxLength:"64" doc:"all of them when left out"`
	Population  string    `query:"population" enum:"listings,notices" default:"listings" doc:"what scoring found, or what somebody complained of"`
	Pack        string    `query:"pack" maxLength:"200" doc:"name@version whose probabilities are weighed; the one in use when left out"`
	From        time.Time `query:"from" required:"true" doc:"first moment of the first decisions"`
	To          time.Time `query:"to" required:"true" doc:"first moment behind them; a year later at most"`
}

// Label says of one listing whether it infringes. It is named by a report of this service, or comes with a probability of its own.
type Label struct {
	Report      string   `json:"report_id,omitempty" maxLength:"64" doc:"of the listing, as it was scored here"`
	Rights      []string `json:"rights,omitempty" maxItems:"100" doc:"with a report: the rights that the listing infringes; none of them is an innocent listing"`
	Probability *float64 `json:"probability,omitempty" minimum:"0" maximum:"1" doc:"without a report: the highest probability that it got"`
	Infringes   bool     `json:"infringes,omitempty" doc:"without a report: whether it infringes"`
}

// labelledBody is an uploaded labelled set.
type labelledBody struct {
	Weighing
	Labels []Label `json:"labels" minItems:"2" maxItems:"20000" doc:"a report is read for each that names one"`
}

// measureBody says what is measured for automation.
type measureBody struct {
	Marketplace string    `json:"marketplace" minLength:"1" maxLength:"64"`
	Population  string    `json:"population,omitempty" enum:"listings,notices" default:"listings"`
	Signal      string    `json:"signal,omitempty" maxLength:"64" doc:"infringement (the fused verdict) when left out"`
	From        time.Time `json:"from"`
	To          time.Time `json:"to"`
}

// MeasuredList is the curves in force.
type MeasuredList struct {
	Measured []threshold.Kept `json:"measured"`
}

func (a *API) registerThresholds(api huma.API) {
	history := operation(http.MethodGet, "/v1/thresholds", "weigh-thresholds", "Weigh thresholds on decided cases", "Thresholds", weighers)
	history.Errors = append(history.Errors, http.StatusNotFound, http.StatusUnprocessableEntity)
	explain(&history, "What each threshold would have taken down of the cases that people decided, rightly and wrongly, and what reviewing it costs; and the lowest threshold that has shown a demanded precision even at the lower end of its interval.")
	huma.Register(api, history, func(ctx context.Context, in *historyQuery) (*answer[Thresholds], error) {
		h, err := a.Followup.Reviewed(ctx, actor(ctx), followup.HistoryQuery{Marketplace: in.Marketplace, Population: in.Population, Signal: in.signal(), Pack: in.Pack, From: in.From, To: in.To})
		if err != nil {
			return nil, a.problem(ctx, err)
		}
		out, err := in.simulate(h.Sample)
		out.History = &h
		return &answer[Thresholds]{out}, err
	})
	labelled := operation(http.MethodPost, "/v1/thresholds", "weigh-labelled-thresholds", "Weigh thresholds on a labelled set", "Thresholds", weighers)
	labelled.Errors = append(labelled.Errors, http.StatusNotFound, http.StatusUnprocessableEntity, http.StatusRequestEntityTooLarge)
	labelled.DefaultStatus = http.StatusOK
	explain(&labelled, "The same for listings that come with their labels. Nothing is kept.")
	huma.Register(api, labelled, func(ctx context.Context, in *struct{ Body labelledBody }) (*answer[Thresholds], error) {
		sample, err := a.labelled(ctx, in.Body)
		if err != nil {
			return nil, err
		}
		out, err := in.Body.simulate(sample)
		return &answer[Thresholds]{out}, err
	})
	list := operation(http.MethodGet, "/v1/measured-thresholds", "list-measured-thresholds", "List what has been measured of thresholds", "Thresholds", weighers)
	explain(&list, "The curves that automation goes by: what the pack brought, and for marketplaces whose own cases were measured, those.")
	huma.Register(api, list, func(ctx context.Context, _ *struct{}) (*answer[MeasuredList], error) {
		kept, err := a.Followup.Curves(ctx, actor(ctx))
		return &answer[MeasuredList]{MeasuredList{append([]threshold.Kept{}, kept...)}}, a.problem(ctx, err)
	})
	measure := operation(http.MethodPost, "/v1/measured-thresholds", "measure-thresholds", "Measure thresholds on decided cases, for automation to go by", "Thresholds", operators)
	measure.Errors = append(measure.Errors, http.StatusNotFound, http.StatusConflict, http.StatusUnprocessableEntity)
	measure.DefaultStatus = http.StatusOK
	explain(&measure, "From now on listings of the marketplace are held back, and its cases decided, without a person only where this curve shows the precision that policy demands. It takes the place of what was measured before, so that asking again changes nothing.")
	huma.Register(api, measure, func(ctx context.Context, in *struct{ Body measureBody }) (*answer[threshold.Kept], error) {
		b := in.Body
		kept, err := a.Followup.Measure(ctx, actor(ctx), followup.HistoryQuery{Marketplace: b.Marketplace, Population: b.Population, Signal: b.Signal, From: b.From, To: b.To})
		return &answer[threshold.Kept]{kept}, a.problem(ctx, err)
	})
	a.registerAdopt(api)
}

// labelled makes a sample of an uploaded set. Reports are those that the caller may see.
func (a *API) labelled(ctx context.Context, in labelledBody) (threshold.Sample, error) {
	out := threshold.Sample{Kind: threshold.KindLabelled}
	var faults []error
	for i, l := range in.Labels {
		infringes := l.Infringes
		var p float64
		switch {
		case (l.Report == "") == (l.Probability == nil) || l.Report != "" && l.Infringes || l.Report == "" && len(l.Rights) > 0:
			faults = append(faults, &huma.ErrorDetail{Location: fmt.Sprintf("body.labels[%d]", i), Message: "needs either report_id with the rights that are infringed, or probability and infringes"})
			continue
		case l.Report == "":
			p = *l.Probability
		default:
			rec, err := a.report(ctx, l.Report)
			if err != nil {
				return out, err
			}
			infringes = len(l.Rights) > 0
			p = highest(rec.Report, in.signal(), l.Rights)
		}
		if infringes {
			out.Infringing = append(out.Infringing, p)
		} else {
			out.Innocent = append(out.Innocent, p)
		}
	}
	if len(faults) > 0 {
		return out, huma.Error422UnprocessableEntity("Some labels are not valid.", faults[:min(len(faults), 20)]...)
	}
	return out, nil
}

// highest is the highest probability that a report gives some rights by a signal, or any right where none is named.
func highest(r detect.Report, signal string, rights []string) float64 {
	best := 0.0
	take := func(right string, p float64) {
		if len(rights) == 0 || slices.Contains(rights, right) {
			best = math.Max(best, p)
		}
	}
	if signal == detect.SignalInfringement {
		for _, v := range r.Verdicts {
			take(v.Right, v.Probability)
		}
		return best
	}
	for _, f := range r.Findings {
		if f.Signal == signal {
			take(f.Right, f.Probability)
		}
	}
	return best
}
