package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"touchstone/internal/casework"
	"touchstone/internal/httpapi"
	"touchstone/internal/httpapi/packs"
	"touchstone/internal/httpapi/rest"
	"touchstone/internal/intake"
	"touchstone/internal/server"
	"touchstone/internal/upkeep"
)

// serveCmd serves the API until it is told to stop.
type serveCmd struct {
	Addr         string        `help:"Address to listen on." default:"127.0.0.1:8080" env:"TOUCHSTONE_ADDR"`
	Data         string        `help:"Folder of everything that is kept." default:"./data" env:"TOUCHSTONE_DATA" type:"path"`
	Index        string        `help:"Where the vectors are: local:DIR, or qdrant://host:port?tls=true (key in ${qdrantKey}); empty is the data folder." env:"TOUCHSTONE_INDEX"`
	VerifyEvery  time.Duration `help:"How often the recall of the index is probed, for /metrics; 0 never." default:"1h" env:"TOUCHSTONE_VERIFY_EVERY"`
	Snapshots    string        `help:"Folder for snapshots of the index that operators ask for; empty is snapshots in the data folder." env:"TOUCHSTONE_SNAPSHOTS" type:"path"`
	Policy       string        `help:"Policy file; without one the built-in policy applies." env:"TOUCHSTONE_POLICY" type:"existingfile"`
	Calendars    string        `help:"File of calendars of working days, in the place of built-in ones of the same territories." env:"TOUCHSTONE_CALENDARS" type:"existingfile"`
	Demo         bool          `help:"On a first start, load the demo catalogue and leave a demo key in the data folder." env:"TOUCHSTONE_DEMO"`
	URLs         bool          `name:"urls" negatable:"" default:"true" help:"Accept listing pictures by URL (public addresses only)." env:"TOUCHSTONE_URLS"`
	Production   bool          `help:"Serve in production: sign-in cookies over HTTPS alone, and nobody made for a demo may sign in." env:"TOUCHSTONE_PRODUCTION"`
	PublicURL    string        `name:"public-url" help:"Address by which people reach this service, such as https://ip.example.com." env:"TOUCHSTONE_PUBLIC_URL"`
	OIDC         oidcFlags     `embed:"" prefix:"oidc-"`
	KeepListings bool          `negatable:"" default:"true" help:"Keep scored listings as long as policy says, so that a right registered later is held against them." env:"TOUCHSTONE_KEEP_LISTINGS"`
	MaxInFlight  int           `help:"Requests at work at a time; 0 is eight a core." default:"0" env:"TOUCHSTONE_MAX_IN_FLIGHT"`
	MaxBody      int64         `help:"Largest request body in bytes." default:"33554432" env:"TOUCHSTONE_MAX_BODY"`
	ReadTimeout  time.Duration `help:"Longest time for a request to arrive." default:"60s" env:"TOUCHSTONE_READ_TIMEOUT"`
	Log          string        `help:"Least level that is logged: ${enum}." enum:"debug,info,warn,error" default:"info" env:"TOUCHSTONE_LOG"`
	SealKeys     string        `name:"seal-keys" help:"File of keys that seal secrets in the database (32 bytes in base64 a line, the newest first); empty is seal-keys in the data folder, made on a first start." env:"TOUCHSTONE_SEAL_KEYS" type:"existingfile"`
	Sets         string        `help:"Folder of the labelled sets that packs are compared on; empty is DATA/sets." env:"TOUCHSTONE_SETS" type:"path"`
	storeFlag
	hookFlags
	CPUProfile string `name:"cpu-profile" hidden:"" help:"File for a profile of the processor, written at the end." type:"path"`
	modelFlags
}

