package local

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"os"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"

	"touchstone/index"
)

// A manifest says what the folder holds: collections with their segments and aliases, as they were when the log numbered from was begun. It is
// one file of one frame, and replaced as a whole.
type manifest struct {
	from        uint64 // the first log whose changes are to be made on top
	next        uint64 // no segment has this number or a higher one
	collections []listed
	aliases     map[string]string
}

// listed is a collection in a manifest.
type listed struct {
	name     string
	space    index.Space
	revision uint64
	aim      aim
	parts    []listedPart
}

type listedPart struct {
	file uint64
	dead bitset
}

func (m *manifest) appendTo(b []byte) []byte {
	b = binary.AppendUvarint(b, m.from)
	b = binary.AppendUvarint(b, m.next)
	b = binary.AppendUvarint(b, uint64(len(m.aliases)))
	for _, alias := range slices.Sorted(maps.Keys(m.aliases)) {
		b = appendString(appendString(b, alias), m.aliases[alias])
	}
	b = binary.AppendUvarint(b, uint64(len(m.collections)))
	for _, c := range m.collections {
		b = appendSpace(appendString(b, c.name), c.space)
		b = binary.AppendUvarint(b, c.revision)
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(c.aim.margin))
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(c.aim.recall))
		b = binary.AppendUvarint(b, uint64(c.aim.queries))
		b = binary.AppendUvarint(b, uint64(c.aim.vectors))
		b = binary.AppendUvarint(b, uint64(len(c.parts)))
		for _, p := range c.parts {
			b = binary.AppendUvarint(b, p.file)
			b = appendString(b, string(packBits(p.dead)))
		}
	}
	return b
}

// packBits is a bitset as a Roaring bitmap.
func packBits(b bitset) []byte {
	r := roaring.New()
	b.each(func(i int) { r.AddInt(i) })
	r.RunOptimize()
	raw, _ := r.ToBytes() // fails only where its buffer does
	return raw
}

func unpackBits(raw []byte) (bitset, error) {
	r := roaring.New()
	if err := r.UnmarshalBinary(raw); err != nil {
		return nil, err
	}
	if r.IsEmpty() {
		return nil, nil
	}
	if r.Maximum() >= 1<<23 { // more than any segment has
		return nil, errors.New("a number out of range")
	}
	b := bitset(nil).grown(int(r.Maximum()) + 1)
	r.Iterate(func(i uint32) bool {
		b.add(int(i), int(i)+1)
		return true
	})
	return b, nil
}

func decodeManifest(body []byte) (*manifest, error) {
	d := decoder{b: body}
	m := &manifest{from: d.uvarint(), next: d.uvarint(), aliases: map[string]string{}}
	for range d.count(len(d.b)) {
		alias := d.string()
		m.aliases[alias] = d.string()
	}
	for range d.count(len(d.b)) {
		c := listed{name: d.string(), space: d.space(), revision: d.uvarint()}
		c.aim.margin = math.Float32frombits(uint32(d.fixed(4)))
		c.aim.recall = math.Float64frombits(d.fixed(8))
		c.aim.queries, c.aim.vectors = d.count(math.MaxInt32), d.count(math.MaxInt)
		for range d.count(len(d.b)) {
			p := listedPart{file: d.uvarint()}
			dead, err := unpackBits(d.bytes())
			if err != nil {
				d.fail("a set of dead points that cannot be read")
			}
			p.dead = dead
			c.parts = append(c.parts, p)
		}
		m.collections = append(m.collections, c)
	}
	if d.fault == "" && len(d.b) > 0 {
		d.fail("bytes left over")
	}
	if d.fault != "" {
		return nil, fmt.Errorf("%w: the manifest has %s: %s", index.ErrCorrupt, d.fault, remedy)
	}
	return m, nil
}

// manifestBytes is the file of a manifest.
func manifestBytes(m *manifest) []byte {
	frame := append(header(manifestVersion), make([]byte, headSize)...)
	frame = m.appendTo(frame)
	fillHead(frame[headerSize:])
	return frame
}

// writeManifest replaces the manifest in one step.
func writeManifest(fs files, m *manifest) error {
	frame := manifestBytes(m)
	f, err := fs.write(manifestName, func(w io.Writer) error {
		_, err := w.Write(frame)
		return err
	})
	if err != nil {
		return err
	}
	return f.Close()
}

// readManifest reads the manifest of a folder, which it makes if there is nothing in it, or only a log of the first format: that
// becomes the first log.
func readManifest(fs files) (*manifest, error) {
	raw, err := os.ReadFile(fs.path(manifestName))
	if errors.Is(err, os.ErrNotExist) {
		return begin(fs)
	}
	if err != nil {
		return nil, fmt.Errorf("index: opening the manifest: %w", err)
	}
	m, err := parseManifest(raw)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", fs.path(manifestName), err)
	}
	if m != nil {
		return m, nil
	}
	if err := os.Rename(fs.path(manifestName), fs.path(logName(0))); err != nil {
		return nil, fmt.Errorf("index: bringing the folder to its present form: %w", err)
	}
	return begin(fs)
}

// begin writes the manifest of a folder without one: a new folder, or one that was left on its way to its present form.
func begin(fs files) (*manifest, error) {
	there, err := fs.exists(logName(0))
	if err != nil {
		return nil, fmt.Errorf("index: opening the folder: %w", err)
	}
	if !there {
		if err := fs.vacant(); err != nil {
			return nil, err
		}
		f, _, err := createLog(fs, logName(0))
		if err != nil {
			return nil, err
		}
		if err := f.Close(); err != nil {
			return nil, fmt.Errorf("index: making the log: %w", err)
		}
	}
	m := &manifest{next: 1, aliases: map[string]string{}}
	return m, writeManifest(fs, m)
}

// vacant says that a folder without manifest and first log has nothing else of ours either.
func (fs files) vacant() error {
	entries, err := os.ReadDir(fs.dir)
	if err != nil {
		return fmt.Errorf("index: opening the folder: %w", err)
	}
	for _, e := range entries {
		_, log := number(e.Name(), logPrefix)
		if _, segment := number(e.Name(), segmentPrefix); log || segment {
			return fmt.Errorf("%w: %s holds %s but no %s, which says what belongs together: %s", index.ErrCorrupt, fs.dir, e.Name(), manifestName, remedy)
		}
	}
	return nil
}

// parseManifest reads a manifest; nil when the bytes are a log of the first format.
func parseManifest(raw []byte) (*manifest, error) {
	version, err := checkHeader(reader(raw), int64(len(raw)), manifestVersion)
	if err != nil || version == logVersion {
		return nil, err
	}
	frame := raw[headerSize:]
	if len(frame) < headSize {
		return nil, fmt.Errorf("%w: the manifest was cut short: %s", index.ErrCorrupt, remedy)
	}
	length, sum, ok := readHead(frame)
	if body := frame[headSize:]; ok && length == int64(len(body)) && checksum(body) == sum {
		return decodeManifest(body)
	}
	return nil, fmt.Errorf("%w: the manifest fails its checksum: %s", index.ErrCorrupt, remedy)
}
