package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"

	"touchstone/internal/eval"
	"touchstone/internal/intake"
	"touchstone/internal/threshold"
)

// thresholdsCmd weighs thresholds on labelled listings before a policy takes them over.
type thresholdsCmd struct {
	Sets      []string  `arg:"" help:"Folders of labelled listings, in the format of evaluation sets; taken together." type:"existingdir"`
	From      string    `help:"Folder that eval wrote into: its predictions are weighed, and nothing is scored again." type:"existingdir"`
	Signal    string    `help:"Signal whose probability is cut." default:"infringement"`
	Precision []float64 `help:"Precision to recommend a threshold for; may be given several times." default:"0.5,0.9,0.99"`
	Prior     float64   `help:"Share of infringing listings in the market." default:"0.001"`
	Minutes   float64   `help:"Minutes of a reviewer for one listing." default:"2"`
	Listings  float64   `help:"Listings that the costs are told for." default:"1000000"`
	Rows      int       `help:"Rows of the table; 0 prints every threshold at which the outcome changes." default:"20"`
	JSON      bool      `help:"Print everything as JSON."`
	Profile   string    `help:"How much is looked at: fast, staged or full." enum:"fast,staged,full" default:"full"`
	Jobs      int       `help:"Listings scored at once; 0 is one a core." default:"0"`
	modelFlags
}

// Validate refuses what no simulation can answer.
func (c *thresholdsCmd) Validate() error {
	for _, p := range append([]float64{c.Prior}, c.Precision...) {
		if !(p > 0 && p < 1) {
			return fmt.Errorf("prior and precision must lie between 0 and 1, got %g", p)
		}
	}
	if !(c.Minutes > 0 && c.Listings > 0) {
		return fmt.Errorf("minutes and listings must be above 0")
	}
	return nil
}

// Run prints a table of thresholds and the recommended ones.
func (c *thresholdsCmd) Run(ctx context.Context, std streams) error {
	var runs []*eval.Run
	for _, dir := range c.Sets {
		run, err := c.run(ctx, std, dir)
		if err != nil {
			return err
		}
		runs = append(runs, run)
	}
	s, err := threshold.Simulate(eval.Sampled(runs, c.Signal), threshold.Options{Signal: c.Signal, Prior: c.Prior, Minutes: c.Minutes, Listings: c.Listings})
	if err != nil {
		return err
	}
	if c.JSON {
		return c.printJSON(std.out, s)
	}
	return c.print(std.out, s)
}

func (c *thresholdsCmd) run(ctx context.Context, std streams, dir string) (run *eval.Run, err error) {
	set, err := eval.Read(dir)
	if err != nil {
		return nil, err
	}
	if c.From != "" {
		return eval.ReadPredictions(c.From, set)
	}
	err = scored(ctx, std, scoring{models: c.modelFlags, jobs: c.Jobs, profile: c.Profile}, set, func(r *eval.Run, _ *intake.Service) error {
		run = r
		return nil
	})
	return run, err
}

func (c *thresholdsCmd) printJSON(w io.Writer, s *threshold.Simulation) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	return enc.Encode(struct {
		*threshold.Simulation
		Recommended []threshold.Recommendation `json:"recommended"`
	}{s, s.Recommend(c.Precision...)})
}

func (c *thresholdsCmd) print(w io.Writer, s *threshold.Simulation) error {
	fmt.Fprintf(w, "%s on %d infringing and %d innocent listings; told for %.0f listings of which %g %% infringe.\n\n", s.Signal, s.Guilty, s.Innocent, s.Listings, 100*s.Prior)
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	fmt.Fprintln(t, "threshold\ttaken down\tinnocents taken down\tprecision at the base rate\trightly\twrongly\tmissed\treviewer hours")
	for _, i := range rows(len(s.Cuts), c.Rows) {
		cut := s.Cuts[i]
		fmt.Fprintf(t, "%.4f\t%s\t%s\t%s\t%.0f\t%.0f\t%.0f\t%.0f\n", cut.Threshold, percent(cut.Taken.Interval), percent(cut.Wrong.Interval), percent(cut.Precision),
			cut.TakenListings, cut.WrongListings, cut.Missed, cut.Hours)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(w)
	for _, r := range s.Recommend(c.Precision...) {
		if r.Cut != nil {
			fmt.Fprintf(w, "Precision %g: threshold %.4f, which takes down %s of what infringes.\n", r.Precision, r.Cut.Threshold, percent(r.Cut.Taken.Interval))
			continue
		}
		fmt.Fprintf(w, "Precision %g: no threshold has shown it at this base rate. A threshold that takes down half of what infringes shows it when none of %d innocent listings reaches it.\n", r.Precision, r.Needed)
	}
	return nil
}

func percent(f threshold.Interval) string {
	return fmt.Sprintf("%.3g %% [%.3g %.3g]", 100*f.Value, 100*f.Low, 100*f.High)
}

// rows spreads at most want rows over n, the last one included; all of them when want is 0.
func rows(n, want int) []int {
	if want <= 0 || want > n {
		want = n
	}
	list := make([]int, want)
	for i := range list {
		list[i] = (i + 1) * n / want
		list[i]--
	}
	return list
}
