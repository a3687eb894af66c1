package catalogue

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"path"
	"path/filepath"
	"strings"
)

// Bounds of an archive.
const (
	maxEntries  = 5000
	maxUnpacked = 512 << 20 // bytes of all entries together
	maxPicture  = 20 << 20
	maxTable    = 16 << 20
)

// archive is a file that was sent: a table, and pictures by their names in it.
type archive struct {
	table    []byte
	pictures map[string]*zip.File
	left     int64 // bytes that may still be unpacked
}

// unpack looks into a file: a ZIP by its bytes, or a table. Nothing is unpacked but the table.
func unpack(data []byte) (*archive, error) {
	if !bytes.HasPrefix(data, []byte("PK\x03\x04")) {
		if len(data) > maxTable {
			return nil, refuse("the table has more than %d bytes; split it", maxTable)
		}
		return &archive{table: data}, nil
	}
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, refuse("the archive is damaged: %v", err)
	}
	if len(z.File) > maxEntries {
		return nil, refuse("the archive has %d entries; at most %d are taken", len(z.File), maxEntries)
	}
	a := &archive{pictures: map[string]*zip.File{}, left: maxUnpacked}
	var table *zip.File
	var declared uint64
	for _, f := range z.File {
		name, err := nameOf(f)
		if err != nil {
			return nil, err
		}
		if declared += f.UncompressedSize64; declared > maxUnpacked {
			return nil, refuse("the archive unpacks to more than %d bytes; split it", maxUnpacked)
		}
		switch {
		case strings.HasSuffix(name, "/") || strings.HasPrefix(path.Base(name), ".") || strings.HasPrefix(name, "__MACOSX/"):
			// folders, and what systems leave behind
		case strings.EqualFold(path.Ext(name), ".csv"):
			if table != nil {
				return nil, refuse("the archive has two tables, %q and %q; send one", clip(table.Name), clip(name))
			}
			table = f
		case a.pictures[name] != nil:
			return nil, refuse("the archive has two entries %q", clip(name))
		default:
			a.pictures[name] = f
		}
	}
	if table == nil {
		return nil, refuse("the archive has no table; put one in whose name ends with .csv")
	}
	a.table, err = a.read(table, maxTable)
	return a, err
}

// nameOf is an entry's name, if it is that of a plain file or folder within the archive.
func nameOf(f *zip.File) (string, error) {
	mode := f.Mode()
	switch {
	case strings.Contains(f.Name, `\`) || strings.ContainsRune(f.Name, 0) || !filepath.IsLocal(strings.TrimSuffix(f.Name, "/")):
		return "", refuse("the entry %q leads out of the archive", clip(f.Name))
	case !mode.IsRegular() && !mode.IsDir():
		return "", refuse("the entry %q is no plain file", clip(f.Name))
	case f.Flags&1 != 0:
		return "", refuse("the entry %q is encrypted", clip(f.Name))
	}
	return f.Name, nil
}

// read unpacks an entry, no more than most bytes whatever it declares.
func (a *archive) read(f *zip.File, most int64) ([]byte, error) {
	most = min(most, a.left)
	if f.UncompressedSize64 > uint64(most) {
		return nil, refuse("the entry %q has more than %d bytes", clip(f.Name), most)
	}
	r, err := f.Open()
	if err != nil {
		return nil, refuse("the entry %q cannot be unpacked: %v", clip(f.Name), err)
	}
	defer r.Close()
	data, err := io.ReadAll(io.LimitReader(r, most+1))
	a.left -= int64(len(data))
	switch {
	case int64(len(data)) > most:
		return nil, refuse("the entry %q has more than %d bytes", clip(f.Name), most)
	case errors.Is(err, zip.ErrChecksum):
		return nil, refuse("the entry %q is damaged", clip(f.Name))
	case err != nil:
		return nil, refuse("the entry %q cannot be unpacked: %v", clip(f.Name), err)
	}
	return data, nil
}

// picture unpacks a picture by the name that the table has for it.
func (a *archive) picture(name string) ([]byte, error) {
	f, ok := a.pictures[name]
	if !ok {
		return nil, refuse("there is no file %q in the archive", clip(name))
	}
	return a.read(f, maxPicture)
}
