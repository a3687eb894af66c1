package caseload

import (
	"context"
	"errors"
	"fmt"

	"touchstone/internal/blob"
	"touchstone/internal/casework"
	"touchstone/internal/casework/dossier"
	"touchstone/internal/casework/partner"
	"touchstone/internal/tracing"
)

var (
	_ partner.Evidence = Bundler{}
	_ partner.Papers   = Papers{}
)

// Papers are the files that accounts sent, for agreements and actions.
type Papers struct{ Dossier *dossier.Dossier }

// Paper implements partner.Papers.
func (p Papers) Paper(ctx context.Context, a casework.Actor, hash string) (partner.SentFile, error) {
	f, err := p.Dossier.Row(ctx, a, hash)
	if err != nil {
		return partner.SentFile{}, err
	}
	return sentFile(f), nil
}

// Keep implements partner.Papers.
func (p Papers) Keep(ctx context.Context, a casework.Actor, name string, data []byte) (partner.SentFile, error) {
	f, err := p.Dossier.Upload(ctx, a, name, data)
	if err != nil {
		return partner.SentFile{}, err
	}
	return sentFile(f), nil
}

// sentFile is a file as partners know it, which has a name.
func sentFile(f dossier.SentFile) partner.SentFile {
	name := f.Name
	if name == "" {
		name = f.Hash[:12] + "." + string(f.Kind)
	}
	return partner.SentFile{Account: f.Account, Hash: f.Hash, Name: name, Type: f.Kind.MediaType(), Size: f.Size}
}

// Bytes implements partner.Papers.
func (p Papers) Bytes(ctx context.Context, hash string) ([]byte, error) {
	data, err := p.Dossier.Files.Get(ctx, hash)
	if errors.Is(err, blob.ErrNotFound) {
		return nil, fmt.Errorf("%w: the file %q is not kept any more", casework.ErrNotFound, hash)
	}
	return data, err
}

// Alarms hand what tracing sees on to partners.
func Alarms(s *partner.Alliance) func(ctx context.Context, a tracing.Alert) error {
	return func(ctx context.Context, a tracing.Alert) error {
		x := partner.Attack{Right: a.Right, At: a.At, From: a.From, Forms: a.Forms}
		for _, m := range a.Markets {
			x.Markets = append(x.Markets, partner.MarketCount{Marketplace: m.Marketplace, Listings: m.Now, Sellers: m.Sellers, Expected: m.Expected})
		}
		_, err := s.Share(ctx, x)
		return err
	}
}
