package photo

// fullRange converts JFIF's YCbCr (ITU-R BT.601, all 256 levels), with the constants of
// image/color's YCbCrToRGB.
func fullRange(dst, y, cb, cr []byte) {
	n := len(y)
	cb, cr, dst = cb[:n], cr[:n], dst[:4*n]
	for i, luma := range y {
		yy := int32(luma) * 0x10101
		b, r := int32(cb[i])-128, int32(cr[i])-128
		d := dst[4*i : 4*i+4 : 4*i+4]
		d[0] = clip16(yy + 91881*r)
		d[1] = clip16(yy - 22554*b - 46802*r)
		d[2] = clip16(yy + 116130*b)
		d[3] = 0xff
	}
}

// clip16 is v/65536 held to 0..255.
func clip16(v int32) byte {
	if uint32(v)&0xff000000 == 0 {
		return byte(v >> 16)
	}
	return byte(^(v >> 31))
}

// videoRange converts VP8's YCbCr, which keeps luma in 16..235 and chroma in 16..240, with the
// constants of libwebp (src/dsp/yuv.h). The standard image/color conversion takes all 256 levels
// for granted and renders lossy WebP pale.
func videoRange(dst, y, cb, cr []byte) {
	n := len(y)
	cb, cr, dst = cb[:n], cr[:n], dst[:4*n]
	for i, luma := range y {
		yy := int32(luma) * 19077 >> 8
		b, r := int32(cb[i]), int32(cr[i])
		d := dst[4*i : 4*i+4 : 4*i+4]
		d[0] = clip6(yy + r*26149>>8 - 14234)
		d[1] = clip6(yy - b*6419>>8 - r*13320>>8 + 8708)
		d[2] = clip6(yy + b*33050>>8 - 17685)
		d[3] = 0xff
	}
}

// clip6 is v/64 held to 0..255.
func clip6(v int32) byte {
	if uint32(v) < 256<<6 {
		return byte(v >> 6)
	}
	return byte(^(v >> 31))
}

func greyRow(dst, y []byte) {
	for i, v := range y {
		d := dst[4*i : 4*i+4 : 4*i+4]
		d[0], d[1], d[2], d[3] = v, v, v, 0xff
	}
}

// onWhite lays a row of unpremultiplied RGBA pixels with the given alpha on white.
func onWhite(dst, alpha []byte) {
	for i, a := range alpha {
		if a == 0xff {
			continue
		}
		d := dst[4*i : 4*i+4 : 4*i+4]
		d[0], d[1], d[2], d[3] = overWhite(d[0], a), overWhite(d[1], a), overWhite(d[2], a), 0xff
	}
}

// overWhite is v with coverage a over white, rounded to nearest.
func overWhite(v, a byte) byte {
	return byte((uint32(v)*uint32(a) + 255*(255-uint32(a)) + 127) / 255)
}
