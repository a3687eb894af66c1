//go:build bench

package bench

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"touchstone/detect"
	"touchstone/internal/casework"
	"touchstone/internal/photo"
	"touchstone/models"
)

// registered is how many references the service holds, and perRound how many listings a round has.
const (
	registered = 200
	perRound   = 160
)

// baseRate says that one listing in so many of a market shows what is registered, and stock is how many photos it has: enough that
// few listings show what others showed before, since what many show costs the service more to keep.
const (
	baseRate = 50
	stock    = 20 * baseRate
)

// TestBenchListings compares listings a second of processor time through the HTTP endpoint with the bare work on them: of a mix that is
// half copies, and of a market's, where nearly all listings are innocent.
func TestBenchListings(t *testing.T) {
	pack, err := models.Open(*packDir)
	must(t, err)
	references, listings := scenes(t, 40)
	compareMix(t, pack, "half of them copies", references, func(rights map[string]string, pictures int) []offer {
		return offersOf(t, references, listings, rights, pictures)
	})
	if _, err := os.Stat(filepath.Join(*sharedDir, "train/photos.csv")); err != nil {
		figures.table("Listings at a market's rate of copies: not measured", "why").add(fmt.Sprintf("%v; name the folder that holds train/ with -shared", err))
		return
	}
	shown, offered := market(t, registered-len(words), stock)
	compareMix(t, pack, fmt.Sprintf("one in %d of them a copy, sellers' photos", baseRate), shown, func(rights map[string]string, pictures int) []offer {
		return marketOffers(t, shown, offered, listings, rights, pictures)
	})
}

// compareMix starts the program, registers, and compares one mix of listings, with each number of pictures a listing.
func compareMix(t *testing.T, pack *models.Pack, mix string, references []scene, offers func(rights map[string]string, pictures int) []offer) {
	t.Helper()
	args := []string{"--log", "info"}
	if *profileDir != "" {
		args = append(args, "--cpu-profile", filepath.Join(absolute(t, *profileDir), casework.NewID("cpu")+".pprof"))
	}
	s := startTouchstone(t, absolute(t, *program), t.TempDir(), absolute(t, pack.Dir()), args...)
	rights := s.register(t, references, registered)
	for _, pictures := range counts(t, *picturesList) {
		s.compare(t, newBare(t, pack, offers(rights, pictures)), pack, mix, pictures)
	}
}

// offersOf are listings of small pictures with titles: each second one shows a copy of what is registered, first.
func offersOf(t *testing.T, references, listings []scene, rights map[string]string, pictures int) []offer {
	t.Helper()
	shown := photosOf(t, listings, 1000)
	var offers []offer
	for i, l := range listings {
		r := references[i%len(references)]
		copied := photograph(t, r.image, small, uint64(2000+i))
		offers = append(offers,
			offer{pictures: around(shown, i, pictures), title: l.title},
			offer{pictures: append([][]byte{copied}, around(shown, i+len(shown)/2, pictures-1)...), title: l.title + ", new with tags, free shipping", right: rights[r.name]})
	}
	return offers
}

// photosOf are photographs of scenes.
func photosOf(t *testing.T, of []scene, seed uint64) [][]byte {
	t.Helper()
	var all [][]byte
	for i, s := range of {
		all = append(all, photograph(t, s.image, small, seed+uint64(i)))
	}
	return all
}

// around are n pictures from the i-th on, with the first after the last.
func around(pictures [][]byte, i, n int) [][]byte {
	var out [][]byte
	for k := range n {
		out = append(out, pictures[(i+k)%len(pictures)])
	}
	return out
}

// market is sellers' photos of the training folder: some to be registered and others to be offered, no two of them nearly equal.
func market(t *testing.T, shown, offered int) (references, listings []scene) {
	t.Helper()
	groups := map[string]bool{}
	for _, s := range snapshots(t) {
		if groups[s.group] || len(references) == shown && len(listings) == offered {
			continue
		}
		groups[s.group] = true
		data, err := os.ReadFile(s.path)
		must(t, err)
		p, err := photo.Decode(data, photo.Limits{Target: small.Y})
		must(t, err)
		of := scene{name: s.path, image: photo.RGB(p.Image)}
		if len(references) < shown && (len(groups)%2 == 0 || len(listings) == offered) {
			references = append(references, of)
		} else {
			listings = append(listings, of)
		}
	}
	if len(references) < shown || len(listings) < offered {
		t.Fatalf("%d photos to register and %d to offer, want %d and %d", len(references), len(listings), shown, offered)
	}
	return references, listings
}

// marketOffers are listings of photos, with titles of the demo catalogue: one in baseRate shows what is registered, first.
func marketOffers(t *testing.T, references, listings, titles []scene, rights map[string]string, pictures int) []offer {
	t.Helper()
	shown := photosOf(t, listings, 3000)
	var offers []offer
	for i := range listings {
		o := offer{title: titles[i%len(titles)].title, pictures: around(shown, i, pictures)}
		if i%baseRate == baseRate/2 {
			r := references[i%len(references)]
			o.right, o.pictures[0] = rights[r.name], photograph(t, r.image, small, uint64(3000+i))
		}
		offers = append(offers, o)
	}
	return offers
}

// arm is the sum of one arm's rounds.
type arm struct {
	listings int
	cpu      time.Duration
}

func (a *arm) add(n int, cpu time.Duration) { a.listings, a.cpu = a.listings+n, a.cpu+cpu }

