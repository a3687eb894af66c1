// Package seal keeps secrets that the service must be able to use, such as those that sign webhooks, unreadable in the database: AES-256-GCM
// (NIST SP 800-38D) with a random nonce, under a key that is not in the database, and bound to what the secret belongs to, so that one cannot be put
// in the place of another.
//
// Keys rotate: the newest seals, all of the ring open. A secret that lies there unsealed, from before there was a ring, opens as it is; Stale finds it, and
// those of older keys, so that their owner seals them anew.
package seal

import (
	"bufio"
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// FileName is the name of the file of keys in the data folder, where no other file is named.
const FileName = "seal-keys"

const (
	keySize = 32 // bytes
	prefix  = "sealed:"
)

// ErrSealed: a secret cannot be opened: its key is not in the ring, or it was changed or moved.
var ErrSealed = errors.New("the secret cannot be opened")

// Ring is the keys, newest first. It is safe for concurrent use.
type Ring struct{ keys []key }

type key struct {
	id   string // the beginning of the key's SHA-256
	aead cipher.AEAD
}

// New makes a ring of one random key that is kept nowhere: for tests and trials.
func New() *Ring {
	raw := make([]byte, keySize)
	_, _ = rand.Read(raw) // never fails
	k, err := newKey(raw)
	if err != nil {
		panic(err) // 32 bytes are a key of AES-256
	}
	return &Ring{[]key{k}}
}

func newKey(raw []byte) (key, error) {
	block, err := aes.NewCipher(raw)
	if err != nil {
		return key{}, err
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return key{}, err
	}
	sum := sha256.Sum256(raw)
	return key{hex.EncodeToString(sum[:4]), aead}, nil
}

// Open reads the keys of a file: 32 bytes in base64 a line, the newest first; empty lines and those that begin with # are left out. Where there is no
// such file and make is set, one is made with a new key, readable by its owner alone.
func Open(path string, make bool) (*Ring, error) {
	raw, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) && make {
		if err := write(path); err != nil && !errors.Is(err, os.ErrExist) { // another process was first
			return nil, fmt.Errorf("keep the key that seals secrets: %w", err)
		}
		raw, err = os.ReadFile(path)
	}
	if err != nil {
		return nil, fmt.Errorf("read the keys that seal secrets: %w", err)
	}
	r, err := Parse(bytes.NewReader(raw))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return r, nil
}

// Parse reads keys as Open does.
func Parse(in io.Reader) (*Ring, error) {
	var r Ring
	lines := bufio.NewScanner(in)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || line[0] == '#' {
			continue
		}
		raw, err := base64.StdEncoding.DecodeString(line)
		if err != nil || len(raw) != keySize {
			return nil, fmt.Errorf("line %d is not a key of %d bytes in base64, such as `openssl rand -base64 %d` makes", n, keySize, keySize)
		}
		k, err := newKey(raw)
		if err != nil {
			return nil, err
		}
		r.keys = append(r.keys, k)
	}
	if err := lines.Err(); err != nil {
		return nil, err
	}
	if len(r.keys) == 0 {
		return nil, errors.New("there is no key in it")
	}
	return &r, nil
}

// write links the finished file to its name, so that nobody reads half a key and the first of two writers wins.
func write(path string) error {
	raw := make([]byte, keySize)
	_, _ = rand.Read(raw)
	f, err := os.CreateTemp(filepath.Dir(path), ".seal-*") // mode 0600
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }()
	_, err = fmt.Fprintln(f, base64.StdEncoding.EncodeToString(raw))
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Link(f.Name(), path)
}

// Seal makes a secret unreadable for who has no key. About names what it belongs to, and must be the same when it is opened.
func (r *Ring) Seal(secret, about string) string {
	k := r.keys[0]
	nonce := make([]byte, k.aead.NonceSize())
	_, _ = rand.Read(nonce)
	return prefix + k.id + ":" + base64.RawStdEncoding.EncodeToString(k.aead.Seal(nonce, nonce, []byte(secret), []byte(about)))
}

// Open gives a sealed secret, and what is not sealed as it is. The error is an ErrSealed.
func (r *Ring) Open(sealed, about string) (string, error) {
	rest, is := strings.CutPrefix(sealed, prefix)
	if !is {
		return sealed, nil
	}
	id, text, _ := strings.Cut(rest, ":")
	raw, err := base64.RawStdEncoding.DecodeString(text)
	if err != nil {
		return "", fmt.Errorf("%w: what is kept of %s is damaged", ErrSealed, about)
	}
	for _, k := range r.keys {
		if k.id != id || len(raw) < k.aead.NonceSize() {
			continue
		}
		plain, err := k.aead.Open(nil, raw[:k.aead.NonceSize()], raw[k.aead.NonceSize():], []byte(about))
		if err != nil {
			return "", fmt.Errorf("%w: what is kept of %s was changed", ErrSealed, about)
		}
		return string(plain), nil
	}
	return "", fmt.Errorf("%w: that of %s was sealed with the key %s, which is not among the keys; put it back", ErrSealed, about, id)
}

// Stale tells whether a secret is not sealed, or with a key that is not the newest.
func (r *Ring) Stale(sealed string) bool { return !strings.HasPrefix(sealed, prefix+r.keys[0].id+":") }
