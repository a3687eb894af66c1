package sqlite

import (
	"context"
	"database/sql"

	"touchstone/internal/casework"
)

const sellerColumns = `id, right_id, seller, marketplace, territories, goods, valid_from, valid_to, proof, created_at, standing`

func scanSeller(row scanner) (casework.AuthorizedSeller, error) {
	var a casework.AuthorizedSeller
	var territories, goods list
	var from, to sql.NullInt64
	var created int64
	err := row.Scan(&a.ID, &a.RightID, &a.Seller, &a.Marketplace, &territories, &goods, &from, &to, &a.Proof, &created, &a.Standing)
	if err != nil {
		return casework.AuthorizedSeller{}, err
	}
	a.Territories, a.Goods = territories, goods
	a.ValidFrom, a.ValidTo, a.CreatedAt = optMoment(from), optMoment(to), moment(created)
	return a, nil
}

// AddAuthorizedSeller implements casework.SellerStore.
func (s *Store) AddAuthorizedSeller(ctx context.Context, a casework.AuthorizedSeller) error {
	return s.write.do(ctx, func(_ context.Context, t *tx) error {
		err := t.exec(`INSERT INTO sellers (`+sellerColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, a.ID, a.RightID, a.Seller,
			a.Marketplace, list(a.Territories).text(), list(a.Goods).text(), optMicros(a.ValidFrom), optMicros(a.ValidTo), a.Proof, micros(a.CreatedAt), a.Standing)
		return insertError(err, "right", a.RightID, "this authorised seller is registered already")
	})
}

// AuthorizedSellers implements casework.SellerStore.
func (s *Store) AuthorizedSellers(ctx context.Context, rightIDs []string, seller string) ([]casework.AuthorizedSeller, error) {
	query, args := `SELECT `+sellerColumns+` FROM sellers WHERE right_id IN (SELECT value FROM json_each(?))`, []any{list(rightIDs).text()}
	if seller != "" {
		query, args = query+` AND seller = ?`, append(args, seller)
	}
	rows, err := s.read.QueryContext(ctx, query+` ORDER BY id`, args...)
	return collect(rows, err, scanSeller)
}

const marketColumns = `id, name, territories, languages, listing_url, policy, created_at`

func scanMarketplace(row scanner) (casework.Marketplace, error) {
	var m casework.Marketplace
	var territories, languages list
	var created int64
	if err := row.Scan(&m.ID, &m.Name, &territories, &languages, &m.ListingURL, &m.Policy, &created); err != nil {
		return casework.Marketplace{}, err
	}
	m.Territories, m.Languages, m.CreatedAt = territories, languages, moment(created)
	return m, nil
}

// PutMarketplace implements casework.MarketplaceStore.
func (s *Store) PutMarketplace(ctx context.Context, m casework.Marketplace) error {
	return s.write.do(ctx, func(_ context.Context, t *tx) error {
		return t.exec(`INSERT INTO marketplaces (`+marketColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (id) DO UPDATE SET name = excluded.name, territories = excluded.territories,
			languages = excluded.languages, listing_url = excluded.listing_url, policy = excluded.policy`,
			m.ID, m.Name, list(m.Territories).text(), list(m.Languages).text(), m.ListingURL, m.Policy, micros(m.CreatedAt))
	})
}

// Marketplace implements casework.MarketplaceStore.
func (s *Store) Marketplace(ctx context.Context, id string) (casework.Marketplace, error) {
	m, err := scanMarketplace(s.often.row(ctx, `SELECT `+marketColumns+` FROM marketplaces WHERE id = ?`, id))
	if err != nil {
		return casework.Marketplace{}, missing(err, "marketplace", id)
	}
	return m, nil
}

// Marketplaces implements casework.MarketplaceStore.
func (s *Store) Marketplaces(ctx context.Context) ([]casework.Marketplace, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT `+marketColumns+` FROM marketplaces ORDER BY id`)
	return collect(rows, err, scanMarketplace)
}