// Run opens everything, says where it is, and serves.
func (c *serveCmd) Run(ctx context.Context, std streams) (err error) {
	defer holdHeap()()
	stopProfile, err := profile(c.CPUProfile)
	if err != nil {
		return fmt.Errorf("--cpu-profile: %w", err)
	}
	defer func() { err = errors.Join(err, stopProfile()) }()
	var level slog.Level
	if err := level.UnmarshalText([]byte(c.Log)); err != nil {
		return err
	}
	if err := c.check(); err != nil {
		return err
	}
	if c.Production && c.LocalWebhooks {
		return errors.New("--production and --local-webhooks do not go together: webhooks reach public addresses only")
	}
	log := slog.New(slog.NewJSONHandler(std.err, &slog.HandlerOptions{Level: level}))
	var door gate
	s, err := openService(ctx, options{keep: c.KeepListings, yield: door.wait, models: c.modelFlags, data: c.Data, sets: c.Sets, database: c.Store, index: c.Index, policies: c.Policy, calendars: c.Calendars, sealKeys: c.SealKeys, urls: c.URLs, localHooks: c.LocalWebhooks, config: intake.DefaultConfig(), log: log})
	if err != nil {
		return err
	}
	closed := false
	defer func() {
		if !closed {
			err = errors.Join(err, s.Close())
		}
	}()
	if err := s.intake.Prepare(ctx, func(done int) {
		if done%1000 == 0 {
			log.Info("embedding references for this pack", "done", done)
		}
	}); err != nil {
		return err
	}
	keys := server.NewKeys(s.store, 0, nil)
	srv, watch, err := c.server(s, keys, log)
	if err != nil {
		return err
	}
	listener, err := srv.Listen(ctx)
	if err != nil {
		return err
	}
	if err := c.welcome(ctx, std, s, keys, "http://"+listener.Addr().String()); err != nil {
		return errors.Join(err, listener.Close())
	}
	door.server.Store(srv)
	srv.OnShutdown("background work", work(ctx, s.intake, s.sweeps, log, watch.run, s.packs.Run, s.comparisons.Run, s.drift.Run, s.casework, s.deskwork, s.deliver))
	srv.OnShutdown("service", func(context.Context) error {
		closed = true
		return s.Close()
	})
	return srv.Serve(ctx, listener)
}

// server makes the HTTP side over the use cases.
func (c *serveCmd) server(s *service, keys *server.Keys, log *slog.Logger) (*server.Server, *indexWatch, error) {
	cfg := server.DefaultConfig()
	cfg.Addr, cfg.MaxBody, cfg.ReadTimeout = c.Addr, c.MaxBody, c.ReadTimeout
	cfg.WriteTimeout = c.ReadTimeout + time.Minute
	if c.MaxInFlight > 0 {
		cfg.MaxInFlight = c.MaxInFlight
	}
	httpapi.Configure(&cfg)
	srv, err := server.New(cfg, server.Options{Keys: keys, Idempotency: s.store, Quotas: s.store, Logger: log, Refused: s.refused})
	if err != nil {
		return nil, nil, err
	}
	srv.AddCheck("store", s.store.Ping)
	care := upkeep.New(upkeep.Config{Index: s.index, Snapshots: cmp.Or(c.Snapshots, filepath.Join(c.Data, "snapshots")), Log: log})
	s.add("operations on the index", care.Close)
	watch := watchIndex(srv, s.index, care, c.VerifyEvery, log)
	watchReferences(srv, s.intake)
	watchPacks(srv, s.packs)
	if err := c.pages(s, srv, care, log); err != nil {
		return nil, nil, err
	}
	s.api(srv, keys, care, log, c.MaxBody)
	return srv, watch, nil
}

// api puts the JSON API on a server. care may be nil: the index has no operations then.
func (s *service) api(srv *server.Server, keys *server.Keys, care *upkeep.Upkeep, log *slog.Logger, maxBody int64) {
	api := srv.NewAPI("Touchstone", version)
	(&httpapi.API{
		People:         s.people,
		Intake:         s.intake,
		Keys:           keys,
		Batches:        s.store,
		Sweeps:         s.sweeps,
		Docket:         s.docket,
		Followup:       s.followup,
		Bundles:        s.bundles,
		Dossier:        s.dossier,
		SellerLinks:    s.sellerLinks,
		Tracing:        s.tracing,
		Partners:       s.partners,
		Upkeep:         care,
		Server:         srv,
		Log:            log,
		MaxPictureBody: maxBody,
	}).Register(srv.Engine(), api)
	s.deskAPI(api, log)
	s.partnersAPI(api, log)
	s.hooksAPI(api, srv, log)
	(&packs.API{Rollouts: s.packs, Comparisons: s.comparisons, MaxBody: maxBody, Errors: rest.Errors{Log: log}}).Register(api)
}

