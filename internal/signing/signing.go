// Package signing keeps the service's own Ed25519 key (RFC 8032) and signs what must be checkable without the service: bundles of
// evidence and checkpoints of the audit chain.
//
// Every signature is made over a purpose and the message, so that what was signed for one purpose never passes for another.
package signing

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Purposes of signatures.
const (
	PurposeEvidence    = "touchstone/evidence/1"
	PurposeCheckpoint  = "touchstone/audit-checkpoint/1"
	PurposeSellerLink  = "touchstone/seller-link/1"
	PurposeSurveyLink  = "touchstone/survey-link/1"
	PurposePartnerLink = "touchstone/partner-link/1"
)

// FileName is the name of the key's file in the data folder.
const FileName = "signing-key.pem"

// ErrSignature: the signature is not of this key over this message.
var ErrSignature = errors.New("the signature does not fit")

// Key signs. Its zero value does not; Open or New makes one.
type Key struct{ private ed25519.PrivateKey }

// New makes a key that is kept nowhere: for tests and trials.
func New() (Key, error) {
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return Key{}, fmt.Errorf("make a signing key: %w", err)
	}
	return Key{private}, nil
}

// Open reads the key of a data folder, or makes one there (PKCS #8 in PEM, readable by its owner alone) when there is none. Two
// processes that open a new folder at once end with the same key.
func Open(dir string) (Key, error) {
	path := filepath.Join(dir, FileName)
	k, err := read(path)
	if !errors.Is(err, os.ErrNotExist) {
		return k, err
	}
	if k, err = New(); err != nil {
		return Key{}, err
	}
	if err := write(path, k); errors.Is(err, os.ErrExist) {
		return read(path) // another process was first
	} else if err != nil {
		return Key{}, fmt.Errorf("keep the signing key: %w", err)
	}
	return k, nil
}

func read(path string) (Key, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return Key{}, fmt.Errorf("read the signing key: %w", err)
	}
	block, _ := pem.Decode(raw)
	if block == nil {
		return Key{}, fmt.Errorf("%s is not a key in PEM: restore it from a backup; a new key would not fit the signatures made so far", path)
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	private, ok := parsed.(ed25519.PrivateKey)
	if err != nil || !ok {
		return Key{}, fmt.Errorf("%s is not an Ed25519 key in PKCS #8: restore it from a backup", path)
	}
	return Key{private}, nil
}

// write links the finished file to its name, so that nobody ever reads half a key and the first of two writers wins.
func write(path string, k Key) error {
	der, err := x509.MarshalPKCS8PrivateKey(k.private)
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".signing-*") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Link(f.Name(), path)
}

// Public is the other half, to verify with.
func (k Key) Public() Public { return Public(k.private.Public().(ed25519.PublicKey)) }

// Sign signs a message for a purpose: 64 bytes.
func (k Key) Sign(purpose string, message []byte) []byte {
	return ed25519.Sign(k.private, bound(purpose, message))
}

// bound puts the purpose before the message, with its length, so that the two cannot be shifted against each other.
func bound(purpose string, message []byte) []byte {
	out := binary.BigEndian.AppendUint32(make([]byte, 0, 4+len(purpose)+len(message)), uint32(len(purpose)))
	return append(append(out, purpose...), message...)
}

// Public verifies: 32 bytes, written in base64.
type Public ed25519.PublicKey

// ParsePublic reads what String wrote.
func ParsePublic(text string) (Public, error) {
	raw, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(raw) != ed25519.PublicKeySize {
		return nil, errors.New("a public key is 32 bytes in base64, such as `touchstone evidence key` prints")
	}
	return raw, nil
}

// Verify is ErrSignature unless the signature was made by this key, for this purpose, over this message.
func (p Public) Verify(purpose string, message, signature []byte) error {
	if len(p) != ed25519.PublicKeySize || !ed25519.Verify(ed25519.PublicKey(p), bound(purpose, message), signature) {
		return ErrSignature
	}
	return nil
}

// String is the key in base64.
func (p Public) String() string { return base64.StdEncoding.EncodeToString(p) }

// Fingerprint names the key to people: the first 16 bytes of its SHA-256 in hexadecimal.
func (p Public) Fingerprint() string {
	sum := sha256.Sum256(p)
	return hex.EncodeToString(sum[:16])
}

// Equal tells whether two are the same key.
func (p Public) Equal(other Public) bool { return ed25519.PublicKey(p).Equal(ed25519.PublicKey(other)) }
