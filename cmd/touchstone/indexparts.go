package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"touchstone/index"
	"touchstone/index/local"
	"touchstone/index/qdrant"
	"touchstone/internal/server"
	"touchstone/internal/upkeep"
)

// qdrantKey names the variable that holds the API key of Qdrant. There is no flag for it: flags are seen in process lists and logs.
const qdrantKey = "TOUCHSTONE_QDRANT_API_KEY"

// openIndex opens the index at an address: "" for the one in the data folder, local:DIR, or qdrant://host:port?settings.
func openIndex(ctx context.Context, address, data string, log *slog.Logger) (*index.Index, error) {
	dir, isLocal := strings.CutPrefix(address, "local:")
	switch {
	case address == "":
		return local.Open(filepath.Join(data, "index"), local.Config{Logger: log})
	case isLocal && dir != "":
		return local.Open(dir, local.Config{Logger: log})
	case !strings.HasPrefix(address, "qdrant:"):
		return nil, fmt.Errorf("%w: the index address must be local:DIR or qdrant://host:port", index.ErrInvalid)
	}
	cfg, err := qdrant.ParseURL(address)
	if err != nil {
		return nil, err
	}
	cfg.APIKey = os.Getenv(qdrantKey)
	return qdrant.Open(ctx, cfg)
}

// openStateIndex opens the index of a service. A data folder belongs to one service even where its index is elsewhere: an empty
// index in the folder holds the lock then.
func (s *service) openStateIndex(ctx context.Context, o options) error {
	address, data := o.index, o.data
	if address != "" && data != "" {
		lock, err := local.Open(filepath.Join(data, "lock"), local.Config{})
		if err != nil {
			return err
		}
		s.add("lock", lock.Close)
	}
	var err error
	if data == "" && address == "" {
		s.index, err = local.Open("", local.Config{Logger: o.log})
	} else {
		s.index, err = openIndex(ctx, address, data, o.log)
	}
	if err != nil {
		return err
	}
	s.add("index", s.index.Close)
	return nil
}

// indexWatch measures how many of the true nearest the index finds, at intervals and on the live data.
type indexWatch struct {
	index  *index.Index
	care   *upkeep.Upkeep
	every  time.Duration
	log    *slog.Logger
	recall *prometheus.GaugeVec
	failed prometheus.Counter
}

// watchIndex adds the index to /readyz and its recall to /metrics.
func watchIndex(srv *server.Server, x *index.Index, care *upkeep.Upkeep, every time.Duration, log *slog.Logger) *indexWatch {
	srv.AddCheck("index", x.Ping)
	w := newIndexWatch(x, care, every, log)
	srv.Metrics().MustRegister(w.recall, w.failed)
	return w
}

func newIndexWatch(x *index.Index, care *upkeep.Upkeep, every time.Duration, log *slog.Logger) *indexWatch {
	return &indexWatch{index: x, care: care, every: every, log: log,
		recall: prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "touchstone_index_recall",
			Help: "Share of the ten true nearest that a usual search found when last probed, by alias."}, []string{"alias"}),
		failed: prometheus.NewCounter(prometheus.CounterOpts{Name: "touchstone_index_verify_failures_total", Help: "Probes of the index that could not be made."})}
}

// run probes until ctx ends.
func (w *indexWatch) run(ctx context.Context) {
	if w.every <= 0 {
		return
	}
	seed := uint64(0)
	w.probe(ctx, seed)
	every(ctx, w.every, func() {
		seed++
		w.probe(ctx, seed)
	})
}

func (w *indexWatch) probe(ctx context.Context, seed uint64) {
	aliases, err := w.index.Aliases(ctx)
	for alias := range aliases {
		var v upkeep.Probe
		if v, err = w.care.Verify(ctx, alias, index.VerifyOptions{Probes: 20, Seed: seed}); err != nil {
			break
		}
		w.recall.WithLabelValues(alias).Set(v.Recall)
	}
	if err != nil && !errors.Is(err, context.Canceled) {
		w.failed.Inc()
		w.log.Warn("the index could not be probed", "error", err)
	}
}
