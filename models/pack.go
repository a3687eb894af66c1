package models

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

const (
	// MaxFile is the size above which Open refuses a file of a pack.
	MaxFile = 512 << 20

	maxManifest = 1 << 20
	maxJSON     = 32 << 20 // of a golden or fusion file: read whole into memory
	maxPicture  = 8 << 20  // of a golden picture
	maxVocab    = 32 << 20 // of a vocabulary: read whole into memory
)

// Limits bound what OpenWith reads.
type Limits struct {
	FileBytes int64 // of any one file; 0 = MaxFile
}

// Pack is a pack whose files were all there, inside it, and with the sizes and
// checksums that its manifest says when it was opened. It holds no open files
// and may be used by several goroutines.
type Pack struct {
	dir      string
	limits   Limits
	manifest Manifest
	digest   string // of the manifest's file
}

// Open reads the pack in folder dir and checks all of its files. The error
// holds every fault found; see Faults.
func Open(dir string) (*Pack, error) { return OpenWith(dir, Limits{}) }

// OpenWith is Open with other limits.
func OpenWith(dir string, lim Limits) (*Pack, error) {
	if lim.FileBytes <= 0 {
		lim.FileBytes = MaxFile
	}
	p := &Pack{dir: dir, limits: lim}
	data, err := p.read(ManifestName, maxManifest)
	if err != nil {
		return nil, fmt.Errorf("models: pack %s: %w", dir, err)
	}
	sum := sha256.Sum256(data)
	p.digest = hex.EncodeToString(sum[:])
	if p.manifest, err = Parse(data); err != nil {
		return nil, fmt.Errorf("models: pack %s: %w", dir, err)
	}
	if err := p.checkFiles(); err != nil {
		return nil, fmt.Errorf("models: pack %s: %w", dir, err)
	}
	if err := p.checkContent(); err != nil {
		return nil, fmt.Errorf("models: pack %s: %w", dir, err)
	}
	return p, nil
}

// Manifest gives the pack's manifest. Its slices are the pack's own: read only.
func (p *Pack) Manifest() Manifest { return p.manifest }

// Digest is the SHA-256 of the manifest's file in hex. The manifest holds the checksums of all other files, so that two packs with the
// same digest are the same.
func (p *Pack) Digest() string { return p.digest }

// Dir gives the folder that was opened.
func (p *Pack) Dir() string { return p.dir }

// Model gives the model with that ID.
func (p *Pack) Model(id string) (Model, bool) {
	for _, m := range p.manifest.Models {
		if m.ID == id {
			return m, true
		}
	}
	return Model{}, false
}

// Path gives the place of a manifest's file on disk.
func (p *Pack) Path(f File) string { return filepath.Join(p.dir, filepath.FromSlash(f.Path)) }

// Fusion gives the fusion file, a JSON object; nil when the pack has none.
func (p *Pack) Fusion() (json.RawMessage, error) {
	if p.manifest.Fusion == nil {
		return nil, nil
	}
	return p.verified(*p.manifest.Fusion, "fusion", maxJSON)
}

// Vocabulary gives the file with the tokens of a model that reads texts; nil when its input has none.
func (p *Pack) Vocabulary(in Input) ([]byte, error) {
	if in.Vocabulary == nil {
		return nil, nil
	}
	return p.verified(*in.Vocabulary, "vocabulary", maxVocab)
}

// checkFiles compares every file with what the manifest says of it.
func (p *Pack) checkFiles() error {
	var found []error
	for _, f := range files(p.manifest) {
		if err := p.checkFile(*f.file, f.field); err != nil {
			found = append(found, err)
		}
	}
	return errors.Join(found...)
}

// checkContent reads the files whose format this package knows.
func (p *Pack) checkContent() error {
	var found []error
	for _, m := range p.manifest.Models {
		_, err := p.Goldens(m)
		found = append(found, err)
		for _, o := range m.Outputs {
			_, err := p.Background(o)
			found = append(found, err)
		}
	}
	fusion, err := p.Fusion()
	found = append(found, err)
	if err == nil && fusion != nil {
		var object map[string]json.RawMessage
		if err := json.Unmarshal(fusion, &object); err != nil || object == nil {
			found = append(found, &Error{Kind: KindContent, File: p.manifest.Fusion.Path,
				Message: "is not a JSON object; export it again", Err: err})
		}
	}
	return errors.Join(found...)
}

