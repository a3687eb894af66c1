package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"touchstone/detect"
	"touchstone/internal/casework"
	"touchstone/internal/demo"
	"touchstone/internal/intake"
	"touchstone/internal/policy"
)

// Files of the demo in the data folder.
const (
	demoKeyFile = "demo-key"
	demoFolder  = "demo"            // pictures of the demo's listings
	demoUnready = "demo-unfinished" // there while the catalogue is being registered
	demoSeed    = 1
)

// demoCmd writes the demo catalogue as an evaluation set.
type demoCmd struct {
	Out string `arg:"" help:"Folder to write the set to." type:"path"`
}

// Run writes the set.
func (c *demoCmd) Run(std streams) error {
	if err := demo.WriteSet(c.Out); err != nil {
		return err
	}
	_, err := fmt.Fprintf(std.out, "The demo catalogue is in %s; measure it with: touchstone eval %s\n", c.Out, c.Out)
	return err
}

// demoSample is what the printed examples use.
type demoSample struct {
	picture string // file of a copied picture
	title   string // a title that misuses a word mark
}

// loadDemo registers the demo catalogue if nothing is registered yet, and writes the pictures of its listings to the data folder.
func loadDemo(ctx context.Context, all *service, data string, out io.Writer) (*demoSample, error) {
	c, s := demo.New(demoSeed), all.intake
	demoPolicy(s.Policies, c) // nothing is at work yet
	demoSurveys(s.Policies)
	sample := &demoSample{}
	folder := filepath.Join(data, demoFolder)
	if err := os.MkdirAll(folder, 0o750); err != nil {
		return nil, err
	}
	for _, l := range c.Listings {
		file := filepath.Join(folder, l.ID+".jpg")
		for _, t := range l.Truth {
			if t.Signal == "near_copy" && sample.picture == "" && len(l.Edits) > 0 {
				sample.picture = file
			}
			if t.Signal == "keyword_misuse" && sample.title == "" {
				sample.title = l.Title
			}
		}
		if _, err := os.Stat(file); err == nil {
			continue
		}
		if picture := l.Picture(); picture != nil {
			if err := os.WriteFile(file, picture, 0o640); err != nil {
				return nil, err
			}
		}
	}
	page, err := s.Registry.Rights(ctx, demoActor, casework.RightQuery{Limit: 1})
	if err != nil {
		return nil, err
	}
	unready := filepath.Join(data, demoUnready)
	if exists(unready) {
		return nil, fmt.Errorf("an earlier start was interrupted while it registered the demo; remove the data folder %s and start again", data)
	}
	if len(page.Rights) > 0 {
		return sample, nil
	}
	fmt.Fprintln(out, "First start: drawing and registering the demo catalogue ...")
	if err := os.WriteFile(unready, nil, 0o640); err != nil {
		return nil, err
	}
	loader := &demoLoader{s: s, holders: map[string]string{}, rights: map[string]string{}}
	if err := loader.load(ctx, c); err != nil {
		return nil, err
	}
	if err := all.demoNotices(ctx, c, loader.rights); err != nil {
		return nil, err
	}
	if err := all.demoDesk(ctx); err != nil {
		return nil, err
	}
	return sample, os.Remove(unready)
}

// demoPolicyName is the policy of the demo's marketplaces.
const demoPolicyName = "demo"

// demoPolicy adds it: the default one, but for the base rate. Far more of a demo's few listings infringe than of a market's, so that what
// the pack's held-out sets show is enough there to hold listings back.
func demoPolicy(set policy.Set, c demo.Catalogue) {
	if _, own := set[demoPolicyName]; own {
		return
	}
	infringing := 0.0
	for _, l := range c.Listings {
		if len(l.Truth) > 0 {
			infringing++
		}
	}
	p := set.For("default")
	demands := p.Demands()
	demands.BaseRate = infringing / float64(len(c.Listings))
	p.Name, p.Automation = demoPolicyName, &demands
	set[demoPolicyName] = p
}

// demoActor registers the demo in the account of the demo key.
var demoActor = casework.Actor{Account: "demo", Role: "operator"}

// demoLoader maps the catalogue's names to IDs of the registry.
type demoLoader struct {
	s       *intake.Service
	holders map[string]string
	rights  map[string]string
}