// watchReferences says in /readyz and /metrics which references are not searchable as they are now.
func watchReferences(srv *server.Server, s *intake.Service) {
	srv.AddNote("references", func(ctx context.Context) string {
		n, err := s.Registry.CountUnindexed(ctx)
		switch {
		case err != nil:
			return "the references could not be counted: " + err.Error()
		case n.Failing > 0:
			return fmt.Sprintf("%d of them are not searchable and are tried again; each says why under problem, and the log has the cause", n.Failing)
		case n.Waiting > 0:
			return fmt.Sprintf("%d of them wait for the index", n.Waiting)
		}
		return ""
	})
	count := func(pick func(casework.IndexCounts) int) func() float64 {
		return func() float64 {
			n, err := s.Registry.CountUnindexed(context.Background())
			if err != nil {
				return math.NaN()
			}
			return float64(pick(n))
		}
	}
	srv.Metrics().MustRegister(
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "touchstone_references_waiting", Help: "References that the index does not hold as they are now."},
			count(func(n casework.IndexCounts) int { return n.Waiting })),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "touchstone_references_failing", Help: "References that could not be embedded when last tried."},
			count(func(n casework.IndexCounts) int { return n.Failing })))
}

// welcome makes the first key, loads the demo catalogue where asked, and prints where things are and how to try them.
func (c *serveCmd) welcome(ctx context.Context, std streams, s *service, keys *server.Keys, url string) error {
	first, err := c.firstKey(ctx, keys)
	if err != nil {
		return err
	}
	out := std.out
	var sample *demoSample
	if c.Demo {
		if c.Production {
			return errors.New("--demo and --production do not go together: a demo has people and keys of its own")
		}
		if sample, err = loadDemo(ctx, s, c.Data, out); err != nil {
			return fmt.Errorf("demo catalogue: %w", err)
		}
		password, err := s.demoPeople(ctx, c.Data)
		if err != nil {
			return err
		}
		if password != "" {
			defer fmt.Fprintf(out, "Decide a case: %s/queue   sign in as %s with %s (%s sees the portal of holders)\n\n", url, demoReviewer, password, demoHolder)
		}
	}
	fmt.Fprintf(out, "\nTouchstone %s  %s   API: %s/docs\n", version, url, url)
	if !c.Demo {
		if first != "" {
			fmt.Fprintf(out, "First start. The admin key, shown this once: %s\n", first)
		}
		return nil
	}
	key, err := os.ReadFile(filepath.Join(c.Data, demoKeyFile))
	if errors.Is(err, os.ErrNotExist) {
		fmt.Fprintln(out, "There is no demo key: the folder was first used without --demo. Use a key of your own.")
		return nil
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "Demo key: %s\n\nScore a copied picture, then a title:\n\n", key)
	title, _ := json.Marshal(map[string]string{"title": sample.title}) // strings only: cannot fail
	fmt.Fprintf(out, "  curl -s -H 'Authorization: Bearer %s' -F 'picture=@%s' %s/v1/score\n\n", key, sample.picture, url)
	fmt.Fprintf(out, "  curl -s -H 'Authorization: Bearer %s' -H 'Content-Type: application/json' -d '%s' %s/v1/score\n\n", key, title, url)
	return nil
}

// firstKey issues an admin key if there is no key at all. In a demo it is kept in the data folder, readable by its owner.
func (c *serveCmd) firstKey(ctx context.Context, keys *server.Keys) (string, error) {
	list, err := keys.List(ctx, "")
	if err != nil || len(list) > 0 {
		return "", err
	}
	request := server.KeyRequest{Account: "admin", Name: "first key", Role: server.RoleAdmin}
	if c.Demo {
		request.Account, request.Name = "demo", "demo key"
	}
	_, token, err := keys.Issue(ctx, request)
	if err != nil || !c.Demo {
		return token, err
	}
	return token, os.WriteFile(filepath.Join(c.Data, demoKeyFile), []byte(token), 0o600)
}
