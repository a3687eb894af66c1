package sqlstore

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"touchstone/internal/network"
	"touchstone/internal/tracing"
)

// Keep implements tracing.Store. Rows are written in one order, whatever the batch's, so that two batches do not wait for each other.
func (s *Store) Keep(ctx context.Context, b tracing.Batch) error {
	return s.transact(ctx, func(t *tx) error {
		for _, write := range []func(context.Context, tracing.Batch) error{t.keepSellers, t.keepTraits, t.keepNames, t.keepPrices, t.keepSightings, t.keepAttacks} {
			if err := write(ctx, b); err != nil {
				return err
			}
		}
		return nil
	})
}

// every runs a statement for each of a list, in order.
func every[T any](ctx context.Context, t *tx, all []T, order func(a, b T) int, query string, args func(T) []any) error {
	for _, v := range slices.SortedStableFunc(slices.Values(all), order) {
		if err := t.run(ctx, query, args(v)...); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) keepSellers(ctx context.Context, b tracing.Batch) error {
	return every(ctx, t, b.Sellers, func(a, b tracing.Seller) int {
		return cmp.Or(cmp.Compare(a.Marketplace, b.Marketplace), cmp.Compare(a.Seller, b.Seller))
	}, `INSERT INTO seller_profiles (marketplace, seller, country, region, opened_at, seen_at) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (marketplace, seller) DO UPDATE SET
			country = CASE WHEN excluded.country = '' THEN seller_profiles.country ELSE excluded.country END,
			region = CASE WHEN excluded.region = '' THEN seller_profiles.region ELSE excluded.region END,
			opened_at = CASE WHEN excluded.opened_at = 0 THEN seller_profiles.opened_at ELSE excluded.opened_at END,
			seen_at = CASE WHEN excluded.seen_at < seller_profiles.seen_at THEN excluded.seen_at ELSE seller_profiles.seen_at END`,
		func(p tracing.Seller) []any {
			return []any{p.Marketplace, p.Seller, p.Country, p.Region, micros(p.OpenedAt), micros(p.SeenAt)}
		})
}

func (t *tx) keepTraits(ctx context.Context, b tracing.Batch) error {
	return every(ctx, t, b.Traits, func(a, b tracing.Held) int {
		return cmp.Or(cmp.Compare(a.Seller, b.Seller), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Value, b.Value))
	}, `INSERT INTO seller_traits (seller, kind, value, verified, at) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (seller, kind, value) DO UPDATE SET
			verified = CASE WHEN excluded.verified = 1 THEN 1 ELSE seller_traits.verified END,
			at = CASE WHEN excluded.at <> 0 AND (seller_traits.at = 0 OR excluded.at < seller_traits.at) THEN excluded.at ELSE seller_traits.at END`,
		func(h tracing.Held) []any {
			return []any{h.Seller, string(h.Kind), h.Value, truth(h.Verified), micros(h.At)}
		})
}

func (t *tx) keepNames(ctx context.Context, b tracing.Batch) error {
	return every(ctx, t, slices.Sorted(maps.Keys(b.Names)), cmp.Compare[string], `INSERT INTO picture_names (hash, name) VALUES (?, ?) ON CONFLICT (hash) DO NOTHING`,
		func(hash string) []any { return []any{hash, b.Names[hash]} })
}

func (t *tx) keepPrices(ctx context.Context, b tracing.Batch) error {
	return every(ctx, t, b.Prices, func(a, b tracing.Price) int {
		return cmp.Or(cmp.Compare(a.Seller, b.Seller), cmp.Compare(a.Currency, b.Currency), cmp.Compare(a.Amount, b.Amount))
	}, `INSERT INTO seller_prices (seller, currency, amount) VALUES (?, ?, ?) ON CONFLICT (seller, currency, amount) DO NOTHING`,
		func(p tracing.Price) []any { return []any{p.Seller, p.Currency, p.Amount} })
}

func (t *tx) keepSightings(ctx context.Context, b tracing.Batch) error {
	return every(ctx, t, b.Sightings, func(a, b network.Sighting) int {
		return cmp.Or(cmp.Compare(a.What, b.What), cmp.Compare(a.Node.Place, b.Node.Place), cmp.Compare(a.Node.Name, b.Node.Name))
	}, `INSERT INTO sightings (what, place, name, at) VALUES (?, ?, ?, ?)
		ON CONFLICT (what, place, name) DO UPDATE SET at = CASE WHEN excluded.at < sightings.at THEN excluded.at ELSE sightings.at END`,
		func(g network.Sighting) []any { return []any{g.What, string(g.Node.Place), g.Node.Name, micros(g.At)} })
}

func (t *tx) keepAttacks(ctx context.Context, b tracing.Batch) error {
	return every(ctx, t, b.Attacks, func(a, b tracing.Attack) int {
		return cmp.Or(cmp.Compare(a.Right, b.Right), cmp.Compare(a.Listing, b.Listing), cmp.Compare(a.Signal, b.Signal))
	}, `INSERT INTO attacks (right_id, listing_id, signal, marketplace, seller, goods, word, form, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (right_id, listing_id, signal) DO NOTHING`,
		func(a tracing.Attack) []any {
			return []any{a.Right, a.Listing, a.Signal, a.Marketplace, a.Seller, a.Goods, a.Word, a.Form, micros(a.At)}
		})
}
