package evidence

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"touchstone/internal/signing"
)

// Why a bundle is not believed. Each error tells the file or number it is about.
var (
	// ErrUnsafe: it may harm who unpacks it: paths that lead elsewhere, names that are there twice, far too much in it.
	ErrUnsafe = errors.New("the bundle is not safe to unpack")
	// ErrFormat: it is no bundle of this form.
	ErrFormat = errors.New("this is no bundle of evidence")
	// ErrChanged: a file is not the one that was signed, or is missing, or was added.
	ErrChanged = errors.New("the bundle was changed after it was signed")
	// ErrSigner: the signature does not fit, or is of another key than the one that was asked for.
	ErrSigner = errors.New("the bundle was not signed by that key")
)

const maxManifest = 1 << 20

// Verified is a bundle whose every byte was signed.
type Verified struct {
	Manifest Manifest       `json:"manifest"`
	Content  Content        `json:"content"`
	Key      signing.Public `json:"-"`
	// Pinned: the key is the one that the caller knew beforehand. Otherwise the bundle is whole, but anybody may have made it.
	Pinned bool `json:"pinned"`
}

// Verify checks a bundle of so many bytes. pinned is the key that it must be signed by; nil takes the key that is in it.
func Verify(r io.ReaderAt, size int64, pinned signing.Public) (Verified, error) {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return Verified{}, fmt.Errorf("%w: it is no ZIP file (%w)", ErrFormat, err)
	}
	files, err := safe(z)
	if err != nil {
		return Verified{}, err
	}
	v, err := signed(files, pinned)
	if err != nil {
		return Verified{}, err
	}
	if err := whole(files, v.Manifest); err != nil {
		return Verified{}, err
	}
	body, err := read(files[fileJSON], maxFile)
	if err == nil {
		err = json.Unmarshal(body, &v.Content)
	}
	if err != nil || v.Content.ID != v.Manifest.Bundle || !sameReceiver(v.Content.Receiver, v.Manifest.Receiver) {
		return Verified{}, fmt.Errorf("%w: evidence.json is not the content that the manifest names", ErrFormat)
	}
	return v, nil
}

// sameReceiver: manifest and content are made for the same partner.
func sameReceiver(a, b *Receiver) bool {
	return a == b || a != nil && b != nil && a.ID == b.ID && a.Name == b.Name && a.Agreement == b.Agreement && a.ExpiresAt.Equal(b.ExpiresAt)
}

// safe refuses names and sizes that could harm, before anything is unpacked.
func safe(z *zip.Reader) (map[string]*zip.File, error) {
	if len(z.File) > maxPictures+16 {
		return nil, fmt.Errorf("%w: %d files in it", ErrUnsafe, len(z.File))
	}
	files := map[string]*zip.File{}
	var total uint64
	for _, f := range z.File {
		name := f.Name
		if _, twice := files[name]; twice {
			return nil, fmt.Errorf("%w: %q is there twice", ErrUnsafe, name)
		}
		dir, base := path.Split(name)
		if dir != "" && dir != "pictures/" || !namePattern.MatchString(base) || strings.Contains(base, "..") || !f.Mode().IsRegular() {
			return nil, fmt.Errorf("%w: the name %q", ErrUnsafe, name)
		}
		if total += f.UncompressedSize64; f.UncompressedSize64 > maxFile || total > maxTotal {
			return nil, fmt.Errorf("%w: %q makes it larger than a bundle can be", ErrUnsafe, name)
		}
		files[name] = f
	}
	return files, nil
}

// signed reads the manifest and checks its signature.
func signed(files map[string]*zip.File, pinned signing.Public) (Verified, error) {
	raw, err := read(files[fileManifest], maxManifest)
	if err != nil {
		return Verified{}, err
	}
	var v Verified
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(&v.Manifest); err != nil || v.Manifest.Format != Format {
		return Verified{}, fmt.Errorf("%w: its manifest is not of the form %s", ErrFormat, Format)
	}
	if v.Key, err = signing.ParsePublic(v.Manifest.Key); err != nil {
		return Verified{}, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	sig, err := read(files[fileSignature], 1024)
	if err != nil {
		return Verified{}, err
	}
	if v.Key.Verify(signing.PurposeEvidence, raw, sig) != nil {
		return Verified{}, fmt.Errorf("%w: the signature does not fit the manifest", ErrSigner)
	}
	if pinned != nil && !pinned.Equal(v.Key) {
		return Verified{}, fmt.Errorf("%w: it is signed by the key %s, not by %s", ErrSigner, v.Key.Fingerprint(), pinned.Fingerprint())
	}
	v.Pinned = pinned != nil
	return v, nil
}

// whole compares every file with the manifest, both ways.
func whole(files map[string]*zip.File, m Manifest) error {
	listed := map[string]bool{fileManifest: true, fileSignature: true}
	for _, want := range m.Files {
		f := files[want.Path]
		if f == nil {
			return fmt.Errorf("%w: %s is missing", ErrChanged, want.Path)
		}
		listed[want.Path] = true
		sum, n, err := digest(f)
		if err != nil || n != want.Size || sum != want.SHA256 {
			return fmt.Errorf("%w: %s is not the file that was signed", ErrChanged, want.Path)
		}
	}
	for name := range files {
		if !listed[name] {
			return fmt.Errorf("%w: %s was added", ErrChanged, name)
		}
	}
	for _, needed := range []string{fileJSON, filePDF} {
		if !listed[needed] {
			return fmt.Errorf("%w: %s is missing", ErrFormat, needed)
		}
	}
	return nil
}

// digest reads no more than a file may have, whatever its header says.
func digest(f *zip.File) (string, int64, error) {
	r, err := f.Open()
	if err != nil {
		return "", 0, err
	}
	defer r.Close()
	h := sha256.New()
	n, err := io.Copy(h, io.LimitReader(r, maxFile+1))
	return hex.EncodeToString(h.Sum(nil)), n, err
}

func read(f *zip.File, most int64) ([]byte, error) {
	if f == nil {
		return nil, fmt.Errorf("%w: it lacks %s, %s or %s", ErrFormat, fileManifest, fileSignature, fileJSON)
	}
	r, err := f.Open()
	if err != nil {
		return nil, fmt.Errorf("%w: %s cannot be read (%w)", ErrFormat, f.Name, err)
	}
	defer r.Close()
	raw, err := io.ReadAll(io.LimitReader(r, most+1))
	if err != nil || int64(len(raw)) > most {
		return nil, fmt.Errorf("%w: %s cannot be read or is too large", ErrFormat, f.Name)
	}
	return raw, nil
}
