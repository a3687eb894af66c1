package casework

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// memory is a Store that forgets. Only what Registry relies on is modelled; the
// suite of internal/store/storetest holds real stores to the whole contract.
type memory struct {
	holders      map[string]Holder
	rights       map[string]Right
	refs         map[string]Reference
	sellers      []AuthorizedSeller
	marketplaces map[string]Marketplace
	reads        int    // calls of RightsByID
	onRead       func() // within RightsByID, after it has read
}

func newMemory() *memory {
	return &memory{holders: map[string]Holder{}, rights: map[string]Right{}, refs: map[string]Reference{}, marketplaces: map[string]Marketplace{}}
}

func find[T any](m map[string]T, id string) (T, error) {
	v, ok := m[id]
	if !ok {
		return v, fmt.Errorf("%w: %s", ErrNotFound, id)
	}
	return v, nil
}

func (m *memory) CreateHolder(_ context.Context, h Holder) error      { m.holders[h.ID] = h; return nil }
func (m *memory) Holder(_ context.Context, id string) (Holder, error) { return find(m.holders, id) }
func (m *memory) CreateRight(_ context.Context, r Right) error        { m.rights[r.ID] = r; return nil }
func (m *memory) Right(_ context.Context, id string) (Right, error)   { return find(m.rights, id) }

func (m *memory) Rights(_ context.Context, q RightQuery) (out []Right, _ error) {
	for _, r := range m.rights {
		if r.ID > q.After && (q.Account == "" || q.Account == r.Account) && (q.HolderID == "" || q.HolderID == r.HolderID) {
			out = append(out, r)
		}
	}
	slices.SortFunc(out, func(a, b Right) int {
		if a.ID < b.ID {
			return -1
		}
		return 1
	})
	return out[:min(len(out), q.Limit)], nil
}

func (m *memory) RightsByID(_ context.Context, ids []string) (out []Right, _ error) {
	m.reads++
	for _, id := range ids {
		if r, ok := m.rights[id]; ok {
			out = append(out, r)
		}
	}
	if m.onRead != nil {
		m.onRead()
	}
	return out, nil
}

func (m *memory) SetRightState(_ context.Context, id string, s State, _ time.Time) error {
	r := m.rights[id]
	r.State = s
	m.rights[id] = r
	return nil
}

func (m *memory) AddReference(_ context.Context, r Reference) error { m.refs[r.ID] = r; return nil }
func (m *memory) Reference(_ context.Context, id string) (Reference, error) {
	return find(m.refs, id)
}

func (m *memory) References(_ context.Context, rights []string) (out []Reference, _ error) {
	for _, r := range m.refs {
		if slices.Contains(rights, r.RightID) {
			out = append(out, r)
		}
	}
	return out, nil
}

func (m *memory) DeleteReference(_ context.Context, id string, _ time.Time) error {
	delete(m.refs, id)
	return nil
}

func (m *memory) UnindexedReferences(context.Context, string, int) ([]Reference, error) {
	return nil, nil
}
func (m *memory) CountUnindexed(context.Context) (IndexCounts, error)         { return IndexCounts{}, nil }
func (m *memory) MarkIndexed(context.Context, string, time.Time) error        { return nil }
func (m *memory) MarkUnindexed(context.Context, string, string) error         { return nil }
func (m *memory) DeletedReferences(context.Context, int) ([]Reference, error) { return nil, nil }
func (m *memory) PurgeReference(context.Context, string) error                { return nil }

func (m *memory) AddAuthorizedSeller(_ context.Context, a AuthorizedSeller) error {
	m.sellers = append(m.sellers, a)
	return nil
}

func (m *memory) AuthorizedSellers(_ context.Context, rights []string, seller string) (out []AuthorizedSeller, _ error) {
	for _, a := range m.sellers {
		if slices.Contains(rights, a.RightID) && (seller == "" || seller == a.Seller) {
			out = append(out, a)
		}
	}
	return out, nil
}

func (m *memory) PutMarketplace(_ context.Context, p Marketplace) error {
	m.marketplaces[p.ID] = p
	return nil
}

func (m *memory) Marketplace(_ context.Context, id string) (Marketplace, error) {
	return find(m.marketplaces, id)
}

func (m *memory) Marketplaces(context.Context) ([]Marketplace, error) { return nil, nil }
