package rollout

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"syscall"

	"touchstone/models"
)

// mostFiles is how many entries an archive of a pack may have.
const mostFiles = 500

// Receive takes in a pack that comes as a plain tar archive with the manifest at its top, of no more than limit bytes altogether. It is
// Add otherwise.
func (s Shelf) Receive(ctx context.Context, r io.Reader, limit int64) (*models.Pack, error) {
	return s.take(ctx, func(to string) error {
		archive, left := tar.NewReader(r), limit
		for n := 0; ; n++ {
			h, err := archive.Next()
			if errors.Is(err, io.EOF) {
				return nil
			}
			if err != nil {
				return fmt.Errorf("%w: the archive cannot be read (%w); send a plain tar file, as touchstone models import does", ErrRefused, err)
			}
			if n == mostFiles {
				return fmt.Errorf("%w: the archive has more than %d entries; a pack is a few files", ErrRefused, mostFiles)
			}
			if err := unpack(to, h, archive, &left); err != nil {
				return err
			}
		}
	})
}

// unpack writes one entry. Nothing but plain files inside the folder comes out of an archive.
func unpack(to string, h *tar.Header, body io.Reader, left *int64) error {
	name := strings.TrimPrefix(path.Clean(h.Name), "./")
	switch {
	case h.Typeflag == tar.TypeDir:
		return nil // made where a file needs it
	case h.Typeflag != tar.TypeReg:
		return fmt.Errorf("%w: %q is no plain file; put the file itself into the archive", ErrRefused, h.Name)
	case !filepath.IsLocal(name) || strings.Contains(name, `\`):
		return fmt.Errorf("%w: %q leads out of the pack; use paths below the manifest's folder", ErrRefused, h.Name)
	case h.Size > min(*left, models.MaxFile):
		return fmt.Errorf("%w: %q has %d bytes, and %d are left of what may come; import large packs on the machine itself", ErrRefused, h.Name, h.Size, min(*left, models.MaxFile))
	}
	*left -= h.Size
	err := place(to, name, body, h.Size)
	if isName(err) {
		return fmt.Errorf("%w: no file of a pack can be called %q; use short names, each once", ErrRefused, h.Name)
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("%w: the archive ends in the middle of %q; send it again", ErrRefused, h.Name)
	}
	return err
}

// isName says whether a file could not be made because of what it is called.
func isName(err error) bool {
	for _, kind := range []error{fs.ErrExist, fs.ErrInvalid, syscall.ENOTDIR, syscall.EISDIR, syscall.ENAMETOOLONG, syscall.EINVAL} {
		if errors.Is(err, kind) {
			return true
		}
	}
	return false
}

// place writes a file below a folder, durably.
func place(dir, name string, body io.Reader, limit int64) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	local := filepath.FromSlash(name)
	if parent := filepath.Dir(local); parent != "." {
		if err := root.MkdirAll(parent, 0o750); err != nil {
			return err
		}
	}
	f, err := root.OpenFile(local, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o640)
	if err != nil {
		return err
	}
	n, err := io.Copy(f, io.LimitReader(body, limit+1))
	if err == nil && n > limit {
		err = fmt.Errorf("%w: %q is larger than %d bytes", ErrRefused, name, limit)
	}
	return errors.Join(err, f.Sync(), f.Close())
}

// Archive writes a pack as Receive reads it.
func Archive(w io.Writer, p *models.Pack) error {
	names, err := p.Files()
	if err != nil {
		return err
	}
	root, err := os.OpenRoot(p.Dir())
	if err != nil {
		return err
	}
	defer root.Close()
	archive := tar.NewWriter(w)
	for _, name := range names {
		if err := pack(archive, root, name); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return archive.Close()
}

func pack(archive *tar.Writer, root *os.Root, name string) error {
	f, err := root.Open(filepath.FromSlash(name))
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if err := archive.WriteHeader(&tar.Header{Name: name, Typeflag: tar.TypeReg, Mode: 0o644, Size: info.Size()}); err != nil {
		return err
	}
	_, err = io.Copy(archive, f)
	return err
}
