package simulate

import (
	"fmt"
	"hash/fnv"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"touchstone/internal/simulate/picture"
)

// Market is the marketplace that everything happens on.
const Market = "fairground"

// A World is what is drawn before the month begins: rights and who sells. The same parameters and seed give the same world.
type World struct {
	P       Params
	Seed    uint64
	Rights  []*Right
	Abusive map[int]bool // holders who complain of their competitors
	sellers sellers
	album   *album
	serial  int
}

// sellers by what they are; a seller's name does not tell.
type sellers struct {
	honest, copyists []string
	authorised       map[int][]string // by holder
	ringOf           map[string]int   // copyists of one hand
}

// source is a random source of its own for each purpose, so that a change of one leaves the others as they are.
func (w *World) source(purpose string, n ...int) *rand.Rand {
	h := fnv.New64a()
	fmt.Fprint(h, purpose, n)
	return rand.New(rand.NewPCG(w.Seed, h.Sum64()))
}

// NewWorld draws a world. photos may be nil: all pictures are drawn.
func NewWorld(p Params, seed uint64, photos *Photos) *World {
	w := &World{P: p.Scaled(), Seed: seed, Abusive: map[int]bool{}}
	w.album = newAlbum(w, photos)
	for h := range w.P.Holders.Count {
		w.holder(h)
	}
	w.drawSellers()
	return w
}

// holder registers a word, a sign, a product and a picture, and sometimes a right that nothing can rest on.
func (w *World) holder(h int) {
	r := w.source("holder", h)
	mark := newName(r)
	add := func(kind, state string) {
		shape := r.IntN(picture.Shapes())
		right := &Right{No: len(w.Rights), Holder: h, Kind: kind, State: state, Nice: goodsOf[picture.ShapeName(shape)].nice,
			look: look{name: mark, good: picture.NewDesign(r, shape), sign: picture.NewSign(r)}}
		if state != "verified" {
			right.look.name = newName(r)
		}
		w.Rights = append(w.Rights, right)
	}
	for _, kind := range Kinds() {
		add(kind, "verified")
	}
	for _, bad := range []struct {
		state string
		share float64
	}{{"pending", w.P.Holders.Pending}, {"expired", w.P.Holders.Expired}, {"foreign", w.P.Holders.Foreign}} {
		if r.Float64() < bad.share || h == 0 && bad.share > 0 { // at least one, so that notices can rest on it
			add(Kinds()[r.IntN(len(Kinds()))], bad.state)
		}
	}
	w.Abusive[h] = h > 0 && r.Float64() < w.P.Holders.Abusive
}

func (w *World) drawSellers() {
	r := w.source("sellers")
	names := r.Perm(w.P.Sellers.Honest + w.P.Sellers.Copyists + w.P.Holders.Count*w.P.Sellers.Authorised)
	take := func(n int) []string {
		var out []string
		for _, i := range names[:n] {
			out = append(out, fmt.Sprintf("store-%06d", i))
		}
		names = names[n:]
		return out
	}
	w.sellers = sellers{honest: take(w.P.Sellers.Honest), copyists: take(w.P.Sellers.Copyists), authorised: map[int][]string{}, ringOf: map[string]int{}}
	for h := range w.P.Holders.Count {
		w.sellers.authorised[h] = take(w.P.Sellers.Authorised)
	}
	next := 0
	for ring := range w.P.Sellers.Rings {
		low, high := w.P.Sellers.RingSize[0], w.P.Sellers.RingSize[1]
		for range low + r.IntN(high-low+1) {
			if next < len(w.sellers.copyists) {
				w.sellers.ringOf[w.sellers.copyists[next]] = ring
				next++
			}
		}
	}
}

// pick draws a name by its weight.
func pick(r *rand.Rand, weights map[string]float64) string {
	sum := 0.0
	names := slices.Sorted(maps.Keys(weights))
	for _, n := range names {
		sum += weights[n]
	}
	at := r.Float64() * sum
	for _, n := range names {
		if at -= weights[n]; at < 0 && weights[n] > 0 {
			return n
		}
	}
	return names[len(names)-1]
}

func one[T any](r *rand.Rand, list []T) T { return list[r.IntN(len(list))] }

