package index

import "context"

// Upsert writes points into a collection, named itself or by an alias: what an ID held before is replaced, vectors and payload. All
// of the batch is durable when it returns nil, and none of it was kept when it returns ErrInvalid, ErrSpace or ErrNotFound. The
// vectors must be in space s, and s must be the collection's space. A batch has 1 to MaxBatch points with distinct IDs.
func (x *Index) Upsert(ctx context.Context, target string, s Space, points []Point) error {
	if err := x.begin(ctx); err != nil {
		return err
	}
	defer x.running.Done()
	if err := checkSpace(s); err != nil {
		return err
	}
	return x.on(ctx, target, func(c Collection) error {
		if err := guard(target, c, s); err != nil {
			return err
		}
		clean, err := cleanPoints(s, points)
		if err != nil {
			return err
		}
		return x.driver.Upsert(ctx, c, clean)
	})
}

// Delete removes points by ID, durably when it returns nil. IDs that are not there, or repeated, are no error.
func (x *Index) Delete(ctx context.Context, target string, ids []string) error {
	if err := x.begin(ctx); err != nil {
		return err
	}
	defer x.running.Done()
	unique, err := uniqueIDs(ids)
	if err != nil {
		return err
	}
	return x.on(ctx, target, func(c Collection) error { return x.driver.Delete(ctx, c, unique) })
}

// Get returns the points with these IDs that exist, each once, in the order asked for. Vectors come as they are stored: at unit
// length for Cosine.
func (x *Index) Get(ctx context.Context, target string, ids []string) ([]Point, error) {
	if err := x.begin(ctx); err != nil {
		return nil, err
	}
	defer x.running.Done()
	unique, err := uniqueIDs(ids)
	if err != nil {
		return nil, err
	}
	found := make(map[string]Point, len(unique))
	err = x.on(ctx, target, func(c Collection) error {
		clear(found)
		return x.driver.Each(ctx, c, unique, func(p Point) error {
			found[p.ID] = p
			return nil
		})
	})
	if err != nil {
		return nil, err
	}
	points := make([]Point, 0, len(found))
	for _, id := range unique {
		if p, ok := found[id]; ok {
			points = append(points, p)
		}
	}
	return points, nil
}

// Each calls fn for every point of a collection, in no particular order, until fn returns an error, which Each then returns as it
// is. A point that is there from beginning to end is seen exactly once; one that is written or deleted meanwhile may be seen or not.
// fn may use the index, but not Close it.
func (x *Index) Each(ctx context.Context, target string, fn func(Point) error) error {
	if err := x.begin(ctx); err != nil {
		return err
	}
	defer x.running.Done()
	var seen bool
	var stopped, late error // what fn returned; what went wrong after fn had seen a point
	err := x.on(ctx, target, func(c Collection) error {
		err := x.driver.Each(ctx, c, nil, func(p Point) error {
			seen = true
			stopped = fn(p)
			return stopped
		})
		if seen { // too late to begin again on another collection
			late = err
			return nil
		}
		return err
	})
	switch {
	case stopped != nil:
		return stopped
	case late != nil:
		return late
	}
	return err
}

// Search finds, for each of the query's vectors, the nearest points that its filter lets through: one list a vector, by falling
// score, equal scores by ID. The query's space must be the collection's.
func (x *Index) Search(ctx context.Context, target string, q Query) ([][]Hit, error) {
	if err := x.begin(ctx); err != nil {
		return nil, err
	}
	defer x.running.Done()
	clean, err := cleanQuery(q)
	if err != nil {
		return nil, err
	}
	var hits [][]Hit
	err = x.on(ctx, target, func(c Collection) error {
		if err := guard(target, c, q.Space); err != nil {
			return err
		}
		var err error
		hits, err = x.driver.Search(ctx, c, clean)
		return err
	})
	if err != nil {
		return nil, err
	}
	return hits, nil
}
