package qdrant

import (
	"context"
	"errors"
	"fmt"
	"slices"

	client "github.com/qdrant/go-client/qdrant"

	"touchstone/index"
)

// Bounds of one request. A request of writing is one entry of the server's log, which has 32 MiB a segment.
const (
	writeNumbers = 1 << 20 // numbers of vectors in one request of writing: 4 MiB
	writePoints  = 1000    // points in it
	readNumbers  = 1 << 20 // the same for reading
	readPoints   = 500
)

// met makes the next Resolve look at the server when a collection turned out to be gone.
func (d *driver) met(err error) error {
	if errors.Is(err, index.ErrNotFound) {
		d.forget()
	}
	return err
}

// write sends one request of writing and sees that it was carried out.
func (d *driver) write(ctx context.Context, c index.Collection, call func(context.Context) (*client.UpdateResult, error)) error {
	result, err := do(ctx, d.calls, writing, call)
	if err != nil {
		return d.met(err)
	}
	if result.GetStatus() != client.UpdateStatus_Completed {
		return fmt.Errorf("%w: Qdrant at %s took a write to collection %q and did not carry it out in time (%s); write it again",
			index.ErrUnavailable, d.cfg.Address(), c.Name, result.GetStatus())
	}
	return nil
}

// ordering keeps writes to one point in their order where replicas could swap them.
func (d *driver) ordering() *client.WriteOrdering {
	if d.cfg.Replicas < 2 {
		return nil
	}
	return &client.WriteOrdering{Type: client.WriteOrderingType_Medium}
}

// consistency is that of reads.
func (d *driver) consistency() *client.ReadConsistency {
	kind, ok := map[string]client.ReadConsistencyType{"majority": client.ReadConsistencyType_Majority,
		"quorum": client.ReadConsistencyType_Quorum, "all": client.ReadConsistencyType_All}[d.cfg.Consistency]
	if !ok {
		return nil
	}
	return client.NewReadConsistencyType(kind)
}

// Upsert writes in requests of bounded size, each waited for.
func (d *driver) Upsert(ctx context.Context, c index.Collection, points []index.Point) error {
	remote := d.remote(c)
	for len(points) > 0 {
		var part []*client.PointStruct
		for numbers := 0; len(part) < min(len(points), writePoints); {
			p := points[len(part)]
			if numbers += len(p.Vectors) * c.Space.Dimension; numbers > writeNumbers && len(part) > 0 {
				break
			}
			if len(p.Vectors) > 1 {
				d.several.Store(remote, true)
			}
			part = append(part, &client.PointStruct{Id: pointID(p.ID), Payload: encode(p), Vectors: client.NewVectorsMulti(p.Vectors)})
		}
		points = points[len(part):]
		err := d.write(ctx, c, func(ctx context.Context) (*client.UpdateResult, error) {
			return d.client.Upsert(ctx, &client.UpsertPoints{CollectionName: remote, Wait: client.PtrOf(true), Points: part, Ordering: d.ordering()})
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// Delete removes points in requests of bounded size, each waited for.
func (d *driver) Delete(ctx context.Context, c index.Collection, ids []string) error {
	remote := d.remote(c)
	for part := range slices.Chunk(ids, writePoints) {
		err := d.write(ctx, c, func(ctx context.Context) (*client.UpdateResult, error) {
			return d.client.Delete(ctx, &client.DeletePoints{CollectionName: remote, Wait: client.PtrOf(true),
				Points: client.NewPointsSelectorIDs(remoteIDs(part)), Ordering: d.ordering()})
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func remoteIDs(ids []string) []*client.PointId {
	out := make([]*client.PointId, len(ids))
	for i, id := range ids {
		out[i] = pointID(id)
	}
	return out
}

// page is how many points are read at once.
func page(c index.Collection) int {
	return max(1, min(readPoints, readNumbers/(4*c.Space.Dimension)))
}

// Each reads page by page, in the order of the server's IDs, which a point keeps as long as it lives.
func (d *driver) Each(ctx context.Context, c index.Collection, ids []string, fn func(index.Point) error) error {
	if ids != nil {
		return d.some(ctx, c, ids, fn)
	}
	remote := d.remote(c)
	var next *client.PointId
	for {
		type answer struct {
			points []*client.RetrievedPoint
			next   *client.PointId
		}
		a, err := do(ctx, d.calls, reading, func(ctx context.Context) (a answer, err error) {
			a.points, a.next, err = d.client.ScrollAndOffset(ctx, &client.ScrollPoints{CollectionName: remote, Offset: next,
				Limit: client.PtrOf(uint32(page(c))), WithPayload: client.NewWithPayload(true), WithVectors: client.NewWithVectors(true),
				ReadConsistency: d.consistency()})
			return a, err
		})
		if err != nil {
			return d.met(err)
		}
		if err := each(ctx, c, a.points, fn); err != nil {
			return err
		}
		if next = a.next; next == nil {
			return nil
		}
	}
}

// some reads points by ID.
func (d *driver) some(ctx context.Context, c index.Collection, ids []string, fn func(index.Point) error) error {
	remote := d.remote(c)
	for part := range slices.Chunk(ids, page(c)) {
		points, err := do(ctx, d.calls, reading, func(ctx context.Context) ([]*client.RetrievedPoint, error) {
			return d.client.Get(ctx, &client.GetPoints{CollectionName: remote, Ids: remoteIDs(part), WithPayload: client.NewWithPayload(true),
				WithVectors: client.NewWithVectors(true), ReadConsistency: d.consistency()})
		})
		if err != nil {
			return d.met(err)
		}
		if err := each(ctx, c, points, fn); err != nil {
			return err
		}
	}
	return nil
}

// each hands points on.
func each(ctx context.Context, c index.Collection, points []*client.RetrievedPoint, fn func(index.Point) error) error {
	for _, r := range points {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("index: reading given up: %w", err)
		}
		p, n, err := decode(r.GetPayload())
		if err != nil {
			return err
		}
		if p.Vectors, err = decodeVectors(r.GetVectors(), n, c.Space.Dimension); err != nil {
			return err
		}
		if err := fn(p); err != nil {
			return err
		}
	}
	return nil
}