// checkFile streams one file through SHA-256 without keeping it.
func (p *Pack) checkFile(f File, field string) error {
	file, err := p.open(f.Path, field, p.limits.FileBytes)
	if err != nil {
		return err
	}
	defer file.Close()
	hash := sha256.New()
	n, err := io.Copy(hash, io.LimitReader(file, f.Bytes+1))
	if err != nil {
		return &Error{Kind: KindMissing, File: f.Path, Field: field, Message: fmt.Sprintf("cannot be read (%v); copy the pack again", err), Err: err}
	}
	return compare(f, field, n, hex.EncodeToString(hash.Sum(nil)))
}

func compare(f File, field string, size int64, sum string) error {
	switch {
	case size > f.Bytes:
		return &Error{Kind: KindSize, File: f.Path, Field: field, Message: fmt.Sprintf("is larger than the %d bytes that the manifest says; copy the pack again, or seal it if you changed the file", f.Bytes)}
	case size < f.Bytes:
		return &Error{Kind: KindSize, File: f.Path, Field: field, Message: fmt.Sprintf("has %d bytes, and the manifest says %d; copy the pack again, or seal it if you changed the file", size, f.Bytes)}
	case sum != f.SHA256:
		return &Error{Kind: KindChecksum, File: f.Path, Field: field, Message: fmt.Sprintf("has the SHA-256 %s, and the manifest says %s; copy the pack again, or seal it if you changed the file", sum, f.SHA256)}
	}
	return nil
}

// verified reads a manifest's file whole and checks it once more, so that what
// is used is what was promised even if the disk changed since Open.
func (p *Pack) verified(f File, field string, limit int64) ([]byte, error) {
	data, err := p.read(f.Path, min(limit, p.limits.FileBytes))
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(data)
	if err := compare(f, field, int64(len(data)), hex.EncodeToString(sum[:])); err != nil {
		return nil, err
	}
	return data, nil
}

// read gives a file of the pack, at most limit bytes long.
func (p *Pack) read(name string, limit int64) ([]byte, error) {
	file, err := p.open(name, "", limit)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, limit+1))
	if err != nil {
		return nil, &Error{Kind: KindMissing, File: name, Message: fmt.Sprintf("cannot be read (%v); copy the pack again", err), Err: err}
	}
	if int64(len(data)) > limit {
		return nil, tooLarge(name, "", limit)
	}
	return data, nil
}

// open opens a regular file inside the pack. os.Root refuses paths and links
// that leave the folder, whoever changes it meanwhile.
func (p *Pack) open(name, field string, limit int64) (*os.File, error) {
	root, err := os.OpenRoot(p.dir)
	if err != nil {
		return nil, &Error{Kind: KindMissing, File: name, Field: field, Message: fmt.Sprintf("its folder cannot be opened (%v); check the path of the pack", err), Err: err}
	}
	defer root.Close()
	local := filepath.FromSlash(name)
	// Looked at before it is opened: opening a named pipe would wait for ever.
	info, err := root.Stat(local)
	if err != nil {
		return nil, openError(name, field, err)
	}
	if !info.Mode().IsRegular() {
		return nil, &Error{Kind: KindMissing, File: name, Field: field, Message: "is not a regular file; replace it by the file itself"}
	}
	if info.Size() > limit {
		return nil, tooLarge(name, field, limit)
	}
	file, err := root.Open(local)
	if err != nil {
		return nil, openError(name, field, err)
	}
	return file, nil
}

func openError(name, field string, err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return &Error{Kind: KindMissing, File: name, Field: field, Message: "is not there; copy the pack again, or correct the path", Err: err}
	}
	var path *fs.PathError
	if errors.As(err, &path) && path.Err.Error() == "path escapes from parent" {
		return &Error{Kind: KindPath, File: name, Field: field, Message: "leads out of the pack; put the file itself into the pack", Err: err}
	}
	return &Error{Kind: KindMissing, File: name, Field: field, Message: fmt.Sprintf("cannot be opened (%v); check its permissions", err), Err: err}
}

func tooLarge(name, field string, limit int64) error {
	return &Error{Kind: KindTooLarge, File: name, Field: field, Message: fmt.Sprintf("is over the limit of %d bytes; use a smaller file, or raise the limit", limit)}
}

// Files lists the files that make the pack, as slash-separated paths in it: the manifest, those that it names, and the pictures that its
// golden files name.
func (p *Pack) Files() ([]string, error) {
	names := []string{ManifestName}
	for _, f := range files(p.manifest) {
		names = append(names, f.file.Path)
	}
	for _, m := range p.manifest.Models {
		goldens, err := p.Goldens(m)
		if err != nil {
			return nil, err
		}
		for _, g := range goldens {
			if g.Picture != "" {
				names = append(names, g.Picture)
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}

// Bytes is the size of the files that the manifest names.
func (p *Pack) Bytes() int64 {
	var n int64
	for _, f := range files(p.manifest) {
		n += f.file.Bytes
	}
	return n
}
