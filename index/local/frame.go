package local

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"

	"touchstone/index"
)

// The log file is a header and then frames. A frame is what one write and one fsync carried: its 12-byte head (length of the body,
// CRC-32C of the body, CRC-32C of these eight bytes; little-endian) and its body, operations one after the other. Nothing is
// written after a frame before that frame is on disk, so only the last can be incomplete: its end is cut off (the process died) or
// its bytes were never all written (the machine died). A bad frame that others follow was good once, and is damage.
const (
	magic      = "TSINDEX\n"
	headerSize = len(magic) + 8 // magic, version, CRC-32C of both
	headSize   = 12
	maxFrame   = 1 << 30

	logVersion      = 1
	manifestVersion = 2 // which begins with the same magic, see manifestName
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func checksum(b []byte) uint32 { return crc32.Checksum(b, castagnoli) }

func reader(b []byte) io.ReaderAt { return bytes.NewReader(b) }

// header is how a log or a manifest begins.
func header(version uint32) []byte {
	b := binary.LittleEndian.AppendUint32([]byte(magic), version)
	return binary.LittleEndian.AppendUint32(b, checksum(b))
}

// checkHeader reads the header of a log or a manifest and returns its version, which is at most the newest. It is written before the
// file gets its name, so it is never torn.
func checkHeader(r io.ReaderAt, size int64, newest uint32) (version uint32, err error) {
	header := make([]byte, headerSize)
	if size < int64(headerSize) {
		return 0, fmt.Errorf("%w: the file has %d bytes, less than its header: %s", index.ErrCorrupt, size, remedy)
	}
	if _, err := r.ReadAt(header, 0); err != nil {
		return 0, fmt.Errorf("index: reading the header: %w", err)
	}
	sum := headerSize - 4
	if string(header[:len(magic)]) != magic || checksum(header[:sum]) != binary.LittleEndian.Uint32(header[sum:]) {
		return 0, fmt.Errorf("%w: the file does not begin like one of an index: %s", index.ErrCorrupt, remedy)
	}
	if version = binary.LittleEndian.Uint32(header[len(magic):]); version > newest {
		return 0, fmt.Errorf("%w: the file has format version %d and this program reads %d; use the program that wrote it, or a newer one",
			index.ErrFormat, version, newest)
	}
	return version, nil
}

// fillHead writes the head of a frame whose first headSize bytes were left free for it.
func fillHead(frame []byte) {
	body := frame[headSize:]
	binary.LittleEndian.PutUint32(frame, uint32(len(body)))
	binary.LittleEndian.PutUint32(frame[4:], checksum(body))
	binary.LittleEndian.PutUint32(frame[8:], checksum(frame[:8]))
}

// readHead returns the length and checksum of the body, or false if the head is damaged.
func readHead(head []byte) (length int64, sum uint32, ok bool) {
	length = int64(binary.LittleEndian.Uint32(head))
	ok = checksum(head[:8]) == binary.LittleEndian.Uint32(head[8:]) && length > 0 && length <= maxFrame
	return length, binary.LittleEndian.Uint32(head[4:]), ok
}

// readFrames calls fn with the body of each frame, in order, and returns where the good frames end: size, or less when the last
// frame is torn. Damage before the end is ErrCorrupt. The body is reused.
func readFrames(file io.ReaderAt, size int64, fn func(body []byte) error) (good int64, err error) {
	at := int64(headerSize)
	r := bufio.NewReaderSize(io.NewSectionReader(file, at, size-at), 1<<20)
	head, body := make([]byte, headSize), []byte(nil)
	for at < size {
		if size-at < headSize {
			return at, nil
		}
		if _, err := io.ReadFull(r, head); err != nil {
			return at, fmt.Errorf("index: reading the log: %w", err)
		}
		length, sum, ok := readHead(head)
		if !ok {
			return at, headless(r, at, size)
		}
		end := at + headSize + length
		if end > size {
			return at, nil
		}
		if int64(cap(body)) < length {
			body = make([]byte, length)
		}
		body = body[:length]
		if _, err := io.ReadFull(r, body); err != nil {
			return at, fmt.Errorf("index: reading the log: %w", err)
		}
		if checksum(body) != sum {
			if end == size {
				return at, nil
			}
			return at, damaged(at)
		}
		if err := fn(body); err != nil {
			return at, fmt.Errorf("%w (in the frame at byte %d)", err, at)
		}
		at = end
	}
	return at, nil
}

// headless decides about a frame whose head is damaged, so that its length is not known: it is a torn end when no head of another
// frame is found behind it. The reader stands after the damaged head.
func headless(r *bufio.Reader, at, size int64) error {
	for from := at + headSize; from+headSize <= size; from++ {
		head, err := r.Peek(headSize)
		if err != nil && !errors.Is(err, io.EOF) {
			return fmt.Errorf("index: reading the log: %w", err)
		}
		if len(head) < headSize {
			return nil
		}
		if length, _, ok := readHead(head); ok && from+headSize+length <= size {
			return damaged(at)
		}
		if _, err := r.Discard(1); err != nil {
			return fmt.Errorf("index: reading the log: %w", err)
		}
	}
	return nil
}

func damaged(at int64) error {
	return fmt.Errorf("%w: the frame at byte %d of the log fails its checksum and others follow it; nothing was changed: %s",
		index.ErrCorrupt, at, remedy)
}
