package volume

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"os"
	"path/filepath"
)

// The list of a full volume spares reading its headers at the next start: magic, CRC-32C of the rest, then key and offset of each
// record, 8 bytes each, little endian. What is wrong with it is no loss, and it is made again.
const (
	listMagic  = "tsl1"
	listHeader = 8
	listEntry  = 16
)

// entry is a record in a list.
type entry struct {
	key uint64
	at  int64
}

// writeList writes a list so that a crash leaves all of it or none.
func writeList(path string, entries []entry) error {
	b := make([]byte, listHeader, listHeader+listEntry*len(entries))
	copy(b, listMagic)
	for _, e := range entries {
		b = binary.LittleEndian.AppendUint64(b, e.key)
		b = binary.LittleEndian.AppendUint64(b, uint64(e.at))
	}
	binary.LittleEndian.PutUint32(b[4:], crc32.Checksum(b[listHeader:], castagnoli))
	f, err := os.CreateTemp(filepath.Dir(path), "list-*")
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}

// readList reads a list; ok is false for one that is missing or damaged. size is the volume's.
func readList(path string, size int64) (entries []entry, ok bool) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, false
	}
	return parseList(b, size)
}

func parseList(b []byte, size int64) (entries []entry, ok bool) {
	if len(b) < listHeader || string(b[:4]) != listMagic || (len(b)-listHeader)%listEntry != 0 ||
		binary.LittleEndian.Uint32(b[4:]) != crc32.Checksum(b[listHeader:], castagnoli) {
		return nil, false
	}
	for b = b[listHeader:]; len(b) > 0; b = b[listEntry:] {
		at := int64(binary.LittleEndian.Uint64(b[8:]))
		if at < 0 || at%align != 0 || at+headerSize > size {
			return nil, false
		}
		entries = append(entries, entry{binary.LittleEndian.Uint64(b), at})
	}
	return entries, true
}
