package listings

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strconv"
	"sync"
	"time"

	"touchstone/detect"
	"touchstone/index"
	"touchstone/internal/blob"
	"touchstone/internal/photo"
)

// Lease is how long a waiting entry belongs to who wrote or claimed it; after it another may embed its stored pictures.
const Lease = time.Minute

// Sizes of the Keeper's work.
const (
	offeredNumbers = 16 << 20 // numbers of vectors that wait in memory: 64 MiB
	batchListings  = 64       // entries a write to the index
	claimListings  = 8        // entries a catch-up step embeds
	unindexStep    = 2000     // entries a step when the pack has changed
	gatherFor      = 2 * time.Second
	catchUpEvery   = 10 * time.Second
	lastWords      = 5 * time.Second // for what was offered when the service stops
)

// Parts are what a Keeper works with.
type Parts struct {
	Store Store
	// Clusters keeps which listings belong together; nil: nobody does.
	Clusters ClusterStore
	Index    *index.Index
	Blobs    *blob.Store
	Pack     Pack // in use at first
	Photo    photo.Limits
	Log      *slog.Logger
	Now      func() time.Time
	// Watch, if not nil, hears of entries whose pictures were just held against all others, at least once each; an error has them come
	// again.
	Watch func(ctx context.Context, batch []Shown) error
	// Yield, if not nil, is called before each model run of a catch-up; it waits while live scoring needs the machine.
	Yield func(context.Context) error
}

// A Pack is what makes and compares the vectors of listings.
type Pack struct {
	Name   string // and version
	Embed  detect.PictureEmbedder
	Spaces map[string]index.Space // by output that signals read of pictures
}

// A Keeper brings the index of listings to what the store says. It is safe for concurrent use.
type Keeper struct {
	Parts
	work sync.Mutex // one writer at a time, so that an older state never overwrites a newer one; holds Pack too
	due  bool       // the collections of the pack are still to be made; under work

	mu      sync.Mutex
	offers  map[string]offer
	numbers int
	wake    chan struct{}
}

// offer is the vectors of one entry as scoring made them.
type offer struct {
	pack    string // that made them
	listing Listing
	seen    detect.Seen
	numbers int
}

// New makes a Keeper. Call Prepare, then Run.
func New(p Parts) *Keeper {
	return &Keeper{Parts: p, offers: map[string]offer{}, wake: make(chan struct{}, 1)}
}

// Prepare makes the collections of the pack in use and moves the aliases to them. Listings that were indexed for another pack
// become waiting ones, which Run embeds by and by: a sweep waits for those scored before it.
func (k *Keeper) Prepare(ctx context.Context) error {
	k.work.Lock()
	defer k.work.Unlock()
	return k.prepare(ctx)
}

// Switch goes over to another pack, as Prepare does at the start. It waits for the step that is under way; vectors of the pack before
// that are offered later are dropped. After an error Run goes on trying.
func (k *Keeper) Switch(ctx context.Context, p Pack) error {
	k.work.Lock()
	defer k.work.Unlock()
	k.Pack, k.due = p, true
	return k.prepare(ctx)
}

func (k *Keeper) prepare(ctx context.Context) error {
	aliases, err := k.Index.Aliases(ctx)
	if err != nil {
		return err
	}
	for output, space := range k.Pack.Spaces {
		alias := detect.ListingsAlias(output)
		name := alias + "@" + space.Pack + "-" + space.Version
		if err := k.Index.Create(ctx, name, space); err != nil {
			return err
		}
		if aliases[alias] == name {
			continue
		}
		if err := k.Index.Alias(ctx, alias, name); err != nil {
			return err
		}
		if old := aliases[alias]; old != "" { // its points would never be brought up to date again
			if err := k.Index.Drop(ctx, old); err != nil {
				return err
			}
		}
	}
	for {
		n, err := k.Store.UnindexListings(ctx, k.Pack.Name, unindexStep)
		if err != nil || n == 0 {
			k.due = err != nil
			return err
		}
		k.Log.Info("listings wait to be embedded for this pack", "listings", n)
	}
}

