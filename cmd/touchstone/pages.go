package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"touchstone/detect"
	"touchstone/internal/caseload"
	"touchstone/internal/casework"
	"touchstone/internal/casework/docket"
	"touchstone/internal/casework/onboarding"
	"touchstone/internal/casework/refusals"
	"touchstone/internal/demo"
	"touchstone/internal/intake"
	"touchstone/internal/people"
	"touchstone/internal/people/oidc"
	"touchstone/internal/server"
	"touchstone/internal/upkeep"
	"touchstone/internal/web"
)

// demoPasswordFile is in the data folder, readable by its owner.
const demoPasswordFile = "demo-password"

// They sign in to a demo: to the console, and to the portal of holders.
const (
	demoReviewer = "reviewer@demo.example"
	demoHolder   = "holder@demo.example"
)

// oidcFlags name an identity provider that people may sign in with.
type oidcFlags struct {
	Issuer string `help:"Address of an OpenID Connect provider that people may sign in with; needs --public-url." env:"TOUCHSTONE_OIDC_ISSUER"`
	Client string `help:"ID of this service there." env:"TOUCHSTONE_OIDC_CLIENT"`
	Secret string `help:"Its secret; better given by the environment than here." env:"TOUCHSTONE_OIDC_SECRET"`
	Name   string `help:"What its button says; default: its host." env:"TOUCHSTONE_OIDC_NAME"`
}

// pages adds the console and the portal to the server.
func (c *serveCmd) pages(s *service, srv *server.Server, care *upkeep.Upkeep, log *slog.Logger) error {
	staff, err := people.New(s.store, people.Config{Production: c.Production, Seal: s.seal}, nil)
	if err != nil {
		return err
	}
	if err := s.reseal(staff, log); err != nil {
		return err
	}
	s.people = staff
	w := &web.Web{People: staff, Docket: s.docket, Followup: s.followup, SellerLinks: s.sellerLinks, Registrar: s.intake, Dossier: s.dossier, Onboarding: &onboarding.Guide{Registry: s.intake.Registry, Notices: s.docket}, Tracing: s.tracing, Partners: s.partners, Inquiries: s.inquiries, Surveys: s.surveys, Catalogue: caseload.NewCatalogue(s.intake), Registry: s.intake.Registry, Reports: s.store, Listings: s.store,
		Evidence: s.intake, Refused: func(r web.Refusal) { s.refusals.Note(refusals.Refusal(r)) }, Log: log, Secure: c.Production, StaffCodes: c.Production, Address: strings.TrimSuffix(c.PublicURL, "/")}
	w.Rollouts, w.Drift, w.Index = s.packs, s.drift, care
	if c.OIDC.Issuer != "" {
		if w.Provider, err = oidc.New(oidc.Config{Issuer: c.OIDC.Issuer, ID: c.OIDC.Client, Secret: c.OIDC.Secret, Name: c.OIDC.Name, Callback: w.Address + "/sign-in/callback"}); err != nil {
			return err
		}
	}
	return w.Register(srv.Engine())
}

// reseal seals what is not sealed with the newest key: secrets from before there was one, and those of older keys.
func (s *service) reseal(staff *people.People, log *slog.Logger) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	webhooks, err := s.hooks.Reseal(ctx)
	if err != nil {
		return err
	}
	codes, err := staff.Reseal(ctx)
	if err == nil && webhooks+codes > 0 {
		log.Info("secrets were sealed with the newest key", "webhooks", webhooks, "people", codes)
	}
	return err
}

