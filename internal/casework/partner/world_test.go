package partner_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"touchstone/internal/blob"
	"touchstone/internal/casework"
	"touchstone/internal/casework/docket"
	"touchstone/internal/casework/docket/dockettest"
	"touchstone/internal/casework/evidence"
	"touchstone/internal/casework/partner"
	"touchstone/internal/signing"
)

var (
	operator = casework.Actor{Account: "desk", Role: "operator", Subject: "eve"}
	reviewer = casework.Actor{Account: "desk", Role: "reviewer", Subject: "ann"}
	brand    = casework.Actor{Account: "acme", Role: "partner", Key: "k1"}
	rival    = casework.Actor{Account: "rival", Role: "partner", Key: "k2"}
	police   = casework.Actor{Account: "police", Role: "partner", Key: "k3"}
)

// world is an Alliance beside a docket. What evidence would be gathered is in content.
type world struct {
	*dockettest.World
	*partner.Alliance
	key     signing.Key
	right   casework.Right // of Velmora
	other   casework.Right // of somebody else
	content evidence.Content
	refused []string
	kept    []string // accounts and partners whose files were kept
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func second[A any](_ A, err error) error { return err }

func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{World: dockettest.Open(t, time.Date(2026, 11, 20, 15, 0, 0, 0, time.UTC), nil), key: must(signing.New())}
	files := must(blob.Open(t.TempDir()))
	t.Cleanup(func() { _ = files.Close() })
	w.Alliance = partner.New(partner.Parts{Store: w.Store, Registry: w.Registry, Cases: w.Cases, Rings: rings{}, Evidence: gathered{w}, Papers: papers{&w.kept}, Files: files, Key: w.key, Now: w.Clock,
		Refused: func(a casework.Actor, what, _ string) { w.refused = append(w.refused, a.Role+" "+what) }})
	w.Market(t, "alpha", "DE")
	w.Market(t, "beta", "US")
	w.right = w.Verified(t, casework.Actor{Account: "acme", Role: "holder"}, "Velmora Srl", "VELMORA", "018000007", "EU", "US")
	w.other = w.Verified(t, casework.Actor{Account: "rival", Role: "holder"}, "Quillon Srl", "QUILLON", "018000008", "EU", "US")
	return w
}

// agreement is one about Velmora's rights on alpha with every field.
func (w *world) agreement() partner.Agreement {
	return partner.Agreement{Reference: "A-2026-1", From: w.Now.AddDate(0, -1, 0), Until: w.Now.AddDate(1, 0, 0), Territories: []string{"EU"}, Marketplaces: []string{"alpha"},
		Rights: []string{}, Holders: []string{w.right.HolderID}, Fields: partner.Catalogue(), Shares: []partner.Field{}}
}

// join makes a partner with one member.
func (w *world) join(a casework.Actor, kind string, change func(p *partner.Partner)) partner.Partner {
	p := partner.Partner{Name: "Partner " + a.Account, Kind: kind, Country: "DE", Agreement: w.agreement()}
	if change != nil {
		change(&p)
	}
	p = must(w.Make(context.Background(), operator, p))
	return must(w.AddMember(context.Background(), operator, p.ID, a.Account))
}

// aCase opens a case about Velmora on a marketplace.
func (w *world) aCase(marketplace string) docket.Case {
	var c docket.Case
	if err := w.Store.Update(context.Background(), func(tx docket.Tx) (err error) {
		c, err = w.Cases.Escalate(context.Background(), tx, operator, docket.Escalation{Right: w.right.ID, Marketplace: marketplace, Listing: "L1", Seller: "shop-7", Text: "Please look at it."})
		return err
	}); err != nil {
		panic(err)
	}
	return c
}

// gathered gives what the test says was gathered.
type gathered struct{ w *world }

func (g gathered) Case(_ context.Context, _ casework.Actor, id string) (evidence.Content, []evidence.Picture, error) {
	c := g.w.content
	c.ID, c.MadeAt, c.Case = casework.NewID("evd"), g.w.Now, id
	var pictures []evidence.Picture
	for _, name := range []string{"listing-1", "registered-1", "side-by-side-1"} {
		pictures = append(pictures, evidence.Picture{Name: name, Bytes: []byte("picture " + name)})
	}
	return c, append(pictures, evidence.Picture{Name: "filed-1", Bytes: []byte("picture filed-1"), Filed: true}), nil
}

func (g gathered) Ring(_ context.Context, _ casework.Actor, id string, told []string, within func(string) bool) (evidence.Content, error) {
	if id != "ring_1" {
		return evidence.Content{}, fmt.Errorf("%w: no ring", casework.ErrNotFound)
	}
	c := evidence.Content{ID: casework.NewID("evd"), MadeAt: g.w.Now, Ring: &evidence.Ring{ID: id, Probability: 0.9, Told: told}}
	for _, s := range g.w.content.Ring.Stores {
		if within(s.Marketplace) {
			c.Ring.Stores = append(c.Ring.Stores, s)
		}
	}
	c.Ring.Links, c.Ring.Sources = g.w.content.Ring.Links, g.w.content.Ring.Sources
	return c, nil
}

type rings struct{}

func (rings) Stands(id string) bool { return id == "ring_1" }

// papers are files by their account: the hash of "acme's" is 64 times "a". Those that are kept are told to kept.
type papers struct{ kept *[]string }

func (papers) Paper(_ context.Context, a casework.Actor, hash string) (partner.SentFile, error) {
	if a.Role != "operator" && !strings.HasPrefix(hash, a.Account[:1]) {
		return partner.SentFile{}, fmt.Errorf("%w: no file", casework.ErrNotFound)
	}
	return partner.SentFile{Account: a.Account, Hash: hash, Name: "sealed-name.pdf", Type: "application/pdf", Size: 3}, nil
}

func (p papers) Keep(_ context.Context, a casework.Actor, name string, data []byte) (partner.SentFile, error) {
	if string(data) == "program" {
		return partner.SentFile{}, &casework.ValidationError{Fields: []casework.FieldError{{Path: "file", Message: "the file is a program"}}}
	}
	*p.kept = append(*p.kept, a.Account+" "+a.Partner)
	return partner.SentFile{Account: a.Account, Hash: strings.Repeat(a.Account[1:2], 64), Name: name, Type: "application/pdf", Size: len(data)}, nil
}

func (papers) Bytes(context.Context, string) ([]byte, error) { return []byte("pdf"), nil }

// opened reads a bundle back as a stranger would.
func (w *world) opened(t testing.TB, data []byte) evidence.Verified {
	t.Helper()
	v, err := evidence.Verify(bytes.NewReader(data), int64(len(data)), w.key.Public())
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func is(t testing.TB, what string, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%s: %v, want %v", what, err, want)
	}
}

func invalid(t testing.TB, what string, err error, path string) {
	t.Helper()
	var v *casework.ValidationError
	if !errors.As(err, &v) || v.Fields[0].Path != path || len(v.Fields[0].Message) < 10 {
		t.Errorf("%s: %v, want a fault of %s", what, err, path)
	}
}
