package evidence

import (
	"archive/zip"
	"crypto/sha256"
	"crypto/x509"
	_ "embed"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"time"

	"crypto/ed25519"

	"touchstone/internal/signing"
)

// Names of the files of a bundle beside its pictures.
const (
	fileManifest  = "manifest.json"
	fileSignature = "manifest.sig"
	fileKey       = "public-key.pem"
	fileReadme    = "README.txt"
	fileJSON      = "evidence.json"
	filePDF       = "evidence.pdf"
)

// readme tells a stranger how to check the bundle with OpenSSL alone.
//
//go:embed readme.txt
var readme []byte

// Manifest lists every file of a bundle but itself and its signature.
type Manifest struct {
	Format string    `json:"format"`
	Bundle string    `json:"bundle"`
	Case   string    `json:"case_id,omitempty"`
	MadeAt time.Time `json:"made_at"`
	Key    string    `json:"key"` // public key, base64
	Ring   string    `json:"ring_id,omitempty"`
	// Receiver is the partner that the bundle was made for.
	Receiver *Receiver `json:"receiver,omitempty"`
	Files    []File    `json:"files"`
}

// File is a file of a bundle.
type File struct {
	Path   string `json:"path"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

// part is a file that is about to be written.
type part struct {
	path  string
	bytes []byte
}

// Write makes a bundle. Content that does not validate is an error, and nothing is written then.
func Write(w io.Writer, c Content, pictures []Picture, key signing.Key) error {
	c.Format, c.MadeAt = Format, c.MadeAt.UTC().Truncate(time.Second)
	if c.Receiver != nil {
		r := *c.Receiver
		r.ExpiresAt = r.ExpiresAt.UTC().Truncate(time.Second)
		c.Receiver = &r
	}
	if err := c.Validate(pictures); err != nil {
		return fmt.Errorf("evidence bundle: %w", err)
	}
	parts, err := partsOf(c, pictures, key)
	if err != nil {
		return fmt.Errorf("evidence bundle: %w", err)
	}
	out := zip.NewWriter(w)
	for _, p := range parts {
		// Modified is the content's own time, so that the same content gives the same bytes. What is compressed already is stored.
		h := &zip.FileHeader{Name: p.path, Method: zip.Deflate, Modified: c.MadeAt}
		if p.path == filePDF || p.path == fileSignature || len(p.path) > 9 && p.path[:9] == "pictures/" {
			h.Method = zip.Store
		}
		f, err := out.CreateHeader(h)
		if err == nil {
			_, err = f.Write(p.bytes)
		}
		if err != nil {
			return fmt.Errorf("write evidence bundle: %w", err)
		}
	}
	if err := out.Close(); err != nil {
		return fmt.Errorf("write evidence bundle: %w", err)
	}
	return nil
}

// partsOf makes all files; the manifest and its signature come first, so that a reader sees them before anything else.
func partsOf(c Content, pictures []Picture, key signing.Key) ([]part, error) {
	body, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		return nil, err
	}
	pdf, err := document(c, pictures)
	if err != nil {
		return nil, err
	}
	public, err := publicPEM(key.Public())
	if err != nil {
		return nil, err
	}
	parts := []part{{fileReadme, readme}, {fileKey, public}, {fileJSON, body}, {filePDF, pdf}}
	for _, p := range pictures {
		parts = append(parts, part{inPictures(p.Name), p.Bytes})
	}
	m := Manifest{Format: Format, Bundle: c.ID, Case: c.Case, MadeAt: c.MadeAt, Key: key.Public().String(), Receiver: c.Receiver}
	if c.Ring != nil {
		m.Ring = c.Ring.ID
	}
	for _, p := range parts {
		sum := sha256.Sum256(p.bytes)
		m.Files = append(m.Files, File{p.path, int64(len(p.bytes)), hex.EncodeToString(sum[:])})
	}
	list, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return nil, err
	}
	return append([]part{{fileManifest, list}, {fileSignature, key.Sign(signing.PurposeEvidence, list)}}, parts...), nil
}

func publicPEM(k signing.Public) ([]byte, error) {
	der, err := x509.MarshalPKIXPublicKey(ed25519.PublicKey(k))
	if err != nil {
		return nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), nil
}