// rate is listings a second of processor time.
func (a *arm) rate() float64 { return float64(a.listings) / a.cpu.Seconds() }

// compare has the three arms take turns at each number of clients.
func (s *service) compare(t *testing.T, b *bare, pack *models.Pack, mix string, pictures int) {
	t.Helper()
	rates := figures.table(fmt.Sprintf("Listings a second of processor time: pictures of 0.2 megapixels (%d) and a title, %s, %d references, pack %s %s",
		pictures, mix, registered, pack.Manifest().Name, pack.Manifest().Version),
		"clients", "service", "decode + models", "ratio", "decode + resize + models", "ratio", "service ms CPU")
	rates.note("service: POST /v1/score (multipart) of the real program. It also searches, judges, writes the report and the picture to disk, and answers.")
	rates.note("Listings ask for the profile fast, whose model runs are the same for each of them; by default the service looks closer at what that finds suspicious.")
	rates.note("The others are loops without a service on as many cores, with the same runs of the same models, a picture at a time: the first decodes")
	rates.note("each JPEG to RGB pixels and runs on pictures made ready beforehand; the second makes the model's input of each, as the service")
	rates.note("does, from the JPEG's planes, without pixels at full size on the way. It can therefore be the faster of the two.")
	times := figures.table("Latency and memory of the same requests", "clients", "p50 ms", "p95 ms", "p99 ms", "listings/s", "allocations", "kB allocated")
	times.note("Allocations and bytes are of the service's Go heap, a request; the client's processor time is not counted, but its core is shared.")
	for _, clients := range counts(t, *clientsList) {
		var served, strict, prepared arm
		all, wall := latencies(), time.Duration(0)
		s.round(t, b, clients, perRound/4) // warm
		before, err := s.metrics(t.Context())
		must(t, err)
		for range *rounds {
			begin := time.Now()
			h, cpu := s.round(t, b, clients, perRound)
			wall += time.Since(begin)
			all.Merge(h)
			served.add(perRound, cpu)
			strict.add(perRound, b.run(t, perRound, false))
			prepared.add(perRound, b.run(t, perRound, true))
		}
		after, err := s.metrics(t.Context())
		must(t, err)
		rates.add(clients, served.rate(), strict.rate(), served.rate()/strict.rate(), prepared.rate(), served.rate()/prepared.rate(), 1000/served.rate())
		each := func(name string) float64 { return (after[name] - before[name]) / float64(served.listings) }
		times.add(clients, milliseconds(all, 50), milliseconds(all, 95), milliseconds(all, 99), float64(served.listings)/wall.Seconds(),
			each("go_memstats_mallocs_total"), each("go_memstats_alloc_bytes_total")/1000)
	}
}

// round sends n offers by some clients, checks the answers, and gives latencies and the service's processor time.
func (s *service) round(t *testing.T, b *bare, clients, n int) (*hdrhistogram.Histogram, time.Duration) {
	t.Helper()
	before, err := usageOf(s.pids()...)
	must(t, err)
	h, err := flood(t.Context(), clients, n, func(ctx context.Context, i int) error { return s.offer(ctx, b.offers[i%len(b.offers)]) })
	must(t, err)
	after, err := usageOf(s.pids()...)
	must(t, err)
	return h, after.cpu - before.cpu
}

// offer sends one listing and holds the answer to what is known of it.
func (s *service) offer(ctx context.Context, o offer) error {
	pictures := make([][]byte, len(o.pictures))
	for i, p := range o.pictures {
		var err error
		if pictures[i], err = tagged(p, s.tags.Add(1)); err != nil {
			return err
		}
	}
	contentType, body, err := form("listing", map[string]string{"title": o.title, "profile": "fast"}, pictures...)
	if err != nil {
		return err
	}
	status, _, answer, err := s.send(ctx, "POST", "/v1/score", contentType, body)
	if err != nil {
		return err
	}
	got, err := parseScored(status, answer)
	if err != nil {
		return err
	}
	return o.check(got)
}

// check says what is wrong with the answer to an offer.
func (o offer) check(s scored) error {
	r := s.Report
	for _, signal := range []string{detect.SignalNearCopy, detect.SignalKeywordMisuse} { // others need what these listings lack, as a price
		if !slices.Contains(r.Checked, signal) {
			return fmt.Errorf("checked %v, not %v: want %s among what was checked", r.Checked, r.Unchecked, signal)
		}
	}
	if len(r.Pictures) != len(o.pictures) || r.Pictures[0].Width != small.X {
		return fmt.Errorf("pictures %v: want the %d that were sent", r.Pictures, len(o.pictures))
	}
	if o.right == "" {
		return nil
	}
	for _, f := range r.Findings { // by score within a signal; later pictures may be like others that are registered
		if f.Signal != detect.SignalNearCopy || f.Picture == nil || f.Picture.Index > 0 {
			continue
		}
		if f.Right != o.right {
			return fmt.Errorf("a copy of right %s was taken for one of %s (score %.3f)", o.right, f.Right, f.Score)
		}
		return nil
	}
	return fmt.Errorf("a copy of right %s was not found", o.right)
}

// counts are the numbers of a list that a comparison is made with.
func counts(t *testing.T, list string) []int {
	t.Helper()
	var all []int
	for field := range strings.SplitSeq(list, ",") {
		n, err := strconv.Atoi(field)
		must(t, err)
		if n < 1 {
			t.Fatalf("%q: want numbers from 1 on, with commas between", list)
		}
		all = append(all, n)
	}
	return all
}
