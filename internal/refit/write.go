package refit

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"touchstone/detect"
	"touchstone/models"
)

// Write makes a pack in a new folder that is the given one but for its version and its fusion file. It may not have the version of the old
// one, whose vectors it shares but whose space it must not: what was scored with which fusion is told by the version.
func Write(p *models.Pack, fusion detect.Fusion, version, dir string) (err error) {
	m := p.Manifest()
	if m.Fusion == nil || version == m.Version {
		return fmt.Errorf("refit: the pack needs a fusion file, and the new one a version other than %s", m.Version)
	}
	if err := fusion.Validate(); err != nil {
		return fmt.Errorf("refit: %w", err)
	}
	if err := os.Mkdir(dir, 0o755); err != nil {
		if errors.Is(err, fs.ErrExist) {
			err = fmt.Errorf("%w: name a new folder", err)
		}
		return fmt.Errorf("refit: %w", err)
	}
	names, err := p.Files()
	if err != nil {
		return err
	}
	for _, name := range names {
		if err := place(p, name, dir); err != nil {
			return fmt.Errorf("refit: %w", err)
		}
	}
	fusion.Measured = nil // of other probabilities: nothing is decided without a person before these were measured
	data, err := json.MarshalIndent(fusion, "", "  ")
	if err != nil {
		return err
	}
	m.Version = version
	manifest, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	err = errors.Join(
		os.WriteFile(filepath.Join(dir, filepath.FromSlash(m.Fusion.Path)), append(data, '\n'), 0o644),
		os.WriteFile(filepath.Join(dir, models.ManifestName), append(manifest, '\n'), 0o644))
	if err != nil {
		return fmt.Errorf("refit: %w", err)
	}
	return models.Seal(dir)
}

// place copies a file of the pack.
func place(p *models.Pack, name, dir string) error {
	to := filepath.Join(dir, filepath.FromSlash(name))
	data, err := os.ReadFile(p.Path(models.File{Path: name}))
	if err != nil {
		return err
	}
	return errors.Join(os.MkdirAll(filepath.Dir(to), 0o755), os.WriteFile(to, data, 0o644))
}
