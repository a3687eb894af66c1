package intake

import (
	"context"
	"fmt"

	"touchstone/internal/blob"
	"touchstone/internal/photo"
)

// KeepPicture keeps a picture that a party sends as evidence, as it came, by the SHA-256 of its bytes, once it has been decoded within the
// bounds of all pictures. It is shown to people encoded anew (Shown). The error is an *InputError when it is no picture.
func (s *Service) KeepPicture(ctx context.Context, data []byte) (string, error) {
	if _, err := photo.Decode(data, s.cfg.Photo); err != nil {
		return "", &InputError{Field: "file", Message: err.Error(), Kind: err}
	}
	hash, err := s.Blobs.Put(ctx, blob.Evidence, data)
	if err != nil {
		return "", fmt.Errorf("keep picture: %w", err)
	}
	return hash, nil
}
