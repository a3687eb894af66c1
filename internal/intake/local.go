package intake

import (
	"context"
	"errors"
	"fmt"
	"image"

	lru "github.com/hashicorp/golang-lru/v2"

	"touchstone/detect/keypoint"
	"touchstone/internal/blob"
	"touchstone/internal/casework"
	"touchstone/internal/photo"
)

// localKept is how many pictures' features stay in memory, encoded: 16 MB of them.
const localKept = 1024

// A LocalStore keeps what can be made again from registered and removed pictures: their local features, by the picture's SHA-256 and the
// number of the features' format. LocalFeatures returns casework.ErrNotFound for what it does not hold. SaveLocalFeatures replaces what
// is there; for a picture that no reference shows any more, and that no listing was removed with, it does nothing. DropLocalFeatures
// ends every format of a picture, unless a reference that is not deleted still shows it or a removal of it stands.
type LocalStore interface {
	LocalFeatures(ctx context.Context, picture string, format int) ([]byte, error)
	SaveLocalFeatures(ctx context.Context, picture string, format int, data []byte) error
	DropLocalFeatures(ctx context.Context, picture string) error
}

// local gives the keypoints of registered pictures: from memory, from the store, or made again from the picture. They depend
// on no model, so that a change of pack leaves them as they are.
type local struct {
	store  LocalStore // may be nil
	blobs  *blob.Store
	limits photo.Limits
	recent *lru.Cache[string, []byte]
}

func newLocal(store LocalStore, blobs *blob.Store, limits photo.Limits) (*local, error) {
	recent, err := lru.New[string, []byte](localKept)
	if err != nil {
		return nil, fmt.Errorf("intake: local features: %w", err)
	}
	return &local{store: store, blobs: blobs, limits: limits, recent: recent}, nil
}

// Local implements detect.LocalFeatures.
func (c *local) Local(ctx context.Context, picture string) (*keypoint.Set, error) {
	data, ok := c.recent.Get(picture)
	if !ok && c.store != nil {
		var err error
		data, err = c.store.LocalFeatures(ctx, picture, keypoint.Format)
		if err != nil && !errors.Is(err, casework.ErrNotFound) {
			return nil, err
		}
	}
	if set, err := keypoint.Decode(data); err == nil {
		if !ok {
			c.recent.Add(picture, data)
		}
		return set, nil
	}
	// Not there, or of another format: a program before this one registered the picture.
	return c.again(ctx, picture)
}

// again makes the features of a stored picture.
func (c *local) again(ctx context.Context, picture string) (*keypoint.Set, error) {
	data, err := c.blobs.Get(ctx, picture)
	if err != nil {
		return nil, err
	}
	ph, err := photo.Decode(data, c.limits)
	if err != nil {
		return nil, err
	}
	return c.keep(ctx, picture, ph.Image)
}

// remember makes sure that the features of a picture that is being registered are there.
func (c *local) remember(ctx context.Context, picture string, img image.Image) error {
	if c.store != nil {
		_, err := c.store.LocalFeatures(ctx, picture, keypoint.Format)
		if !errors.Is(err, casework.ErrNotFound) {
			return err
		}
	}
	_, err := c.keep(ctx, picture, img)
	return err
}

func (c *local) keep(ctx context.Context, picture string, img image.Image) (*keypoint.Set, error) {
	data := keypoint.OfReference(img).Encode()
	if c.store != nil {
		if err := c.store.SaveLocalFeatures(ctx, picture, keypoint.Format, data); err != nil {
			return nil, fmt.Errorf("keep local features: %w", err)
		}
	}
	c.recent.Add(picture, data)
	return keypoint.Decode(data)
}

// forget drops the features of a deleted reference's picture.
func (c *local) forget(ctx context.Context, ref casework.Reference) error {
	if ref.Blob == "" {
		return nil
	}
	return c.drop(ctx, ref.Blob)
}

// drop drops the features of a picture that is registered or was removed no more, unless something else keeps it so.
func (c *local) drop(ctx context.Context, picture string) error {
	c.recent.Remove(picture)
	if c.store == nil {
		return nil
	}
	return c.store.DropLocalFeatures(ctx, picture)
}
