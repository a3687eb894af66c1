package models

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// Seal writes the sizes and checksums of the pack's files as they are now into
// its manifest, for whoever changed a file on purpose. Sizes and checksums may
// be absent or wrong before; everything else must be right, or the manifest
// stays as it was. The new manifest replaces the old one in one step.
func Seal(dir string) error {
	p := &Pack{dir: dir, limits: Limits{FileBytes: MaxFile}}
	data, err := p.read(ManifestName, maxManifest)
	if err != nil {
		return fmt.Errorf("models: seal %s: %w", dir, err)
	}
	if data, err = p.seal(data); err != nil {
		return fmt.Errorf("models: seal %s: %w", dir, err)
	}
	if err := replace(filepath.Join(dir, ManifestName), data); err != nil {
		return fmt.Errorf("models: seal %s: %w", dir, err)
	}
	return nil
}

// seal gives the manifest with sizes and checksums of the files on disk.
func (p *Pack) seal(data []byte) ([]byte, error) {
	if _, err := readJSON(data, ""); err != nil {
		return nil, err
	}
	var m Manifest
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&m); err != nil {
		return nil, &Error{Kind: KindField, Message: err.Error() + "; correct it", Err: err}
	}
	var found []error
	for _, f := range files(m) {
		if !inside(f.file.Path) {
			continue // Parse says so below, with the field
		}
		size, sum, err := p.measure(f.file.Path, f.field)
		if err != nil {
			found = append(found, err)
			continue
		}
		f.file.Bytes, f.file.SHA256 = size, sum
	}
	if err := errors.Join(found...); err != nil {
		return nil, err
	}
	sealed, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return nil, &Error{Kind: KindField, Message: err.Error(), Err: err}
	}
	if p.manifest, err = Parse(sealed); err != nil {
		return nil, err
	}
	return append(sealed, '\n'), p.checkContent()
}

// measure gives the size and SHA-256 of a file of the pack.
func (p *Pack) measure(name, field string) (int64, string, error) {
	file, err := p.open(name, field, p.limits.FileBytes)
	if err != nil {
		return 0, "", err
	}
	defer file.Close()
	hash := sha256.New()
	n, err := io.Copy(hash, file)
	if err != nil {
		return 0, "", &Error{Kind: KindMissing, File: name, Field: field, Message: fmt.Sprintf("cannot be read (%v); copy the pack again", err), Err: err}
	}
	return n, hex.EncodeToString(hash.Sum(nil)), nil
}

// replace writes a file beside the target and renames it, so that a reader
// sees the old one or the new one, whole.
func replace(target string, data []byte) error {
	tmp, err := os.CreateTemp(filepath.Dir(target), ".manifest-*")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name()) // gone already after the rename
	_, err = tmp.Write(data)
	err = errors.Join(err, tmp.Chmod(0o644), tmp.Sync(), tmp.Close())
	if err != nil {
		return err
	}
	return os.Rename(tmp.Name(), target)
}
