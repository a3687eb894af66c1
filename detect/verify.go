package detect

import (
	"context"

	"touchstone/detect/keypoint"
)

// LocalFeatures gives the keypoints of a registered picture by the SHA-256 of its bytes. An error says why they cannot be had:
// the picture may have been deleted a moment ago. It is safe for concurrent use.
type LocalFeatures interface {
	Local(ctx context.Context, picture string) (*keypoint.Set, error)
}

// A verifier is a signal that looks at its best candidates again before they are judged.
type verifier interface {
	verify(ctx context.Context, p *proposals, facts Facts, see *views) error
}

// views are a listing's pictures as geometry sees them, each made once when it is first looked at.
type views struct {
	pictures []Picture
	local    LocalFeatures
	made     map[int]*keypoint.View
	checks   map[pair]*check // by the hash of the other picture, which several signals may ask for
}

func newViews(pictures []Picture, local LocalFeatures) *views {
	return &views{pictures, local, map[int]*keypoint.View{}, map[pair]*check{}}
}

// examine checks a picture of the listing against a registered or removed one.
func (v *views) examine(ctx context.Context, picture int, other string) (*check, error) {
	if c := v.checks[pair{picture, other}]; c != nil {
		return c, nil
	}
	if v.made[picture] == nil {
		v.made[picture] = keypoint.OfListing(v.pictures[picture].Photo.Image)
	}
	c, err := examine(ctx, v.made[picture], other, v.local)
	if err == nil {
		v.checks[pair{picture, other}] = c
	}
	return c, err
}

func (v *views) release() {
	for _, view := range v.made {
		view.Release()
	}
}

// Verify looks at the candidates again, detail by detail, and notes in them what it finds; Assess judges with it. It needs the
// facts, since rights out of scope and authorised sellers are not worth the work. It fails only when ctx ends.
func (d *Detector) Verify(ctx context.Context, l Listing, c *Candidates, facts Facts) error {
	if d.local == nil {
		return nil
	}
	see := newViews(l.Pictures, d.local)
	defer see.release()
	for i, s := range d.signals {
		v, ok := s.(verifier)
		if !ok || c.bySignal[i] == nil {
			continue
		}
		if err := v.verify(ctx, c.bySignal[i], facts, see); err != nil {
			return err
		}
	}
	return d.verifyRemoved(ctx, c, facts, see)
}

// pair is a listing picture and a reference.
type pair struct {
	picture   int
	reference string
}

// A check is what geometry says about a pair.
type check struct {
	problem   string // why it could not be looked at; the rest is then zero
	placement keypoint.Placement
	agreement keypoint.Agreement
	lookup    keypoint.Lookup
	listing   [2]int // sizes of the working pictures
	reference [2]int
}

// leastPoints is how many details a picture must show to be compared: with fewer, that nothing fits says nothing.
const leastPoints = 12

// examine checks one pair. What keeps a single pair from being checked is noted, so that it never fails the listing.
func examine(ctx context.Context, v *keypoint.View, picture string, local LocalFeatures) (*check, error) {
	switch {
	case picture == "":
		return &check{problem: "The registered picture is no longer there."}, nil
	case len(v.Points) < leastPoints:
		return &check{problem: "The listing's picture shows too little detail to compare."}, nil
	}
	set, err := local.Local(ctx, picture)
	if err != nil {
		return &check{problem: "The registered picture could not be read again."}, ctx.Err()
	}
	if len(set.Points) < leastPoints {
		return &check{problem: "The registered picture shows too little detail to compare."}, nil
	}
	c := &check{listing: [2]int{v.Width, v.Height}, reference: [2]int{set.Width, set.Height}}
	c.placement = keypoint.Place(set, v)
	if c.placement.Inliers >= leastInliers {
		c.placement, c.agreement = keypoint.Compare(set, v, c.placement)
		c.lookup = keypoint.LookUp(set, v, c.placement)
	}
	return c, nil
}
