package segment

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"

	"touchstone/index"
	"touchstone/index/local/sketch"
)

// Open reads a segment's file into memory and checks all of it: index.ErrCorrupt when it is damaged or cut short, index.ErrFormat when a
// newer program wrote it. The memory is not on the Go heap; it is given back by Close, or when the Segment is not reachable any more.
//
// A file mapped as it is would need no reading, but whoever cut it short would stop the process, a full page cache would make
// searches wait for the disk, and its pages of 4 KiB make looking at single vectors twice as slow as the large ones asked for here.
func Open(path string) (*Segment, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("index: opening a segment: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("index: opening a segment: %w", err)
	}
	if info.Size() == 0 {
		return nil, fmt.Errorf("%s: %w", path, corrupt("it is empty"))
	}
	s, err := Load(f, int(info.Size()))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return s, nil
}

// Load is Open for a segment of this many bytes that comes from a reader.
func Load(r io.Reader, size int) (*Segment, error) {
	data, err := load(r, size)
	if err != nil {
		return nil, fmt.Errorf("index: reading a segment: %w", err)
	}
	s, err := Read(data)
	if err != nil {
		_ = unix.Munmap(data)
		return nil, err
	}
	s.mapped = true
	s.unmap = runtime.AddCleanup(s, func(data []byte) { _ = unix.Munmap(data) }, data)
	return s, nil
}

// load reads a file into memory that cannot be written to any more.
func load(r io.Reader, size int) ([]byte, error) {
	data, err := unix.Mmap(-1, 0, size, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
	if err != nil {
		return nil, err
	}
	largePages(data)
	if _, err = io.ReadFull(r, data); err == nil {
		err = unix.Mprotect(data, unix.PROT_READ)
	}
	if err != nil {
		_ = unix.Munmap(data)
		return nil, err
	}
	return data, nil
}

// Close gives the memory back at once. Nothing of the segment may be in use.
func (s *Segment) Close() error {
	if !s.mapped {
		return nil
	}
	s.unmap.Stop()
	data := s.data
	*s = Segment{}
	return unix.Munmap(data)
}

func corrupt(what string) error {
	return fmt.Errorf("%w: the segment is damaged (%s) and was left as it is: restore the folder from a copy, "+
		"or move it away and fill the index anew", index.ErrCorrupt, what)
}

// Read opens a segment in memory, which must not change afterwards. Errors as for Open.
func Read(data []byte) (*Segment, error) {
	if !littleEndian() {
		return nil, fmt.Errorf("index: segments need a little-endian processor")
	}
	foot, err := readFooter(data)
	if err != nil {
		return nil, err
	}
	var parts [sections][]byte
	for i, sec := range foot.Sections {
		if sec.Offset > uint64(len(data)) || sec.Length > uint64(len(data))-sec.Offset || sec.Length > 0 && sec.Offset%align != 0 {
			return nil, corrupt("a section is out of bounds")
		}
		parts[i] = data[sec.Offset : sec.Offset+sec.Length : sec.Offset+sec.Length]
		if crc32.Checksum(parts[i], castagnoli) != sec.Sum {
			return nil, corrupt("a checksum is wrong")
		}
	}
	s := &Segment{data: data, Dimension: int(foot.Dimension), Entries: int(foot.Entries), Vectors: int(foot.Vectors), Payloads: int(foot.Payloads)}
	if !s.assemble(&foot, &parts) {
		return nil, corrupt("its parts do not fit together")
	}
	return s, nil
}

// readFooter checks both ends of a file.
func readFooter(data []byte) (foot footer, err error) {
	const head = len(magic) + 8
	if len(data) < head || string(data[:len(magic)]) != magic ||
		crc32.Checksum(data[:head-4], castagnoli) != binary.LittleEndian.Uint32(data[head-4:]) {
		return foot, corrupt("it does not begin like one")
	}
	v := binary.LittleEndian.Uint32(data[len(magic):])
	if v > version {
		return foot, fmt.Errorf("%w: the segment has format version %d and this program reads %d; use the program that wrote it, or a newer one",
			index.ErrFormat, v, version)
	}
	if len(data) < head+footerSize {
		return foot, corrupt("it was cut short")
	}
	end := data[len(data)-footerSize:]
	if string(end[:len(endMagic)]) != endMagic || crc32.Checksum(end[:footerSize-4], castagnoli) != binary.LittleEndian.Uint32(end[footerSize-4:]) {
		return foot, corrupt("it was cut short, or its end is damaged")
	}
	err = binary.Read(bytes.NewReader(end), binary.LittleEndian, &foot)
	if v < version {
		foot.Rows = 0 // its sketches are of one bit a number, or of two without the third signs
	}
	return foot, err
}

// assemble finds the parts in their sections, and says whether they fit together.
func (s *Segment) assemble(foot *footer, parts *[sections][]byte) bool {
	s.Numbers, s.table = list[float32](parts[secNumbers]), list[uint32](parts[secTable])
	s.ids = texts{list[uint32](parts[secIDOffsets]), parts[secIDs]}
	s.encoded = texts{list[uint32](parts[secPayloadOffsets]), parts[secPayloads]}
	s.groups, s.spans, s.active = list[uint32](parts[secGroups]), list[span](parts[secSpans]), parts[secActive]
	ok := s.Dimension > 0 && s.Dimension <= index.MaxDimension && s.Entries > 0 && s.Entries <= MaxEntries && s.Vectors <= s.Entries*index.MaxVectors &&
		len(s.Numbers) == s.Vectors*s.Dimension && s.ids.sound(s.Entries) && s.encoded.sound(s.Payloads) &&
		len(s.groups) == s.Payloads+1 && ascending(s.groups, s.Entries) && len(s.spans) == s.Payloads
	if len(parts[secFirst]) > 0 {
		s.first = list[uint32](parts[secFirst])
		ok = ok && len(s.first) == s.Entries+1 && ascending(s.first, s.Vectors)
	} else {
		ok = ok && s.Vectors == s.Entries
	}
	for i := range s.fields {
		var sound bool
		s.fields[i], sound = readDictionary(parts[secKinds+i])
		ok = ok && sound
	}
	if !ok || foot.Rows == 0 {
		return ok
	}
	s.Sketch = &sketch.Set{Vectors: s.Vectors, Rows: int(foot.Rows), FScale: foot.FScale, GScale: foot.GScale, FMean: foot.FMean,
		Centre: list[float32](parts[secCentre])}
	blocks := sketch.Bytes(s.Vectors, s.Sketch.Rows)
	if s.Dimension > sketch.MaxDimension || s.Sketch.Rows != sketch.Rows(s.Dimension) || len(s.Sketch.Centre) != 4*s.Sketch.Rows ||
		len(parts[secBlocks]) != blocks+sketch.FineBytes(s.Vectors, s.Sketch.Rows) {
		return false
	}
	s.Sketch.Blocks, s.Sketch.Fine = parts[secBlocks][:blocks:blocks], parts[secBlocks][blocks:]
	return true
}

// list is memory as a list of numbers; what is left over at the end is not in it.
func list[T any](b []byte) []T {
	var one T
	return unsafe.Slice((*T)(unsafe.Pointer(unsafe.SliceData(b))), len(b)/int(unsafe.Sizeof(one)))
}
