package main

import (
	"context"
	"log/slog"
	"math"
	"net/netip"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/prometheus/client_golang/prometheus"

	"touchstone/internal/casework/webhook"
	"touchstone/internal/fetch"
	"touchstone/internal/httpapi/hooks"
	"touchstone/internal/httpapi/rest"
	"touchstone/internal/server"
)

// deliverEvery is how often webhooks look at the feed.
const deliverEvery = time.Second

// hookFlags are of webhooks.
type hookFlags struct {
	LocalWebhooks bool `help:"Send webhooks to this machine too, by http and on any port: to try a connector out, never in production." env:"TOUCHSTONE_LOCAL_WEBHOOKS"`
}

// openHooks makes the webhooks of a service.
func (s *service) openHooks(o options) error {
	cfg := fetch.Config{AllowPorts: []uint16{443, 8443}, UserAgent: "Touchstone-Webhooks"}
	if o.localHooks {
		cfg.AnyPort, cfg.Allow = true, func(a netip.Addr) bool { return a.IsLoopback() || fetch.Public(a) }
	}
	client, err := fetch.New(cfg)
	if err != nil {
		return err
	}
	s.add("webhooks", func() error { client.Close(); return nil })
	s.hookResults = prometheus.NewCounterVec(prometheus.CounterOpts{Name: "touchstone_webhook_messages_total",
		Help: "Attempts to deliver (done, failed, dead) and callbacks (taken, refused)."}, []string{"result"})
	s.hooks = webhook.New(webhook.Parts{Store: s.store, Send: client, Orders: s.docket, Seal: s.seal, Local: o.localHooks, Log: o.log,
		Count: func(result string) { s.hookResults.WithLabelValues(result).Inc() }})
	return nil
}

// hooksAPI adds the operations and figures of webhooks.
func (s *service) hooksAPI(api huma.API, srv *server.Server, log *slog.Logger) {
	(&hooks.API{Hooks: s.hooks, Jobs: s.store, Wake: s.jobs.Wake, Errors: rest.Errors{Log: log}}).Register(api)
	count := func(state string) func() float64 {
		return func() float64 {
			n, err := s.store.CountDeliveries(context.Background(), state)
			if err != nil {
				return math.NaN()
			}
			return float64(n)
		}
	}
	srv.Metrics().MustRegister(s.hookResults,
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "touchstone_webhook_deliveries_waiting", Help: "Deliveries on their way."}, count(webhook.Waiting)),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "touchstone_webhook_deliveries_dead", Help: "Deliveries that were given up."}, count(webhook.Dead)))
}

// deliver sends webhooks until ctx ends.
func (s *service) deliver(ctx context.Context) { s.hooks.Run(ctx, deliverEvery) }
