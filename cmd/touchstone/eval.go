package main

import (
	"context"
	"fmt"
	"image"
	"io"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"text/tabwriter"

	"github.com/schollz/progressbar/v3"

	"touchstone/internal/eval"
	"touchstone/internal/intake"
	"touchstone/internal/photo"
	"touchstone/internal/policy"
)

// evalCmd measures evaluation sets.
type evalCmd struct {
	Sets    []string `arg:"" help:"Folders of evaluation sets." type:"existingdir"`
	Out     string   `help:"Folder for metrics.json, predictions.jsonl and report.html of each set." default:"out" type:"path"`
	Prior   float64  `help:"Share of infringing listings in the market that precision_at_prior is re-weighted to." default:"0.001"`
	Policy  string   `help:"Policy file whose thresholds count; without one, the pack's recommendations." type:"existingfile"`
	Profile string   `help:"How much is looked at: full, as for a case; staged, as the endpoint does unless asked; or fast, its first stage alone." enum:"fast,staged,full" default:"full"`
	Jobs    int      `help:"Listings scored at once; 0 is one a core." default:"0"`
	modelFlags
}

// Run measures one set after the other, each in a scratch index.
func (c *evalCmd) Run(ctx context.Context, std streams) error {
	for _, dir := range c.Sets {
		if err := c.measure(ctx, std, dir); err != nil {
			return err
		}
	}
	return nil
}

func (c *evalCmd) measure(ctx context.Context, std streams, dir string) error {
	set, err := eval.Read(dir)
	if err != nil {
		return err
	}
	return scored(ctx, std, scoring{models: c.modelFlags, jobs: c.Jobs, profile: c.Profile}, set, func(result *eval.Run, s *intake.Service) error {
		thresholds, err := c.thresholds(s)
		if err != nil {
			return err
		}
		metrics := eval.Measure(result, eval.MeasureOptions{Prior: c.Prior, Thresholds: thresholds})
		pack := s.Pack()
		out, err := eval.Write(c.Out, result, metrics, eval.WriteOptions{Decode: decode, System: pack.Name + " " + pack.Version})
		if err != nil {
			return err
		}
		return printMetrics(std.out, metrics, out)
	})
}

// scoring says how a set is scored.
type scoring struct {
	models  modelFlags
	jobs    int    // listings at once; 0 is one a core
	profile string // "" = staged
	// yield, if not nil, is waited for before each listing, and progress is told of each step.
	yield    func(context.Context) error
	progress func(step string, done, all int)
}

// yielding lets others go first.
type yielding struct {
	eval.System
	yield func(context.Context) error
}

// Score implements eval.System.
func (y yielding) Score(ctx context.Context, l eval.Listing) ([]eval.Prediction, error) {
	if err := y.yield(ctx); err != nil {
		return nil, err
	}
	return y.System.Score(ctx, l)
}

// scored registers a set's references in a scratch service, scores its listings and hands both to use.
func scored(ctx context.Context, std streams, how scoring, set *eval.Set, use func(*eval.Run, *intake.Service) error) (err error) {
	s, err := openService(ctx, options{models: how.models, config: intake.DefaultConfig(), log: slog.New(slog.NewTextHandler(std.err, nil))})
	if err != nil {
		return err
	}
	defer func() {
		if closed := s.Close(); err == nil {
			err = closed
		}
	}()
	if err := s.intake.Prepare(ctx, nil); err != nil {
		return err
	}
	system, err := eval.NewService(ctx, s.intake)
	if err != nil {
		return err
	}
	system.Profile = how.profile
	if how.jobs <= 0 {
		how.jobs = runtime.GOMAXPROCS(0)
	}
	var measured eval.System = system
	if how.yield != nil {
		measured = yielding{system, how.yield}
	}
	bar := newBar(std.err)
	result, err := eval.Do(ctx, set, measured, eval.RunOptions{Workers: how.jobs, Progress: func(stage string, done, total int) {
		bar.ChangeMax(total)
		bar.Describe(fmt.Sprintf("%s: %-8s", set.Name, stage))
		_ = bar.Set(done)
		if how.progress != nil {
			how.progress(stage, done, total)
		}
	}})
	_ = bar.Finish()
	if err != nil {
		return err
	}
	return use(result, s.intake)
}