// Offer hands over the vectors that a pack made of an entry that the store has as its report saw it. It never waits; beyond what memory is set
// aside for, vectors are dropped and made again from the stored pictures.
func (k *Keeper) Offer(pack string, l Listing, seen detect.Seen) {
	o := offer{pack: pack, listing: l, seen: seen}
	for _, pictures := range seen.Vectors {
		for _, regions := range pictures {
			for _, v := range regions {
				o.numbers += len(v)
			}
		}
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.numbers+o.numbers > offeredNumbers {
		return
	}
	k.numbers += o.numbers - k.offers[l.ID].numbers
	k.offers[l.ID] = o
	select {
	case k.wake <- struct{}{}:
	default:
	}
}

// take removes up to batchListings offers.
func (k *Keeper) take() map[string]offer {
	k.mu.Lock()
	defer k.mu.Unlock()
	out := make(map[string]offer, min(len(k.offers), batchListings))
	for id, o := range k.offers {
		if len(out) == batchListings {
			break
		}
		out[id] = o
		k.numbers -= o.numbers
		delete(k.offers, id)
	}
	return out
}

// Run works until ctx ends: what is offered goes to the index within a moment, what was left over by and by, and what has
// expired goes.
func (k *Keeper) Run(ctx context.Context) {
	tick := time.NewTicker(catchUpEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			last, done := context.WithTimeout(context.WithoutCancel(ctx), lastWords)
			defer done()
			k.complain(last, k.Flush(last))
			return
		case <-k.wake:
			select { // more may come meanwhile: one write for all
			case <-ctx.Done():
			case <-time.After(gatherFor):
			}
			k.complain(ctx, k.Flush(ctx))
		case <-tick.C:
			k.complain(ctx, k.CatchUp(ctx))
			k.complain(ctx, k.Expire(ctx))
		}
	}
}

func (k *Keeper) complain(ctx context.Context, err error) {
	if err != nil && ctx.Err() == nil {
		k.Log.Warn("listings wait for the index", "error", err)
	}
}

// Flush writes everything that is offered to the index.
func (k *Keeper) Flush(ctx context.Context) error {
	k.work.Lock()
	defer k.work.Unlock()
	for {
		offers := k.take()
		if len(offers) == 0 {
			return nil
		}
		if err := k.flush(ctx, offers); err != nil {
			return err // the rows still wait, and their leases end
		}
	}
}

func (k *Keeper) flush(ctx context.Context, offers map[string]offer) error {
	states, err := k.Store.ListingStates(ctx, slices.Collect(maps.Keys(offers)))
	if err != nil {
		return err
	}
	var batch []entry
	for id, o := range offers {
		state, ok := states[id]
		if !ok || state.Indexed || state.ReportID != o.listing.ReportID || o.pack != k.Pack.Name {
			continue // dropped, kept as it is, scored again (that offer comes), or of an earlier pack (it is embedded again)
		}
		o.listing.Points = state.Points
		batch = append(batch, entry{Listing: o.listing, seen: o.seen})
	}
	return k.write(ctx, batch)
}

// entry is one listing to be written to the index.
type entry struct {
	Listing
	seen detect.Seen
}

// write brings the index to a batch of entries and marks them. It can be repeated.
func (k *Keeper) write(ctx context.Context, batch []entry) error {
	if len(batch) == 0 {
		return nil
	}
	for output, space := range k.Pack.Spaces {
		var points []index.Point
		var stale []string
		for _, e := range batch {
			now := map[int]bool{}
			for i, position := range e.seen.Pictures {
				now[position] = true
				points = append(points, index.Point{
					ID: PointID(e.ID, position), Vectors: e.seen.Vectors[output][i],
					Payload: index.Payload{Active: true, Territories: e.Territories},
				})
			}
			for position := range e.Points {
				if !now[position] {
					stale = append(stale, PointID(e.ID, position))
				}
			}
		}
		if err := k.change(ctx, detect.ListingsAlias(output), space, points, stale); err != nil {
			return fmt.Errorf("index listings: %w", err)
		}
	}
	done := make([]Indexed, len(batch))
	for i, e := range batch {
		done[i] = Indexed{ID: e.ID, ReportID: e.ReportID, Problem: e.Problem}
		if n := len(e.seen.Pictures); n > 0 {
			done[i].Points = e.seen.Pictures[n-1] + 1 // positions ascend
		}
	}
	if err := k.cluster(ctx, batch); err != nil { // before the mark: what is lost is done again
		return fmt.Errorf("clusters of listings: %w", err)
	}
	return k.Store.MarkListingsIndexed(ctx, k.Pack.Name, done)
}

// change upserts in calls of a size that the index takes, then deletes.
func (k *Keeper) change(ctx context.Context, alias string, space index.Space, points []index.Point, stale []string) error {
	most := max(1, index.MaxBatchNumbers/(index.MaxVectors*space.Dimension))
	for part := range slices.Chunk(points, min(most, index.MaxBatch)) {
		if err := k.Index.Upsert(ctx, alias, space, part); err != nil {
			return err
		}
	}
	for part := range slices.Chunk(stale, index.MaxBatch) {
		if err := k.Index.Delete(ctx, alias, part); err != nil {
			return err
		}
	}
	return nil
}

// PointID is the ID of a listing's picture in the index.
func PointID(entry string, position int) string { return entry + "#" + strconv.Itoa(position) }
