package people

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"slices"
	"strings"

	"github.com/pquerna/otp"
)

// recoveryCodes is how many codes stand in for the app's.
const recoveryCodes = 10

// newRecovery makes codes of 50 bits each, and what is kept of them. They are guessed against the same lock as passwords, after one.
func newRecovery() (codes, kept []string) {
	for range recoveryCodes {
		code := strings.ToLower(rand.Text()[:10])
		codes, kept = append(codes, code[:5]+"-"+code[5:]), append(kept, recoveryHash(code))
	}
	return codes, kept
}

func recoveryHash(code string) string {
	sum := sha256.Sum256([]byte("recovery:" + code))
	return hex.EncodeToString(sum[:])
}

// recovers takes one of the codes that stand in for the app's; each counts once.
func (who *Person) recovers(code string) bool {
	got := []byte(recoveryHash(strings.ToLower(strings.NewReplacer("-", "", " ", "").Replace(code))))
	for i, kept := range who.Recovery {
		if subtle.ConstantTimeCompare([]byte(kept), got) == 1 {
			who.Recovery = slices.Delete(slices.Clone(who.Recovery), i, i+1)
			return true
		}
	}
	return false
}

// Enrol begins codes for a person: it gives the secret and its address for an app, the same ones for an hour or until Enrolled.
func (p *People) Enrol(ctx context.Context, who Person) (secret, url string, err error) {
	n, err := p.store.Note(ctx, who.ID, noteSecret, noteSecret)
	if err == nil && p.now().Sub(n.At) < keepSecret {
		if err := json.Unmarshal([]byte(n.Doc), &url); err != nil {
			return "", "", fmt.Errorf("codes: %w", err)
		}
		if url, err = p.unsealed(url, who.ID); err != nil {
			return "", "", fmt.Errorf("codes: %w", err)
		}
		key, err := otp.NewKeyFromURL(url)
		if err != nil {
			return "", "", fmt.Errorf("codes: %w", err)
		}
		return key.Secret(), url, nil
	}
	if err != nil && !errors.Is(err, ErrNotFound) {
		return "", "", fmt.Errorf("codes: %w", err)
	}
	if secret, url, err = p.NewSecret(who); err != nil {
		return "", "", err
	}
	return secret, url, p.put(ctx, who.ID, noteSecret, noteSecret, p.sealed(url, who.ID))
}

// Enrolled turns the codes that Enrol began on, with a first code; see Confirm.
func (p *People) Enrolled(ctx context.Context, who Person, code string) ([]string, error) {
	secret, _, err := p.Enrol(ctx, who)
	if err != nil {
		return nil, err
	}
	recovery, err := p.Confirm(ctx, who.ID, secret, code)
	if err != nil {
		return nil, err
	}
	return recovery, p.store.DropNote(ctx, who.ID, noteSecret, noteSecret)
}

// Picture draws the address of a secret as a QR code for an app to read, so many pixels wide.
func Picture(url string, side int) (image.Image, error) {
	key, err := otp.NewKeyFromURL(url)
	if err != nil {
		return nil, fmt.Errorf("draw the code: %w", err)
	}
	img, err := key.Image(side, side)
	if err != nil {
		return nil, fmt.Errorf("draw the code: %w", err)
	}
	return img, nil
}

// NewRecovery makes new codes in place of those that stand in for the app's, when the password is right.
func (p *People) NewRecovery(ctx context.Context, who Person, password string) ([]string, error) {
	if err := p.confirms(ctx, who, password); err != nil {
		return nil, err
	}
	codes, kept := newRecovery()
	_, err := p.change(ctx, who.ID, "make recovery codes", func(who *Person) { who.Recovery = kept })
	return codes, err
}

// NoCodes turns codes off, when the password is right.
func (p *People) NoCodes(ctx context.Context, who Person, password string) error {
	if err := p.confirms(ctx, who, password); err != nil {
		return err
	}
	_, err := p.change(ctx, who.ID, "turn codes off", func(who *Person) { who.Secret, who.CodeAt, who.Recovery = "", 0, nil })
	return err
}

// confirms holds a password against a signed-in person's; wrong ones count for the lock as at the door.
func (p *People) confirms(ctx context.Context, who Person, password string) error {
	now := p.now().UTC()
	if now.Before(who.LockedTo) {
		return &LockedError{who.LockedTo}
	}
	if who.Password == "" {
		return ErrSignIn
	}
	ok, err := p.matches(ctx, password, who.Password)
	if err != nil {
		return err
	}
	if _, err := p.change(ctx, who.ID, "confirm password", func(who *Person) { p.count(who, ok, now) }); err != nil {
		return err
	}
	if !ok {
		return ErrSignIn
	}
	return nil
}