// decode reads a picture upright for the report's sheets.
func decode(data []byte) (image.Image, error) {
	p, err := photo.Decode(data, photo.Limits{}) // full size: boxes are in its pixels
	if err != nil {
		return nil, err
	}
	return photo.RGB(p.Image), nil
}

// thresholds gives the active thresholds by signal: the policy file's where one is given, else the pack's recommendation.
func (c *evalCmd) thresholds(s *intake.Service) (map[string]float64, error) {
	if c.Policy != "" {
		set, err := policy.Load(c.Policy)
		if err != nil {
			return nil, err
		}
		return set["default"].Signals, nil
	}
	return s.Fusion().Thresholds(), nil
}

// printMetrics prints the main figures with their intervals, a line a signal.
func printMetrics(w io.Writer, m *eval.Metrics, out string) error {
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	fmt.Fprintf(t, "%s\tµAP\trecall@1\trecall at P90\trecall at 5 %% FA\tprecision\trecall\tfalse alarms\tECE\n", m.Set)
	for _, name := range slices.Sorted(maps.Keys(m.Signals)) {
		s := m.Signals[name]
		fmt.Fprintf(t, "%s", name)
		for _, f := range []*eval.Figure{s.UAP, s.RecallAt1, s.RecallAtP90, s.RecallAtFA5, s.Precision, s.Recall, s.FalseAlarmRate, s.ECE} {
			if f == nil {
				fmt.Fprint(t, "\t-")
				continue
			}
			fmt.Fprintf(t, "\t%.3f [%.3f %.3f]", f.Value, f.Low, f.High)
		}
		fmt.Fprintln(t)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	if err := printWays(w, m); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "%d listings, %.1f ms and %.1f ms CPU a listing; %s\n", m.Listings, 1000*m.Timing.SecondsPerListing, 1000*m.Timing.CPUSecondsPerListing, filepath.Join(out, "report.html"))
	return err
}

// newBar is a progress bar on a terminal, and silent elsewhere.
// printWays writes the figures by how the listings were made, of each task of a set that says so.
func printWays(w io.Writer, m *eval.Metrics) error {
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	for _, task := range m.Tasks {
		s := m.Signals[task]
		if s == nil || len(s.ByHow) == 0 {
			continue
		}
		fmt.Fprintf(t, "%s by how\tlistings\trecall@1\trecall at 1 %% FA\trecall at 5 %% FA\tfalse alarms\n", task)
		for _, how := range slices.Sorted(maps.Keys(s.ByHow)) {
			g := s.ByHow[how]
			n := g.Counts.Guilty
			if n == 0 {
				n = g.Counts.Innocent
			}
			fmt.Fprintf(t, "%s\t%d", how, n)
			for _, f := range []*eval.Figure{g.RecallAt1, g.RecallAtFA1, g.RecallAtFA5, g.FalseAlarmRate} {
				if f == nil {
					fmt.Fprint(t, "\t-")
					continue
				}
				fmt.Fprintf(t, "\t%.3f", f.Value)
			}
			fmt.Fprintln(t)
		}
	}
	return t.Flush()
}

func newBar(w io.Writer) *progressbar.ProgressBar {
	visible := false
	if f, ok := w.(*os.File); ok {
		info, err := f.Stat()
		visible = err == nil && info.Mode()&os.ModeCharDevice != 0
	}
	return progressbar.NewOptions(1, progressbar.OptionSetWriter(w), progressbar.OptionSetVisibility(visible),
		progressbar.OptionShowCount(), progressbar.OptionShowIts(), progressbar.OptionSetPredictTime(true), progressbar.OptionClearOnFinish())
}