// rightsOf are the rights of a kind ("" any) in a state.
func (w *World) rightsOf(kind, state string) []*Right {
	var out []*Right
	for _, r := range w.Rights {
		if (kind == "" || r.Kind == kind) && r.State == state {
			out = append(out, r)
		}
	}
	return out
}

// listing is the frame of every listing.
func (w *World) listing(r *rand.Rand, seller string, at time.Time) *Listing {
	w.serial++
	return &Listing{no: w.serial, ID: fmt.Sprintf("it-%07d", w.serial), Seller: seller, Kind: kindHonest, PutUp: at, Price: math.Round(500+9500*r.Float64()) / 100}
}

// infringing draws a copyist's listing that infringes a right.
func (w *World) infringing(r *rand.Rand, right *Right, seller string, at time.Time) *Listing {
	l := w.listing(r, seller, at)
	l.Right, l.Kind = right, right.Kind
	script, shape := one(r, w.P.Holders.Scripts), picture.ShapeName(right.look.good.Shape)
	word := ""
	variant := r.IntN(w.P.Listings.Copies)
	if ring, ok := w.sellers.ringOf[seller]; ok { // the stores of a hand have their pictures from one source
		variant = w.P.Listings.Copies + ring*ringCopies + r.IntN(ringCopies)
	}
	switch right.Kind {
	case kindKeyword:
		l.Evasion = pick(r, w.P.Evasions.Keyword)
		word, _ = hide(r, l.Evasion, right.look.name, script) // Validate knows the ways
		l.picture = w.album.stock(r, shape)
	default:
		l.picture = pictureKey{what: right.Kind, right: right.No, n: variant}
		l.Evasion = w.album.evasion(l.picture)
	}
	l.Title, l.Goods = title(r, script, shape, word), goodsOf[shape].nice
	return l
}

// ringCopies is how many pictures of each right a hand's source has.
const ringCopies = 2

// pool are the pictures that the source of a hand shows: copies of what its stores sell.
func (w *World) pool(hand string) []pictureKey {
	var out []pictureKey
	for ring := range w.P.Sellers.Rings {
		if handOf(ring) != hand {
			continue
		}
		for _, right := range w.rightsOf("", "verified") {
			for i := range ringCopies {
				if right.Kind != kindKeyword {
					out = append(out, pictureKey{what: right.Kind, right: right.No, n: w.P.Listings.Copies + ring*ringCopies + i})
				}
			}
		}
	}
	return out
}

// handOf names the hand behind a ring.
func handOf(ring int) string { return fmt.Sprint("hand-", ring) }

// honest draws a listing that infringes nothing. like is what it is taken for: a way of Ways with a right, or "" for nothing.
func (w *World) honest(r *rand.Rand, like string, right *Right, at time.Time) *Listing {
	l := w.listing(r, one(r, w.sellers.honest), at)
	script, shape := one(r, w.P.Holders.Scripts), r.IntN(picture.Shapes())
	if right != nil {
		shape = right.look.good.Shape
	}
	l.Right, l.Like = right, like
	kind, word := picture.ShapeName(shape), ""
	l.picture = w.album.stock(r, kind)
	switch like {
	case wayDiffers:
		if right.Kind == kindLogo {
			l.picture = pictureKey{what: "other_sign", right: right.No, n: r.IntN(w.P.Listings.Copies)}
		} else {
			word = right.look.name.near(r)[script]
		}
	case wayDescriptive:
		word = fmt.Sprintf(fits[script], right.look.name[script])
	case wayAuthorised:
		if sellers := w.sellers.authorised[right.Holder]; len(sellers) > 0 { // the file may have none
			l.Seller = one(r, sellers)
		}
		word = right.look.name[script]
		if right.Kind != kindKeyword {
			l.picture = pictureKey{what: "genuine", right: right.No, n: r.IntN(2)}
		}
	case wayGoods:
		word = right.look.name[script]
		for goodsOf[kind].nice == right.Nice {
			kind = picture.ShapeName(r.IntN(picture.Shapes()))
		}
		l.picture = w.album.stock(r, kind)
	}
	l.Title, l.Goods = title(r, script, kind, word), goodsOf[kind].nice
	return l
}