func (d *demoLoader) load(ctx context.Context, c demo.Catalogue) error {
	r := d.s.Registry
	for _, m := range c.Marketplaces {
		if _, err := r.PutMarketplace(ctx, demoActor, casework.Marketplace{ID: m.ID, Name: m.Name, Territories: m.Territories, Languages: m.Languages, ListingURL: m.ListingURL, Policy: demoPolicyName}); err != nil {
			return fmt.Errorf("marketplace %s: %w", m.ID, err)
		}
	}
	if err := d.onSale(ctx, c); err != nil {
		return err
	}
	for _, h := range c.Holders {
		made, err := r.CreateHolder(ctx, demoActor, casework.Holder{LegalName: h.LegalName, Country: h.Country, BusinessID: h.BusinessID, Email: h.Email})
		if err != nil {
			return fmt.Errorf("holder %s: %w", h.ID, err)
		}
		d.holders[h.ID] = made.ID
	}
	for _, right := range c.Rights {
		if err := d.right(ctx, right); err != nil {
			return fmt.Errorf("right %s: %w", right.ID, err)
		}
	}
	for _, ref := range c.References {
		if err := d.reference(ctx, ref); err != nil {
			return fmt.Errorf("reference %s: %w", ref.ID, err)
		}
	}
	for _, a := range c.AuthorizedSellers {
		if _, err := r.AddAuthorizedSeller(ctx, demoActor, casework.AuthorizedSeller{
			RightID: d.rights[a.Right], Seller: a.Seller, Marketplace: a.Marketplace, Proof: a.Proof, ValidFrom: day(a.ValidFrom),
		}); err != nil {
			return fmt.Errorf("authorised seller %s: %w", a.Seller, err)
		}
	}
	return nil
}

// onSale scores a listing before the right that it infringes is there, as most listings of a market are: the sweep that follows
// the right's registration finds it.
func (d *demoLoader) onSale(ctx context.Context, c demo.Catalogue) error {
	if l, ok := soldBefore(c); ok {
		_, err := d.s.Score(ctx, intake.ScoreInput{Account: demoActor.Account, Listing: intake.ListingInput{
			ID: l.ID, Marketplace: l.Marketplace, Seller: l.Seller, Title: l.Title, Description: l.Description,
			Pictures: []intake.PictureInput{{Data: l.Picture()}},
		}})
		if err != nil {
			return fmt.Errorf("listing %s: %w", l.ID, err)
		}
		return nil
	}
	return errors.New("the demo has no copied picture")
}

// soldBefore is the listing that is on sale before the rights are there: a copied picture that was edited.
func soldBefore(c demo.Catalogue) (demo.Listing, bool) {
	i := slices.IndexFunc(c.Listings, func(l demo.Listing) bool {
		return len(l.Edits) > 0 && slices.ContainsFunc(l.Truth, func(t demo.Truth) bool { return t.Signal == detect.SignalNearCopy })
	})
	if i < 0 {
		return demo.Listing{}, false
	}
	return c.Listings[i], true
}

func (d *demoLoader) right(ctx context.Context, in demo.Right) error {
	r := casework.Right{
		HolderID: d.holders[in.Holder], Name: in.Name, Type: casework.RightType(in.Type), Office: in.Office, Territories: in.Territories,
		RegistrationNumber: in.RegistrationNumber, Registrant: in.Registrant, FiledOn: day(in.FiledOn), GrantedOn: day(in.GrantedOn), ExpiresOn: day(in.ExpiresOn),
		Nice: in.Nice, Locarno: in.Locarno, Vienna: in.Vienna,
	}
	if len(r.Territories) == 0 {
		r.Territories = []string{casework.Worldwide}
	}
	if p := in.RetailPrice; p != nil {
		r.RetailPrice = &casework.Money{Amount: p.Amount, Currency: p.Currency}
	}
	made, err := d.s.Registry.CreateRight(ctx, demoActor, r)
	if err != nil {
		return err
	}
	d.rights[in.ID] = made.ID
	_, err = d.s.SetRightState(ctx, demoActor, made.ID, casework.StateVerified)
	return err
}

func (d *demoLoader) reference(ctx context.Context, in demo.Reference) error {
	right := d.rights[in.Right]
	var ref casework.Reference
	var err error
	if in.Word != "" {
		ref, err = d.s.AddWordReference(ctx, demoActor, right, intake.WordReference{Word: in.Word, Language: in.Language})
	} else {
		ref, err = d.s.AddImageReference(ctx, demoActor, right, intake.ImageReference{View: in.View, Data: in.Picture()})
	}
	if err == nil && ref.IndexedAt == nil {
		err = errors.New("it is registered and not searchable; the log says why")
	}
	return err
}

// day is nil for a zero time.
func day(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
