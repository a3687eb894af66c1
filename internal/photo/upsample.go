package photo

// triangle spreads a plane that was subsampled by two in one or both directions back to full size
// with the filter of libjpeg and libwebp ("fancy upsampling"): each output sample mixes its
// nearest source sample and the next nearest 3 to 1. Pictures then read as they do in browsers and
// in the Python that models are trained with.
type triangle struct {
	src        plane
	subW, subH int
	sums       []uint16 // a source row mixed with its vertical neighbour, times 4 if subH is 2
	out        []byte
}

// newTriangle prepares rows from src, which is subsampled by subW x subH, each 1 or 2.
func newTriangle(src plane, subW, subH int) *triangle {
	return &triangle{src: src, subW: subW, subH: subH, sums: make([]uint16, src.w), out: make([]byte, src.w*subW)}
}

// row is the full-size row y, valid until the next call.
func (t *triangle) row(y int) []byte {
	one := t.mix(y)
	if t.subW == 2 {
		t.widen(one)
		return t.out
	}
	// Alternating rounding, as in the horizontal case, keeps the mean.
	bias := uint16(1 + y&1)
	for i, v := range t.sums {
		t.out[i] = byte((v + bias) >> 2)
	}
	return t.out
}

// mix fills sums with the source samples for row y and returns what a weight of one is there.
func (t *triangle) mix(y int) (one uint32) {
	near := t.samples(y / t.subH)
	if t.subH == 1 {
		for i, v := range near {
			t.sums[i] = uint16(v)
		}
		return 1
	}
	far := t.samples(min(max(y/2-1+2*(y&1), 0), t.src.h-1))
	for i, v := range near {
		t.sums[i] = 3*uint16(v) + uint16(far[i])
	}
	return 4
}

func (t *triangle) samples(y int) []byte { return t.src.pix[y*t.src.stride:][:t.src.w] }

// widen doubles sums horizontally into out. Rounding goes up on one side and down on the other.
func (t *triangle) widen(one uint32) {
	left, right, shift := uint32(1), uint32(2), 2
	if one == 4 {
		left, right, shift = 8, 7, 4
	}
	before := uint32(t.sums[0])
	for i, v := range t.sums {
		this, after := uint32(v), uint32(v)
		if i+1 < len(t.sums) {
			after = uint32(t.sums[i+1])
		}
		d := t.out[2*i : 2*i+2 : 2*i+2]
		d[0] = byte((3*this + before + left) >> shift)
		d[1] = byte((3*this + after + right) >> shift)
		before = this
	}
}
