package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/prometheus/client_golang/prometheus"

	"touchstone/detect"
	"touchstone/embed"
	"touchstone/embed/onnx"
	"touchstone/internal/comparison"
	"touchstone/internal/drift"
	"touchstone/internal/eval"
	"touchstone/internal/intake"
	"touchstone/internal/rollout"
	"touchstone/internal/server"
	"touchstone/models"
)

// shelfOf is the folder of packs that a service took in.
func shelfOf(data string) string { return filepath.Join(data, "packs") }

// openModels opens the models of the pack in use: that of the last rollout of the data folder, or the one that the flags name.
func (s *service) openModels(ctx context.Context, o options) (m opened, err error) {
	pack, err := s.packInUse(ctx, o)
	if err != nil {
		return m, err
	}
	if m, err = o.models.openPack(&s.closers, pack); err == nil && o.data == "" {
		s.add("models", m.embedder.Close)
	}
	return m, err
}

func (s *service) packInUse(ctx context.Context, o options) (*models.Pack, error) {
	named := besideProgram(o.models.Pack)
	if o.data == "" {
		return models.Open(named)
	}
	use, rolled, err := rollout.InUse(ctx, s.store)
	if err != nil {
		return nil, err
	}
	if !rolled {
		return models.Open(named)
	}
	pack, err := (rollout.Shelf{Dir: shelfOf(o.data)}).Open(use.ID())
	if err == nil && rollout.PackOf(pack) != use {
		err = errors.New("its files are others than when it came into use")
	}
	if err != nil {
		return nil, fmt.Errorf("%s was activated and cannot be opened: %w; bring it back with touchstone models import FOLDER --local --data %s", use.ID(), err, o.data)
	}
	if other, err := models.Open(named); err == nil && rollout.PackOf(other) != use && o.log != nil {
		o.log.Info("the pack that was activated is in use, not the one of --pack", "in_use", use.ID(), "pack", rollout.PackOf(other).ID(),
			"how_to_change", "touchstone models import and activate, or touchstone models rollback")
	}
	return pack, nil
}

// openRollouts joins the managers of rollouts and of comparisons with scoring.
func (s *service) openRollouts(o options, m opened) (err error) {
	if o.data == "" {
		return nil
	}
	log := o.log
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	s.packs = rollout.NewManager(rollout.Parts{
		Store: s.store, Intake: s.intake, Shelf: rollout.Shelf{Dir: shelfOf(o.data), Check: packChecker(o.models)}, InUse: m.pack, Models: m.embedder,
		Open:  func(p *models.Pack) (rollout.Models, error) { return m.start(p) },
		Yield: o.yield, Log: log, Now: o.now,
	})
	s.drift = drift.NewWatch(s.store, log, o.now)
	s.intake.Observer = observers{s.packs, s.drift}
	s.add("models", s.packs.Close)
	s.comparisons, err = comparison.New(comparison.Parts{
		Dir: filepath.Join(o.data, "comparisons"), Sets: cmp.Or(o.sets, filepath.Join(o.data, "sets")), Pack: s.packs.Pack, Try: trial(o), Log: log, Now: o.now,
	})
	return err
}

// trial scores sets with packs in a scratch service beside the one that serves, a listing at a time and behind live scoring.
func trial(o options) comparison.Trial {
	return func(ctx context.Context, p *models.Pack, set *eval.Set, progress func(string, int, int)) (run *eval.Run, thresholds map[string]float64, err error) {
		flags := o.models
		flags.Pack, flags.Workers = p.Dir(), 1
		how := scoring{models: flags, jobs: 1, profile: detect.ProfileFull, yield: o.yield, progress: progress}
		err = scored(ctx, streams{out: io.Discard, err: io.Discard}, how, set, func(r *eval.Run, s *intake.Service) error {
			run, thresholds = r, s.Fusion().Thresholds()
			return nil
		})
		return run, thresholds, err
	}
}

// observers hear of listings in turn.
type observers []intake.Observer

// Observe implements intake.Observer.
func (all observers) Observe(in intake.Scored) {
	for _, o := range all {
		o.Observe(in)
	}
}

// packChecker checks packs of strangers in children of this program.
func packChecker(f modelFlags) rollout.Checker {
	library, err := onnx.FindLibrary(f.Library)
	program, exeErr := os.Executable()
	if err = errors.Join(err, exeErr); err != nil {
		return failing{err}
	}
	return rollout.Child{Program: program, Args: []string{"models", "examine"}, Env: []string{"ONNXRUNTIME_LIB=" + library}}
}

// failing refuses to check.
type failing struct{ err error }

func (f failing) Check(context.Context, string) error {
	return fmt.Errorf("a pack cannot be checked here: %w", f.err)
}

// modelsExamineCmd is the child's side of packChecker.
type modelsExamineCmd struct {
	Folder string `arg:"" type:"existingdir"`
}

// Run confines this process and writes a verdict.
func (c *modelsExamineCmd) Run(std streams) error {
	return rollout.Examine(c.Folder, std.out, func() (embed.Runtime, error) { return onnx.New(onnx.Config{}) })
}

// watchPacks says in /metrics which pack is in use and how far a rollout is.
func watchPacks(srv *server.Server, m *rollout.Manager) {
	srv.Metrics().MustRegister(packCollector{m})
}

var (
	packInfo = prometheus.NewDesc("touchstone_pack_info", "1 for the pack in use.", []string{"name", "version"}, nil)
	packDone = prometheus.NewDesc("touchstone_rollout_references", "References of the rollout that is under way, by whether they were looked at.", []string{"pack", "state"}, nil)
)

type packCollector struct{ *rollout.Manager }

// Describe implements prometheus.Collector.
func (c packCollector) Describe(ch chan<- *prometheus.Desc) {
	ch <- packInfo
	ch <- packDone
}

// Collect implements prometheus.Collector.
func (c packCollector) Collect(ch chan<- prometheus.Metric) {
	use := rollout.PackOf(c.PackInUse())
	ch <- prometheus.MustNewConstMetric(packInfo, prometheus.GaugeValue, 1, use.Name, use.Version)
	if r, ok := c.Current(); ok {
		ch <- prometheus.MustNewConstMetric(packDone, prometheus.GaugeValue, float64(r.Done), r.To.ID(), "done")
		ch <- prometheus.MustNewConstMetric(packDone, prometheus.GaugeValue, float64(max(0, r.All-r.Done)), r.To.ID(), "left")
	}
}
