package eval

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"touchstone/detect"
	"touchstone/internal/casework"
	"touchstone/internal/intake"
)

// operator is who registers the references of a set: as in life, rights are verified before they count.
var operator = casework.Actor{Account: "eval", Role: "operator"}

// types gives the type of right that a set's kind is registered as.
var types = map[string]casework.RightType{
	KindDesign: casework.Design,
	KindLogo:   casework.TrademarkFigurative,
	KindWord:   casework.TrademarkWord,
}

// A Service measures the use cases that the scoring endpoint calls, on an intake.Service over scratch stores.
type Service struct {
	intake *intake.Service
	holder string            // all rights of a set belong to one holder
	rights map[string]string // the set's name of a right by registry ID

	Profile string // that listings are scored in; "" = staged
}

// NewService registers a holder for the rights to come.
func NewService(ctx context.Context, in *intake.Service) (*Service, error) {
	h, err := in.Registry.CreateHolder(ctx, operator, casework.Holder{LegalName: "Evaluation", Country: "DE", Email: "evaluation@touchstone.invalid"})
	if err != nil {
		return nil, fmt.Errorf("eval: %w", err)
	}
	return &Service{intake: in, holder: h.ID, rights: map[string]string{}}, nil
}

// Register registers one right with its pictures, words and authorised sellers, as verified.
func (s *Service) Register(ctx context.Context, ref Reference) error {
	right, err := s.intake.Registry.CreateRight(ctx, operator, casework.Right{
		HolderID: s.holder, Name: ref.Right, Type: types[ref.Kind], Territories: []string{casework.Worldwide},
		RegistrationNumber: "EVAL-" + fmt.Sprint(len(s.rights)+1), Nice: nice(ref),
	})
	if err != nil {
		return err
	}
	s.rights[right.ID] = ref.Right
	if _, err := s.intake.SetRightState(ctx, operator, right.ID, casework.StateVerified); err != nil {
		return err
	}
	for i := range ref.Images {
		data, err := ref.Picture(i)
		if err != nil {
			return err
		}
		if err := indexed(s.intake.AddImageReference(ctx, operator, right.ID, intake.ImageReference{Data: data})); err != nil {
			return fmt.Errorf("%s: %w", ref.Images[i], err)
		}
	}
	for _, w := range ref.Words {
		if err := indexed(s.intake.AddWordReference(ctx, operator, right.ID, intake.WordReference{Word: w})); err != nil {
			return fmt.Errorf("word %q: %w", w, err)
		}
	}
	for _, seller := range ref.AuthorisedSellers {
		if _, err := s.intake.Registry.AddAuthorizedSeller(ctx, operator, casework.AuthorizedSeller{RightID: right.ID, Seller: seller}); err != nil {
			return fmt.Errorf("authorised seller %q: %w", seller, err)
		}
	}
	return nil
}

// nice are the goods classes, where the registry takes them: for trademarks.
func nice(ref Reference) []string {
	if ref.Kind == KindDesign {
		return nil
	}
	return ref.Goods
}

// indexed demands that a reference is searchable; a picture or word that the right has already changes nothing.
func indexed(ref casework.Reference, err error) error {
	switch {
	case errors.Is(err, casework.ErrConflict):
		return nil
	case err != nil:
		return err
	case ref.IndexedAt == nil:
		return errors.New("registered but not indexed; the log says why")
	}
	return nil
}

// Score scores a listing and flattens the report into predictions.
func (s *Service) Score(ctx context.Context, l Listing) ([]Prediction, error) {
	in := intake.ListingInput{ID: l.ID, Title: l.Title, Description: l.Description, Seller: l.Seller, Profile: s.Profile}
	for i := range l.Images {
		data, err := l.Picture(i)
		if err != nil {
			return nil, err
		}
		in.Pictures = append(in.Pictures, intake.PictureInput{Data: data})
	}
	rec, err := s.intake.Score(ctx, intake.ScoreInput{Account: operator.Account, Listing: in})
	if err != nil {
		return nil, err
	}
	var out []Prediction
	for _, f := range rec.Report.Findings {
		p := Prediction{Right: s.rights[f.Right], Signal: f.Signal, Score: f.Score, Probability: f.Probability}
		p.locate(f)
		p.Measures = measures(f)
		out = append(out, p)
	}
	for _, v := range rec.Report.Verdicts {
		p := Prediction{Right: s.rights[v.Right], Signal: Infringement, Score: v.Score, Probability: v.Probability}
		findings := rec.Report.Findings
		strongest := func(i, j int) int { return cmp.Compare(findings[j].Probability, findings[i].Probability) }
		for _, i := range slices.SortedStableFunc(slices.Values(v.Findings), strongest) {
			p.locate(findings[i])
		}
		out = append(out, p)
	}
	return out, nil
}

// locate takes over the places of a finding. A verdict takes the place of its strongest finding that has one.
func (p *Prediction) locate(f detect.Finding) {
	if e := f.Picture; e != nil && p.Box == nil {
		p.Image = &e.Index
		p.Box = &Box{float64(e.Box[0]), float64(e.Box[1]), float64(e.Box[2]), float64(e.Box[3])}
	}
	if e := f.Text; e != nil && e.Box != nil {
		if p.Box == nil {
			p.Image, p.Box = e.Picture, &Box{float64(e.Box[0]), float64(e.Box[1]), float64(e.Box[2]), float64(e.Box[3])}
		}
		return
	}
	if e := f.Text; e != nil && p.Text == nil {
		p.Text = &Place{Field: e.Field, Start: e.Start, End: e.End}
	}
}

// measures lists what geometry measured; nil where it could not or did not look.
func measures(f detect.Finding) map[string]float64 {
	if f.Picture == nil || f.Picture.Verification == nil || f.Picture.Verification.Problem != "" {
		return nil
	}
	v := f.Picture.Verification
	return map[string]float64{
		"vectors": f.Picture.Cosine, "background": f.Picture.Background,
		"inliers": float64(v.Inliers), "matches": float64(v.Matches), "expected": float64(v.Expected),
		"detail": v.Detail, "share": v.Share, "centre": v.Centre, "whole": v.Whole,
		"texture": v.Texture, "core": v.Core, "evenness": v.Evenness,
		"heart": v.Heart, "gap": v.Gap, "spread": v.Spread,
	}
}
