package listings

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"touchstone/detect"
	"touchstone/internal/casework"
)

// NearCosine is the cosine of two whole pictures' vectors from which they are the same picture saved again. Measured with
// touchstone-base: docs/adr/0014-clusters-of-listings.md.
const NearCosine = 0.97

// Common is how many listings may show a picture before it is common and no longer ties them together: a stock photograph says
// nothing about who is behind an offer, and one decision must not cover hundreds of strangers.
const Common = 100

// Bands of a vector's signs by which pictures that may be near each other are found (random hyperplanes: Charikar, "Similarity
// Estimation Techniques from Rounding Algorithms", STOC 2002; the planes are the axes of the embedding).
const (
	bandBits = 16
	mostBand = 6
)

// A Cluster is listings that show the same pictures, directly or by way of others. Its ID stays when listings come and go; where
// two clusters meet, the older one's stays.
type Cluster struct {
	ID       string
	Size     int // listings, of all accounts
	Pictures []SharedPicture
	Members  []Listing
}

// A SharedPicture is a stored picture and how many kept listings show exactly this file, counted to one more than Common.
type SharedPicture struct {
	Hash     string
	Listings int
}

// A ClusterStore keeps which listings belong together.
type ClusterStore interface {
	// SameFile lists other entries that show exactly a picture, by ID, up to a limit.
	SameFile(ctx context.Context, id, hash string, limit int) ([]string, error)
	// SaveBands keeps the bands of entries' pictures by position, in place of what each had. All of them or none.
	SaveBands(ctx context.Context, bands map[string]map[int][]int) error
	// NearBands lists pictures of other entries that have one of the bands, as IDs of points, up to a limit a band.
	NearBands(ctx context.Context, id string, bands []int, limit int) ([]string, error)
	// ShownBy gives what those entries that are there show: the hash of each picture by position, "" for one that could not be read.
	ShownBy(ctx context.Context, ids []string) (map[string][]string, error)
	// PictureClusters gives the clusters of entries that show exactly one of some pictures, with those pictures.
	PictureClusters(ctx context.Context, hashes []string) (map[string][]string, error)
	// JoinClusters makes each join one cluster, in turn. All of them or none.
	JoinClusters(ctx context.Context, joins []Join) error
	// Cluster pages through the cluster of an entry: members in the order of their IDs from behind after, of one account or, when
	// that is empty, of all. An entry that shares nothing is alone, in a cluster without an ID.
	Cluster(ctx context.Context, id, account, after string, limit int) (Cluster, error)
	// ClusterMembers pages through a cluster by its own ID: listings in the order of their IDs from behind after.
	ClusterMembers(ctx context.Context, cluster, after string, limit int) ([]Listing, error)
}

// A Join puts an entry and others into one cluster: the oldest that any of them is in, or Fresh when none is in any.
type Join struct {
	ID     string
	Others []string
	Fresh  string
}

// Bands are the signs of a vector in groups of bandBits, each with its number in front. Vectors of nearly the same direction
// share most of them.
func Bands(v []float32) []int {
	var out []int
	for band := range min(mostBand, len(v)/bandBits) {
		signs := 0
		for i, x := range v[band*bandBits : (band+1)*bandBits] {
			if x > 0 {
				signs |= 1 << i
			}
		}
		out = append(out, band<<bandBits|signs)
	}
	return out
}

// cluster joins entries that were just indexed with those that show the same pictures.
func (k *Keeper) cluster(ctx context.Context, batch []entry) error {
	if k.Clusters == nil {
		return nil
	}
	bands := map[string]map[int][]int{}
	for _, e := range batch {
		bands[e.ID] = map[int][]int{}
		for i, position := range e.seen.Pictures {
			bands[e.ID][position] = Bands(e.whole(i))
		}
	}
	if err := k.Clusters.SaveBands(ctx, bands); err != nil { // first, so that a batch finds itself
		return err
	}
	var joins []Join
	var shown []Shown
	for _, e := range batch {
		others, pictures, err := k.alike(ctx, e, bands[e.ID])
		if err != nil {
			return err
		}
		if len(others) > 0 {
			joins = append(joins, Join{e.ID, others, casework.NewID("cls")})
		}
		shown = append(shown, Shown{e.Listing, pictures})
	}
	if len(joins) > 0 {
		if err := k.Clusters.JoinClusters(ctx, joins); err != nil {
			return err
		}
	}
	if k.Watch == nil {
		return nil
	}
	return k.Watch(ctx, shown)
}

