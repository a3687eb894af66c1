package index

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math"
)

// A snapshot is a stream: eight bytes of magic, then frames. A frame is its kind (one byte), the length of its body (four bytes, big
// endian), the body, and the CRC-32C of all of that. Kinds come in this order: one header; for each collection its description and its
// points; one of aliases; the end, which counts what came before it, so that a stream that breaks off is never taken for a whole one.
const (
	snapshotMagic  = "TSINDEX\n"
	snapshotFormat = 1

	frameHeader     = 'H' // snapshotHeader
	frameCollection = 'C' // snapshotCollection
	framePoints     = 'P' // length of JSON (4 bytes), []snapshotPoint, then the vectors as little-endian float32
	frameAliases    = 'A' // map[string]string
	frameEnd        = 'E' // snapshotEnd

	mostFrame   = 1 << 28 // bytes of a body that are believed
	batchPoints = 1000    // points of a frame, and of one write when it is read
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

type snapshotHeader struct {
	Format int `json:"format"`
}

type snapshotCollection struct {
	Name  string `json:"name"`
	Space Space  `json:"space"`
}

type snapshotPoint struct {
	ID      string  `json:"id"`
	Vectors int     `json:"n"`
	Payload Payload `json:"payload"`
}

type snapshotEnd struct {
	Collections int `json:"collections"`
	Points      int `json:"points"`
}

// writeFrame writes one frame.
func writeFrame(w io.Writer, kind byte, body []byte) error {
	head := binary.BigEndian.AppendUint32([]byte{kind}, uint32(len(body)))
	sum := crc32.Update(crc32.Checksum(head, castagnoli), castagnoli, body)
	for _, part := range [][]byte{head, body, binary.BigEndian.AppendUint32(nil, sum)} {
		if _, err := w.Write(part); err != nil {
			return fmt.Errorf("index: writing the snapshot: %w", err)
		}
	}
	return nil
}

// writeJSON writes a frame of what always marshals.
func writeJSON(w io.Writer, kind byte, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("index: writing the snapshot: %w", err)
	}
	return writeFrame(w, kind, body)
}

// corrupt is the error of a snapshot that cannot be used.
func corrupt(format string, args ...any) error {
	return fmt.Errorf("%w: the snapshot "+format+"; nothing was changed: take another copy of it, or make a new one", append([]any{ErrCorrupt}, args...)...)
}

// readFrame reads one frame and checks it. What a forged length claims is not allocated before it has come.
func readFrame(r io.Reader) (kind byte, body []byte, err error) {
	head := make([]byte, 5)
	if _, err := io.ReadFull(r, head); err != nil {
		return 0, nil, broken(err)
	}
	length := binary.BigEndian.Uint32(head[1:])
	if length > mostFrame {
		return 0, nil, corrupt("has a frame of %d bytes", length)
	}
	var b bytes.Buffer
	if _, err := io.CopyN(&b, r, int64(length)); err != nil {
		return 0, nil, broken(err)
	}
	tail := make([]byte, 4)
	if _, err := io.ReadFull(r, tail); err != nil {
		return 0, nil, broken(err)
	}
	if binary.BigEndian.Uint32(tail) != crc32.Update(crc32.Checksum(head, castagnoli), castagnoli, b.Bytes()) {
		return 0, nil, corrupt("fails its checksum")
	}
	return head[0], b.Bytes(), nil
}

// broken tells a stream that ends too early from one that cannot be read.
func broken(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return corrupt("breaks off")
	}
	return fmt.Errorf("index: reading the snapshot: %w", err)
}

// packPoints makes the body of a frame of points.
func packPoints(points []Point) ([]byte, error) {
	list := make([]snapshotPoint, len(points))
	for i, p := range points {
		list[i] = snapshotPoint{p.ID, len(p.Vectors), p.Payload}
	}
	meta, err := json.Marshal(list)
	if err != nil {
		return nil, fmt.Errorf("index: writing the snapshot: %w", err)
	}
	body := append(binary.BigEndian.AppendUint32(nil, uint32(len(meta))), meta...)
	for _, p := range points {
		for _, v := range p.Vectors {
			for _, x := range v {
				body = binary.LittleEndian.AppendUint32(body, math.Float32bits(x))
			}
		}
	}
	return body, nil
}

// unpackPoints is the way back. What it returns has the right lengths; the rest Upsert checks.
func unpackPoints(body []byte, dimension int) ([]Point, error) {
	if len(body) < 4 || int64(binary.BigEndian.Uint32(body)) > int64(len(body)-4) {
		return nil, corrupt("has points without their description")
	}
	split := 4 + int(binary.BigEndian.Uint32(body))
	var list []snapshotPoint
	if err := json.Unmarshal(body[4:split], &list); err != nil {
		return nil, corrupt("has points that cannot be read (%v)", err)
	}
	body = body[split:]
	points := make([]Point, len(list))
	for i, p := range list {
		if p.Vectors < 1 || p.Vectors > MaxVectors || len(body) < 4*dimension*p.Vectors {
			return nil, corrupt("has a point whose vectors are missing")
		}
		points[i] = Point{ID: p.ID, Payload: p.Payload, Vectors: make([][]float32, p.Vectors)}
		for k := range points[i].Vectors {
			v := make([]float32, dimension)
			for j := range v {
				v[j] = math.Float32frombits(binary.LittleEndian.Uint32(body[4*j:]))
			}
			points[i].Vectors[k], body = v, body[4*dimension:]
		}
	}
	if len(body) > 0 {
		return nil, corrupt("has more vectors than points")
	}
	return points, nil
}
