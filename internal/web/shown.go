package web

import (
	"context"
	"fmt"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"touchstone/detect"
)

// How many drawn pictures are remembered, some 50 kB each, and how long: no longer than browsers are told to, since what is erased must go.
const (
	mostShown = 512
	shownFor  = 5 * time.Minute
)

// shown remembers pictures that were drawn a moment ago: the registered picture is the same in case after case, and a prepared case is drawn twice.
type shown struct {
	now   func() time.Time
	cache *lru.Cache[string, drawn]
}

type drawn struct {
	data  []byte
	until time.Time
}

func newShown(now func() time.Time) *shown {
	cache, err := lru.New[string, drawn](mostShown)
	if err != nil {
		panic(err) // only for a size that is not positive
	}
	return &shown{now, cache}
}

// picture is Evidence.Shown, remembered. Whether the reader may see it was decided before.
func (s *shown) picture(ctx context.Context, e Evidence, hash string, box detect.Box) ([]byte, error) {
	key := fmt.Sprint(hash, box)
	if kept, ok := s.cache.Get(key); ok && s.now().Before(kept.until) {
		return kept.data, nil
	}
	data, err := e.Shown(ctx, hash, box)
	if err == nil {
		s.cache.Add(key, drawn{data, s.now().Add(shownFor)})
	}
	return data, err
}