// Shown is a listing that was just indexed, with what is known of its pictures.
type Shown struct {
	Listing  Listing
	Pictures []ShownPicture // those that could be read
}

// A ShownPicture is a picture of a listing: its file, the files of other listings that are nearly the same (looked up where the listing
// has a seller: who they belong to together is asked of sellers alone), and whether so many show it that it says nothing.
type ShownPicture struct {
	Hash   string
	Near   []string
	Common bool
}

// whole is the vector of a whole picture, as the entry's i-th that could be read.
func (e entry) whole(i int) []float32 {
	if vectors := e.seen.Vectors[detect.OutputCopy]; i < len(vectors) && len(vectors[i]) > 0 {
		return vectors[i][0]
	}
	return nil
}

// alike lists the entries that show a picture of an entry's which is not common, and what is known of each picture.
func (k *Keeper) alike(ctx context.Context, e entry, bands map[int][]int) (others []string, pictures []ShownPicture, err error) {
	for i, position := range e.seen.Pictures {
		p := ShownPicture{Hash: e.Pictures[position]}
		found, err := k.Clusters.SameFile(ctx, e.ID, p.Hash, Common)
		if err == nil && len(found) == 0 { // those with the file have been held against all others already
			var points []string
			if points, err = k.near(ctx, e.ID, e.whole(i), bands[position]); err == nil {
				found = entries(points)
				if k.Watch != nil && e.Seller != "" {
					p.Near, err = k.files(ctx, points)
				}
			}
		}
		if err != nil {
			return nil, nil, err
		}
		if p.Common = len(found) >= Common; !p.Common {
			others = append(others, found...)
		}
		pictures = append(pictures, p)
	}
	slices.Sort(others)
	return slices.Compact(others), pictures, nil
}

// near lists the pictures of others, as IDs of points, whose whole vector is nearly the same.
func (k *Keeper) near(ctx context.Context, id string, whole []float32, bands []int) ([]string, error) {
	if len(bands) == 0 {
		return nil, nil
	}
	ids, err := k.Clusters.NearBands(ctx, id, bands, Common)
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	points, err := k.Index.Get(ctx, detect.ListingsAlias(detect.OutputCopy), ids)
	if err != nil {
		return nil, err
	}
	var near []string
	for _, p := range points {
		if cosine(whole, p.Vectors[0]) >= NearCosine {
			near = append(near, p.ID)
		}
	}
	slices.Sort(near)
	return near, nil
}

// entries are those of points.
func entries(points []string) []string {
	var out []string
	for _, p := range points {
		entry, _, _ := strings.Cut(p, "#")
		out = append(out, entry)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// filesAtMost bounds how many near pictures' files are looked up: one that has a name is enough.
const filesAtMost = 8

// files are those of points, of entries that are still there.
func (k *Keeper) files(ctx context.Context, points []string) ([]string, error) {
	if len(points) == 0 {
		return nil, nil
	}
	points = points[:min(filesAtMost, len(points))]
	shown, err := k.Clusters.ShownBy(ctx, entries(points))
	if err != nil {
		return nil, err
	}
	var out []string
	for _, p := range points {
		entry, position, _ := strings.Cut(p, "#")
		pictures := shown[entry]
		if i, err := strconv.Atoi(position); err == nil && i >= 0 && i < len(pictures) && pictures[i] != "" {
			out = append(out, pictures[i])
		}
	}
	return out, nil
}

// cosine of two vectors of unit length.
func cosine(a, b []float32) float64 {
	sum := 0.0
	for i := range min(len(a), len(b)) {
		sum += float64(a[i]) * float64(b[i])
	}
	return sum
}