// demoPeople makes somebody who can decide cases of a demo and a holder of its rights, with a password of their own, and gives that password; "" when the folder
// was first used without --demo.
func (s *service) demoPeople(ctx context.Context, data string) (string, error) {
	file := filepath.Join(data, demoPasswordFile)
	kept, err := os.ReadFile(file)
	if err == nil {
		return string(kept), nil
	}
	if !errors.Is(err, os.ErrNotExist) {
		return "", err
	}
	password := strings.ToLower(rand.Text()[:12])
	for _, who := range []people.Person{
		{Email: demoReviewer, Name: "Robin Demo", Role: string(server.RoleReviewer)},
		{Email: demoHolder, Name: "Vera Demo", Role: string(server.RoleHolder)},
	} {
		who.ID, who.Account, who.Demo = casework.NewID("per"), demoActor.Account, true
		_, err = s.people.Add(ctx, who, password)
		if errors.Is(err, people.ErrTaken) {
			return "", nil
		}
		if err != nil {
			return "", fmt.Errorf("%s: %w", who.Email, err)
		}
	}
	return password, os.WriteFile(file, []byte(password), 0o600)
}

// demoNotices has the demo's holders complain of the listings that infringe their rights, and of an innocent one now and then, so
// that a newcomer finds cases to decide.
func (s *service) demoNotices(ctx context.Context, c demo.Catalogue, rights map[string]string) error {
	filed := map[string][]docket.Item{}
	before, _ := soldBefore(c)
	for i, l := range c.Listings {
		if l.ID == before.ID {
			continue // a sweep finds it
		}
		in := intake.ListingInput{Profile: profileFor(l), ID: l.ID, Marketplace: l.Marketplace, Seller: l.Seller, Title: l.Title, Description: l.Description}
		if picture := l.Picture(); picture != nil {
			in.Pictures = []intake.PictureInput{{Data: picture}}
		}
		rec, err := s.intake.Score(ctx, intake.ScoreInput{Account: demoActor.Account, Listing: in})
		if err != nil {
			return fmt.Errorf("listing %s: %w", l.ID, err)
		}
		for _, t := range l.Truth {
			filed[l.Marketplace+"\n"+t.Right] = append(filed[l.Marketplace+"\n"+t.Right], docket.Item{Listing: l.ID, Report: rec.ID})
		}
		if len(l.Truth) == 0 && i%4 == 0 && len(rec.Report.Verdicts) > 0 {
			for name, id := range rights {
				if id == rec.Report.Verdicts[0].Right {
					filed[l.Marketplace+"\n"+name] = append(filed[l.Marketplace+"\n"+name], docket.Item{Listing: l.ID, Report: rec.ID})
				}
			}
		}
	}
	for _, at := range slices.Sorted(maps.Keys(filed)) { // the same cases in the same order at each first start
		market, name, _ := strings.Cut(at, "\n")
		if err := s.demoNotice(ctx, market, rights[name], unique(filed[at])); err != nil {
			return fmt.Errorf("notice about %s: %w", name, err)
		}
	}
	return nil
}

// profileFor a demo listing: the full one where the first stage would not look for what is there.
func profileFor(l demo.Listing) string {
	for _, t := range l.Truth {
		if t.Signal == detect.SignalLogoInScene {
			return detect.ProfileFull
		}
	}
	return detect.ProfileStaged
}

func unique(items []docket.Item) []docket.Item {
	var out []docket.Item
	seen := map[string]bool{}
	for _, it := range items {
		if !seen[it.Listing] {
			seen[it.Listing] = true
			out = append(out, it)
		}
	}
	return out
}

func (s *service) demoNotice(ctx context.Context, market, right string, items []docket.Item) error {
	a := casework.Actor{Account: demoActor.Account, Role: string(server.RoleHolder)}
	r, err := s.intake.Registry.Right(ctx, a, right)
	if err != nil {
		return err
	}
	_, err = s.docket.File(ctx, a, docket.Notice{
		Right: right, Marketplace: market, Regime: docket.RegimeDSA, Target: docket.TargetListing, Reason: docket.DefaultReason(r.Type), Items: items,
		Explanation: "These listings show our registered right on goods that do not come from us. Please take them down.",
		GoodFaith:   true, Accuracy: true, Signature: "Demo Holder", Notifier: docket.Notifier{Name: "Demo Holder", Email: "ip@demo.example"},
	})
	return err
}
