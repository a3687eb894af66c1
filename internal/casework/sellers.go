package casework

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// AddAuthorizedSeller lets a seller sell under a right of the actor's.
func (r *Registry) AddAuthorizedSeller(ctx context.Context, a Actor, in AuthorizedSeller) (AuthorizedSeller, error) {
	in.ID, in.CreatedAt = NewID("sel"), r.moment()
	in.ValidFrom, in.ValidTo = stored(in.ValidFrom), stored(in.ValidTo)
	if err := validateSeller(in); err != nil {
		return AuthorizedSeller{}, err
	}
	if err := r.mayChange(ctx, a, in.RightID); err != nil {
		return AuthorizedSeller{}, err
	}
	defer r.views.drop(in.RightID)
	if err := r.store.AddAuthorizedSeller(ctx, in); err != nil {
		return AuthorizedSeller{}, fmt.Errorf("add authorised seller: %w", err)
	}
	return in, nil
}

// AuthorizedSellers lists the authorised sellers of a right that the actor may see.
func (r *Registry) AuthorizedSellers(ctx context.Context, a Actor, rightID string) ([]AuthorizedSeller, error) {
	if _, err := r.Right(ctx, a, rightID); err != nil {
		return nil, err
	}
	out, err := r.store.AuthorizedSellers(ctx, []string{rightID}, "")
	if err != nil {
		return nil, fmt.Errorf("list authorised sellers: %w", err)
	}
	return out, nil
}

// IsAuthorised tells under which of the rights a seller may sell on a
// marketplace at a moment; a right that is missing from the map is not one of
// them. It serves scoring and checks no actor. See AuthorizedSeller.Covers: on
// a marketplace that is not registered, authorisations limited to territories
// do not count.
func (r *Registry) IsAuthorised(ctx context.Context, rights []string, seller, marketplace string, at time.Time) (map[string]bool, error) {
	out := map[string]bool{}
	if len(rights) == 0 || seller == "" {
		return out, nil
	}
	sellers, err := r.store.AuthorizedSellers(ctx, rights, seller)
	if err != nil {
		return nil, fmt.Errorf("look up authorised sellers: %w", err)
	}
	if len(sellers) == 0 {
		return out, nil
	}
	m, err := r.store.Marketplace(ctx, marketplace)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return nil, fmt.Errorf("look up marketplace: %w", err)
	}
	for _, s := range sellers {
		if s.Covers(seller, marketplace, m.Territories, at) {
			out[s.RightID] = true
		}
	}
	return out, nil
}

// PutMarketplace creates or replaces a marketplace; operators and admins only.
func (r *Registry) PutMarketplace(ctx context.Context, a Actor, m Marketplace) (Marketplace, error) {
	if err := a.mayOperate("register a marketplace"); err != nil {
		return Marketplace{}, err
	}
	m.CreatedAt = r.moment()
	if err := validateMarketplace(m); err != nil {
		return Marketplace{}, err
	}
	if err := r.store.PutMarketplace(ctx, m); err != nil {
		return Marketplace{}, fmt.Errorf("put marketplace: %w", err)
	}
	return r.Marketplace(ctx, m.ID)
}

// Marketplace returns one marketplace; every role may see them all.
func (r *Registry) Marketplace(ctx context.Context, id string) (Marketplace, error) {
	m, err := r.store.Marketplace(ctx, id)
	if err != nil {
		return Marketplace{}, fmt.Errorf("marketplace: %w", err)
	}
	return m, nil
}

// Marketplaces lists all marketplaces by ID.
func (r *Registry) Marketplaces(ctx context.Context) ([]Marketplace, error) {
	ms, err := r.store.Marketplaces(ctx)
	if err != nil {
		return nil, fmt.Errorf("list marketplaces: %w", err)
	}
	return ms, nil
}
