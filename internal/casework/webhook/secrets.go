package webhook

import (
	"context"
	"fmt"

	"touchstone/internal/casework/docket"
)

// A Sealer makes secrets unreadable in the store; *seal.Ring is one.
type Sealer interface {
	Seal(secret, about string) string
	Open(sealed, about string) (string, error)
	Stale(sealed string) bool
}

func about(hook string) string { return "webhook " + hook }

// sealed is a hook as it is kept: with secrets that the store's readers cannot use.
func (s *Hooks) sealed(h Hook) (Hook, error) {
	if s.Seal == nil {
		return h, nil
	}
	var err error
	if h.Secrets, err = s.sealAll(h.ID, h.Secrets); err == nil {
		h.Callbacks, err = s.sealAll(h.ID, h.Callbacks)
	}
	return h, err
}

// sealAll seals with the newest key what is not.
func (s *Hooks) sealAll(hook string, list []Secret) ([]Secret, error) {
	out := make([]Secret, len(list))
	for i, v := range list {
		if s.Seal.Stale(v.Key) {
			plain, err := s.Seal.Open(v.Key, about(hook))
			if err != nil {
				return nil, err
			}
			v.Key = s.Seal.Seal(plain, about(hook))
		}
		out[i] = v
	}
	return out, nil
}

// opened are secrets to sign and to verify with.
func (s *Hooks) opened(hook string, list []Secret) ([]Secret, error) {
	if s.Seal == nil {
		return list, nil
	}
	out := make([]Secret, len(list))
	for i, v := range list {
		plain, err := s.Seal.Open(v.Key, about(hook))
		if err != nil {
			return nil, err
		}
		out[i] = Secret{plain, v.Until}
	}
	return out, nil
}

// Reseal seals every secret that is not sealed with the newest key, and tells of how many hooks there was one. Afterwards older keys open nothing any more, and
// may go.
func (s *Hooks) Reseal(ctx context.Context) (int, error) {
	if s.Seal == nil {
		return 0, nil
	}
	n := 0
	for after := ""; ; {
		list, err := s.Store.Hooks(ctx, "", after, 100)
		if err != nil {
			return n, fmt.Errorf("seal webhooks: %w", err)
		}
		for _, h := range list {
			after = h.ID
			if !s.stale(h) {
				continue
			}
			if err := s.reseal(ctx, h.ID); err != nil {
				return n, fmt.Errorf("seal webhook %s: %w", h.ID, err)
			}
			n++
		}
		if len(list) < 100 {
			return n, nil
		}
	}
}

func (s *Hooks) stale(h Hook) bool {
	for _, list := range [][]Secret{h.Secrets, h.Callbacks} {
		for _, v := range list {
			if s.Seal.Stale(v.Key) {
				return true
			}
		}
	}
	return false
}

func (s *Hooks) reseal(ctx context.Context, id string) error {
	return s.Store.Update(ctx, func(tx docket.Tx) error {
		t, err := own(tx)
		if err != nil {
			return err
		}
		if err := t.LockHook(ctx, id); err != nil {
			return err
		}
		h, err := t.Hook(ctx, id)
		if err != nil {
			return err
		}
		if h, err = s.sealed(h); err != nil {
			return err
		}
		return t.PutHook(ctx, h)
	})
}
