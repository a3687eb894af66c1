package listings

import (
	"context"
	"errors"
	"fmt"
	"image"

	"touchstone/detect"
	"touchstone/internal/photo"
)

// CatchUp embeds the stored pictures of entries that wait and that nobody has leased: what a crash, a full queue or a change of
// pack left over. Entries whose models are busy wait for the next time.
func (k *Keeper) CatchUp(ctx context.Context) error {
	if err := k.settle(ctx); err != nil {
		return err
	}
	for {
		n, err := k.catchUp(ctx)
		if err != nil || n == 0 {
			return err
		}
	}
}

// settle finishes a Switch that failed.
func (k *Keeper) settle(ctx context.Context) error {
	k.work.Lock()
	defer k.work.Unlock()
	if !k.due {
		return nil
	}
	return k.prepare(ctx)
}

// catchUp takes one step and says how many entries it claimed.
func (k *Keeper) catchUp(ctx context.Context) (int, error) {
	now := k.Now()
	claimed, err := k.Store.ClaimListings(ctx, now, now.Add(Lease), claimListings)
	if err != nil || len(claimed) == 0 {
		return 0, err
	}
	k.work.Lock()
	defer k.work.Unlock()
	batch := make([]entry, 0, len(claimed))
	var failed []error
	for _, l := range claimed {
		e, err := k.embed(ctx, l)
		if err != nil {
			failed = append(failed, fmt.Errorf("listing %s: %w", l.ID, err)) // it comes again when its lease ends
			continue
		}
		batch = append(batch, e)
	}
	return len(claimed), errors.Join(append(failed, k.write(ctx, batch))...)
}

// embed makes the vectors of an entry from its stored pictures. Pictures that are gone or damaged are left out and noted.
func (k *Keeper) embed(ctx context.Context, l Listing) (entry, error) {
	e := entry{Listing: l, seen: detect.Seen{Vectors: map[string][][][]float32{}}}
	var pics []image.Image
	missing := 0
	for position, hash := range l.Pictures {
		if hash == "" {
			continue
		}
		data, err := k.Blobs.Get(ctx, hash)
		if err == nil {
			var ph *photo.Photo
			if ph, err = photo.Decode(data, k.Photo); err == nil {
				pics, e.seen.Pictures = append(pics, ph.Image), append(e.seen.Pictures, position)
				continue
			}
		}
		if ctx.Err() != nil {
			return e, ctx.Err()
		}
		k.Log.Warn("a listing's stored picture cannot be read", "listing", l.ID, "picture", hash, "error", err)
		missing++
	}
	if e.Problem = ""; missing > 0 {
		e.Problem = fmt.Sprintf("%d of its stored pictures are missing or damaged; score the listing again to have them swept.", missing)
	}
	if len(pics) == 0 || len(k.Pack.Spaces) == 0 {
		e.seen.Pictures = nil
		return e, nil
	}
	if k.Yield != nil {
		if err := k.Yield(ctx); err != nil {
			return e, err
		}
	}
	var outputs []string
	for output := range k.Pack.Spaces {
		outputs = append(outputs, output)
	}
	vectors, err := k.Pack.Embed.Pictures(ctx, pics, outputs...)
	if err != nil {
		return e, err
	}
	for i, output := range outputs {
		e.seen.Vectors[output] = vectors[i]
	}
	return e, nil
}
