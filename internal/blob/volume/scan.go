package volume

import (
	"bytes"
	"os"
)

// searchStep is how much of a damaged stretch is read at a time, in bytes.
const searchStep = 1 << 20

// scan calls fn for each record from an offset on, live or not, and returns where the one behind the last would begin. A stretch
// without a good header is passed over.
func scan(f *os.File, from int64, fn func(Record)) (end int64, err error) {
	info, err := f.Stat()
	if err != nil {
		return from, err
	}
	size := info.Size()
	end = from
	for at := from; at+headerSize <= size; {
		h, ok, err := readHeader(f, at)
		if err != nil {
			return end, err
		}
		if ok && at+headerSize+h.length <= size {
			fn(Record{at: at, header: h})
			at += span(h.length)
			end = at
			continue
		}
		if at, err = search(f, at+align, size); err != nil || at < 0 {
			return end, err
		}
	}
	return end, nil
}

// search finds the next good header at or behind an aligned offset; -1: there is none.
func search(f *os.File, from, size int64) (int64, error) {
	buf := make([]byte, searchStep+headerSize)
	for at := from; at < size; at += searchStep {
		n := min(int64(len(buf)), size-at)
		if _, err := f.ReadAt(buf[:n], at); err != nil {
			return -1, err
		}
		for i := int64(0); i < searchStep && i+headerSize <= n; i += align {
			if !bytes.Equal(buf[i:i+4], []byte(magic)) {
				continue
			}
			if h, ok := parse(buf[i:n]); ok && at+i+headerSize+h.length <= size {
				return at + i, nil
			}
		}
	}
	return -1, nil
}
