package index

import (
	"context"
	"errors"
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var space3 = Space{Pack: "p", Version: "1", Output: "copy", Dimension: 3, Metric: Cosine}

// A fake is a driver whose calls are functions; one that is not set panics when it is called.
type fake struct {
	Driver
	resolve func(target string) (Collection, error)
	search  func(Collection, Query) ([][]Hit, error)
	each    func(Collection, func(Point) error) error
	upsert  func(Collection, []Point) error
	closes  int
	closed  func() error
}

func (f *fake) Resolve(_ context.Context, target string) (Collection, error) {
	return f.resolve(target)
}

func (f *fake) Search(_ context.Context, c Collection, q Query) ([][]Hit, error) {
	return f.search(c, q)
}

func (f *fake) Each(_ context.Context, c Collection, _ []string, fn func(Point) error) error {
	return f.each(c, fn)
}

func (f *fake) Upsert(_ context.Context, c Collection, points []Point) error {
	return f.upsert(c, points)
}

func (f *fake) Close() error { f.closes++; return f.closed() }

func gone(c Collection) error { return fmt.Errorf("%w: %s", ErrNotFound, c.Name) }

// moving is an alias that leads to old when it is first looked at and to new from then on.
func moving() func(string) (Collection, error) {
	looks := 0
	return func(string) (Collection, error) {
		if looks++; looks == 1 {
			return Collection{"old", space3}, nil
		}
		return Collection{"new", space3}, nil
	}
}

// TestCutover: a call that meets a dropped collection behind a moved alias goes on to where the alias leads now.
func TestCutover(t *testing.T) {
	hits := [][]Hit{{{ID: "x"}}}
	f := &fake{resolve: moving(), search: func(c Collection, _ Query) ([][]Hit, error) {
		if c.Name == "old" {
			return nil, gone(c)
		}
		return hits, nil
	}}
	q := Query{Space: space3, Vectors: [][]float32{{1, 0, 0}}, Limit: 1}
	got, err := New(f).Search(t.Context(), "live", q)
	if diff := cmp.Diff(hits, got); err != nil || diff != "" {
		t.Errorf("Search: %v (-want +got):\n%s", err, diff)
	}
	// with nowhere else to go the error stays
	f.resolve = func(string) (Collection, error) { return Collection{"old", space3}, nil }
	if _, err := New(f).Search(t.Context(), "live", q); !errors.Is(err, ErrNotFound) {
		t.Errorf("Search of what is gone: %v, want ErrNotFound", err)
	}
	// and the new collection's space is looked at as well
	first := moving()
	f.resolve = func(target string) (Collection, error) {
		c, err := first(target)
		if c.Name == "new" {
			c.Space.Version = "2"
		}
		return c, err
	}
	if _, err := New(f).Search(t.Context(), "live", q); !errors.Is(err, ErrSpace) {
		t.Errorf("Search after a move to another space: %v, want ErrSpace", err)
	}
}

// TestEachOnce: Each begins again on the new collection only while nothing was seen of the old one.
func TestEachOnce(t *testing.T) {
	for _, test := range []struct {
		name string
		old  int // points that the old collection gives before it is gone
		seen []string
		err  error
	}{
		{"nothing seen", 0, []string{"new0"}, nil},
		{"one seen", 1, []string{"old0"}, ErrNotFound},
	} {
		f := &fake{resolve: moving(), each: func(c Collection, fn func(Point) error) error {
			n := 1
			if c.Name == "old" {
				n = test.old
			}
			for i := range n {
				if err := fn(Point{ID: fmt.Sprint(c.Name, i)}); err != nil {
					return err
				}
			}
			if c.Name == "old" {
				return gone(c)
			}
			return nil
		}}
		var seen []string
		err := New(f).Each(t.Context(), "live", func(p Point) error { seen = append(seen, p.ID); return nil })
		if diff := cmp.Diff(test.seen, seen); !errors.Is(err, test.err) || diff != "" {
			t.Errorf("%s: %v (-want +got):\n%s", test.name, err, diff)
		}
	}
}

// TestCloseWaits: Close lets calls under way finish, and closes the driver once.
func TestCloseWaits(t *testing.T) {
	broken := errors.New("broken")
	begun, finish := make(chan bool), make(chan bool)
	running := false
	f := &fake{resolve: moving()}
	f.search = func(Collection, Query) ([][]Hit, error) {
		running = true
		close(begun)
		<-finish
		running = false
		return nil, nil
	}
	f.closed = func() error {
		if running {
			t.Error("closed under a call")
		}
		return broken
	}
	x := New(f)
	searched := make(chan error)
	go func() {
		_, err := x.Search(t.Context(), "live", Query{Space: space3, Vectors: [][]float32{{1, 0, 0}}, Limit: 1})
		searched <- err
	}()
	<-begun
	closed := make(chan error)
	for range 2 {
		go func() { closed <- x.Close() }()
	}
	for { // until Close has begun
		if err := x.begin(t.Context()); errors.Is(err, ErrClosed) {
			break
		}
		x.running.Done()
	}
	close(finish)
	if err := <-searched; err != nil {
		t.Error(err)
	}
	for range 2 {
		if err := <-closed; !errors.Is(err, broken) {
			t.Errorf("Close: %v, want what the driver said", err)
		}
	}
	if f.closes != 1 {
		t.Errorf("the driver was closed %d times", f.closes)
	}
}

// TestUpsertHandsOver: what reaches the driver is checked, at unit length, in UTC and not the caller's.
func TestUpsertHandsOver(t *testing.T) {
	var got []Point
	f := &fake{resolve: moving(), upsert: func(_ Collection, points []Point) error { got = points; return nil }}
	in := []Point{{ID: "x", Vectors: [][]float32{{3, 0, 4}}, Payload: Payload{Territories: []string{"DE"}, From: time.Unix(5, 0).In(time.FixedZone("", 3600))}}}
	if err := New(f).Upsert(t.Context(), "live", space3, in); err != nil {
		t.Fatal(err)
	}
	in[0].Vectors[0][0], in[0].Payload.Territories[0] = 9, "XX"
	want := []Point{{ID: "x", Vectors: [][]float32{{.6, 0, .8}}, Payload: Payload{Territories: []string{"DE"}, From: time.Unix(5, 0).UTC()}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got[0].Payload.From.Location() != time.UTC {
		t.Error("the time is not in UTC")
	}
}

// TestUnitLength: whatever the size of the numbers, the length is 1 to within float32, and a second time changes no bit.
func TestUnitLength(t *testing.T) {
	for _, v := range [][]float32{
		{1, 2, 3}, {1e-45, 0, 0}, {math.MaxFloat32, math.MaxFloat32, -math.MaxFloat32}, {1e-30, 1e30, 1}, {.1, .1, .1}, {.57735026, .57735026, .57735026},
	} {
		once, fault := cleanVector(Cosine, v)
		if fault != "" {
			t.Fatalf("%v: %s", v, fault)
		}
		var square float64
		for _, x := range once {
			square += float64(x) * float64(x)
		}
		if math.Abs(square-1) > 1e-6 {
			t.Errorf("%v became %v of squared length %v", v, once, square)
		}
		if twice, _ := cleanVector(Cosine, once); !cmp.Equal(once, twice) {
			t.Errorf("%v became %v and then %v", v, once, twice)
		}
	}
}

func TestFilterMatches(t *testing.T) {
	day := func(n int) time.Time { return time.Date(2026, 1, n, 0, 0, 0, 0, time.UTC) }
	german := Payload{Right: "r", Kind: "logo", Holder: "h", Territories: []string{"DE", "AT"}, Active: true, From: day(10), Until: day(20)}
	for _, test := range []struct {
		name    string
		filter  Filter
		payload Payload
		want    bool
	}{
		{"empty filter, empty payload", Filter{}, Payload{}, true},
		{"empty filter", Filter{}, german, true},
		{"right", Filter{Rights: []string{"q", "r"}}, german, true},
		{"other right", Filter{Rights: []string{"q"}}, german, false},
		{"no right", Filter{Rights: []string{"q"}}, Payload{}, false},
		{"kind", Filter{Kinds: []string{"word"}}, german, false},
		{"holder", Filter{Holders: []string{"h"}}, german, true},
		{"all but the holder", Filter{Rights: []string{"r"}, Kinds: []string{"logo"}, Holders: []string{"g"}}, german, false},
		{"territory", Filter{Territories: []string{"FR", "AT"}}, german, true},
		{"other territory", Filter{Territories: []string{"FR"}}, german, false},
		{"worldwide", Filter{Territories: []string{"FR"}}, Payload{}, true},
		{"case matters", Filter{Territories: []string{"de"}}, german, false},
		{"active", Filter{ActiveOnly: true}, german, true},
		{"not active", Filter{ActiveOnly: true}, Payload{}, false},
		{"before", Filter{At: day(9)}, german, false},
		{"first moment", Filter{At: day(10)}, german, true},
		{"last moment", Filter{At: day(20).Add(-1)}, german, true},
		{"after", Filter{At: day(20)}, german, false},
		{"always in force", Filter{At: day(20)}, Payload{}, true},
		{"from on", Filter{At: day(20)}, Payload{From: day(10)}, true},
		{"not yet", Filter{At: day(9)}, Payload{From: day(10)}, false},
		{"no more", Filter{At: day(9)}, Payload{Until: day(9)}, false},
	} {
		if got := test.filter.Matches(test.payload); got != test.want {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
	}
}

// FuzzName: a name is accepted just when it is one of the documentation's, so that engines may put it into addresses.
func FuzzName(f *testing.F) {
	for _, seed := range []string{"copy@1.0", "", "a/b", "é", "..", "A", "a\x00"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, name string) {
		want := len(name) >= 1 && len(name) <= 128
		for _, c := range []byte(name) {
			switch {
			case c >= 'a' && c <= 'z', c >= '0' && c <= '9', c == '.', c == '_', c == '@', c == '-':
			default:
				want = false
			}
		}
		err := checkName("the collection", name)
		if (err == nil) != want || (err != nil && !errors.Is(err, ErrInvalid)) {
			t.Errorf("%q: %v, want accepted: %v", name, err, want)
		}
	})
}
