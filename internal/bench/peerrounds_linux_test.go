//go:build bench

package bench

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// peerClients is how many pictures are under way at a time: two a worker of the peer.
const peerClients = 4

// contender is one side of the comparison with what its rounds came to.
type contender struct {
	name     string
	service  *service
	ask      asker
	times    *hdrhistogram.Histogram
	requests int
	cpu      time.Duration
	resident int64 // most at the end of a round
}

// TestBenchPeer compares with the Python peer: the same model file, the same ten thousand references, the same pictures, in turns.
func TestBenchPeer(t *testing.T) {
	if _, err := os.Stat(filepath.Join(*sharedDir, "bench/peer.py")); err != nil {
		figures.table("Python peer: not measured", "why").add(fmt.Sprintf("%v; name the folder that holds bench/peer.py and weights/ with -shared", err))
		t.Skip(err)
	}
	python := peerPython(t)
	pack := peerPack(t)
	vectors := peerReferences(t, python)
	peer := startPeer(t, python)
	us := startTouchstone(t, absolute(t, *program), peerFolder(t, pack, vectors), pack.Dir())
	out := figures.table("Against the Python peer (FastAPI, ONNX Runtime, Pillow, faiss; two workers): whole picture, one vector, one search in 10,000",
		"megapixels", "kB", "side", "CPU ms", "of the peer's", "p50 ms", "p99 ms", "of the peer's", "RSS MB", "of the peer's")
	out.note("POST of one picture as base64 in JSON, %d at a time; processor time of the processes that serve. Beyond the peer's work, touchstone", peerClients)
	out.note("keeps each picture and each report on disk before it answers, looks up the rights that were found, and judges them.")
	sides := []*contender{{name: "peer", service: peer, ask: peer.askPeer}, {name: "touchstone", service: us, ask: us.askUs}}
	_, listings := scenes(t, 12)
	for _, size := range []struct {
		name     string
		pictures [][]byte
		requests int
	}{
		{"0.2", photographs(t, listings, small.X, small.Y), 120},
		{"1", photographs(t, listings[:6], medium.X, medium.Y), 60},
		{"12", photographs(t, listings[:3], large.X, large.Y), 16},
	} {
		at := sides
		if size.name == "12" {
			at = append(slices.Clone(sides), turboSide(t, out, peerFolder(t, pack, vectors), pack.Dir()))
		}
		at = slices.DeleteFunc(slices.Clone(at), func(c *contender) bool { return c == nil })
		agree(t, at, size.pictures)
		duel(t, at, size.pictures, size.requests)
		for _, c := range at {
			c.report(out, at[0], size.name, len(size.pictures[0])/1000)
		}
	}
}

// turboSide is the program built with libjpeg-turbo, or nil, with a note, where it cannot be built.
func turboSide(t *testing.T, out *table, data, pack string) *contender {
	t.Helper()
	built, err := build(t, "turbojpeg")
	if err != nil {
		out.note("Not measured with -tags turbojpeg: it does not build here (%v); Debian's libturbojpeg0-dev has what it needs.", err)
		return nil
	}
	s := startTouchstone(t, built, data, pack)
	return &contender{name: "touchstone turbojpeg", service: s, ask: s.askUs}
}

func photographs(t *testing.T, listings []scene, width, height int) [][]byte {
	t.Helper()
	size := small
	size.X, size.Y = width, height
	var out [][]byte
	for i, l := range listings {
		out = append(out, photograph(t, l.image, size, uint64(i)))
	}
	return out
}

// agree asks all sides about each picture once and fails where they answer differently. Decoders round differently, so that
// neighbours of almost equal score may change places; the nearest keeps its score, and most of the ten are the same.
func agree(t *testing.T, sides []*contender, pictures [][]byte) {
	t.Helper()
	for i, p := range pictures {
		var first []match
		for k, c := range sides {
			found, err := c.ask(t.Context(), p)
			must(t, err)
			if k == 0 {
				first = found
			}
			if err := same(first, found); err != nil {
				t.Fatalf("picture %d: %s and %s disagree: %v\n%v\n%v", i, sides[0].name, c.name, err, first, found)
			}
		}
	}
}

func same(a, b []match) error {
	if len(a) != peerMatches || len(b) < peerMatches-3 || len(b) > peerMatches {
		return fmt.Errorf("%d and %d matches", len(a), len(b))
	}
	if d := math.Abs(a[0].score - b[0].score); !(d < 0.005) {
		return fmt.Errorf("the best scores differ by %g", d)
	}
	common := 0
	for _, m := range b {
		if slices.ContainsFunc(a, func(o match) bool { return o.id == m.id && math.Abs(o.score-m.score) < 0.01 }) {
			common++
		}
	}
	if common < peerMatches/2 {
		return fmt.Errorf("%d references in common", common)
	}
	return nil
}

// duel has the sides take turns.
func duel(t *testing.T, sides []*contender, pictures [][]byte, requests int) {
	t.Helper()
	for _, c := range sides {
		c.times, c.requests, c.cpu, c.resident = latencies(), 0, 0, 0
	}
	for turn := range *rounds + 1 {
		for _, c := range sides {
			if turn == 0 {
				must(t, c.turn(t, pictures, max(peerClients, requests/4))) // warm
				c.times, c.requests, c.cpu = latencies(), 0, 0
				continue
			}
			must(t, c.turn(t, pictures, requests))
		}
	}
}

// turn sends pictures, each new to the service, and adds up what they took.
func (c *contender) turn(t *testing.T, pictures [][]byte, requests int) error {
	before, err := usageOf(c.service.pids()...)
	if err != nil {
		return err
	}
	h, err := flood(t.Context(), peerClients, requests, func(ctx context.Context, i int) error {
		picture, err := tagged(pictures[i%len(pictures)], c.service.tags.Add(1))
		if err != nil {
			return err
		}
		found, err := c.ask(ctx, picture)
		if err == nil && len(found) < peerMatches-3 {
			err = fmt.Errorf("%d matches", len(found))
		}
		return err
	})
	after, err2 := usageOf(c.service.pids()...)
	c.times.Merge(h)
	c.requests, c.cpu, c.resident = c.requests+requests, c.cpu+after.cpu-before.cpu, max(c.resident, after.resident)
	return errors.Join(err, err2)
}

// each is the processor time of a request in milliseconds.
func (c *contender) each() float64 { return 1000 * c.cpu.Seconds() / float64(c.requests) }

func (c *contender) report(out *table, peer *contender, megapixels string, kilobytes int) {
	out.add(megapixels, kilobytes, c.name, c.each(), c.each()/peer.each(), milliseconds(c.times, 50), milliseconds(c.times, 99),
		milliseconds(c.times, 99)/milliseconds(peer.times, 99), float64(c.resident)/1e6, float64(c.resident)/float64(peer.resident))
}
