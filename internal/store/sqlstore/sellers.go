package sqlstore

import (
	"context"
	"database/sql"

	"touchstone/internal/casework"
)

const sellerColumns = `id, right_id, seller, marketplace, territories, goods, valid_from, valid_to, proof, created_at, standing`

func scanSeller(row Rows) (casework.AuthorizedSeller, error) {
	var a casework.AuthorizedSeller
	var territories, goods texts
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
	return s.transact(ctx, func(t *tx) error {
		err := t.run(ctx, `INSERT INTO sellers (`+sellerColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, a.ID, a.RightID, a.Seller,
			a.Marketplace, texts(a.Territories).text(), texts(a.Goods).text(), optStamp(a.ValidFrom), optStamp(a.ValidTo), a.Proof, stamp(a.CreatedAt), a.Standing)
		return insertError(err, "right", a.RightID, "this authorised seller is registered already")
	})
}

// AuthorizedSellers implements casework.SellerStore.
func (s *Store) AuthorizedSellers(ctx context.Context, rightIDs []string, seller string) ([]casework.AuthorizedSeller, error) {
	query, args := `SELECT `+sellerColumns+` FROM sellers WHERE right_id IN (SELECT value FROM json_each(?))`, []any{texts(rightIDs).text()}
	if seller != "" {
		query, args = query+` AND seller = ?`, append(args, seller)
	}
	return list(ctx, s.reader, scanSeller, query+` ORDER BY id`, args...)
}

const marketColumns = `id, name, territories, languages, listing_url, policy, created_at`

func scanMarketplace(row Rows) (casework.Marketplace, error) {
	var m casework.Marketplace
	var territories, languages texts
	var created int64
	if err := row.Scan(&m.ID, &m.Name, &territories, &languages, &m.ListingURL, &m.Policy, &created); err != nil {
		return casework.Marketplace{}, err
	}
	m.Territories, m.Languages, m.CreatedAt = territories, languages, moment(created)
	return m, nil
}

// PutMarketplace implements casework.MarketplaceStore.
func (s *Store) PutMarketplace(ctx context.Context, m casework.Marketplace) error {
	return s.transact(ctx, func(t *tx) error {
		return t.run(ctx, `INSERT INTO marketplaces (`+marketColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (id) DO UPDATE SET name = excluded.name, territories = excluded.territories,
			languages = excluded.languages, listing_url = excluded.listing_url, policy = excluded.policy`,
			m.ID, m.Name, texts(m.Territories).text(), texts(m.Languages).text(), m.ListingURL, m.Policy, stamp(m.CreatedAt))
	})
}

// Marketplace implements casework.MarketplaceStore.
func (s *Store) Marketplace(ctx context.Context, id string) (casework.Marketplace, error) {
	return one(ctx, s.reader, "marketplace", id, scanMarketplace, `SELECT `+marketColumns+` FROM marketplaces WHERE id = ?`, id)
}

// Marketplaces implements casework.MarketplaceStore.
func (s *Store) Marketplaces(ctx context.Context) ([]casework.Marketplace, error) {
	return list(ctx, s.reader, scanMarketplace, `SELECT `+marketColumns+` FROM marketplaces ORDER BY id`)
}
