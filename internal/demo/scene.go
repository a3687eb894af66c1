package demo

import (
	"image"
	"math"
)

// A scene is a picture to be drawn: items on a ground.
type scene struct {
	ground string // a key of grounds
	tint   rgb    // colour of the ground
	items  []item
	seed   int64
}

// grounds draw what products lie or stand on.
var grounds = map[string]func(img *image.RGBA, tint rgb, n noise){
	"studio": studio, "floor": floor, "cloth": cloth, "stone": stone, "rug": rug, "sheet": sheet, "flat": flat,
}

// render draws the scene. The same scene gives the same pixels.
func (sc scene) render() *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, side, side))
	grounds[sc.ground](img, sc.tint, noise(sc.seed))
	for i, it := range sc.items {
		it.size = or(it.size, 1.45)
		s := &stage{item: it, scene: img, seed: sc.seed*31 + int64(i)*97}
		shapes[it.shape].draw(s)
	}
	if sc.ground != "flat" {
		develop(img, noise(sc.seed+1))
	}
	return img
}

// paint sets every pixel to the tint, lightened or darkened by what lit says.
func paint(img *image.RGBA, tint rgb, lit func(x, y float64) float64) {
	r, g, b := tint.parts()
	w := img.Rect.Dx()
	for i := 0; i < len(img.Pix); i += 4 {
		px := img.Pix[i : i+4 : i+4]
		px[0], px[1], px[2], px[3] = uint8(r), uint8(g), uint8(b), 255
		shade(px[:3], 255, float32(lit(float64(i/4%w)/side, float64(i/4/w)/side)))
	}
}

func flat(img *image.RGBA, tint rgb, _ noise) {
	paint(img, tint, func(x, y float64) float64 { return 0 })
}

// studio: a paper sweep lit from above left, with a soft horizon.
func studio(img *image.RGBA, tint rgb, _ noise) {
	paint(img, tint, func(x, y float64) float64 {
		glow := 0.4 * math.Exp(-3.2*((x-0.42)*(x-0.42)+(y-0.36)*(y-0.36)))
		horizon := 0.1 / (1 + math.Exp(-(y-0.74)*26))
		return glow - 0.1 - horizon
	})
}

// floor: wooden planks with grain.
func floor(img *image.RGBA, tint rgb, n noise) {
	const planks = 5.0
	paint(img, tint, func(x, y float64) float64 {
		row := math.Floor(y * planks)
		cut := math.Mod(x*1.1+0.37*row+n.point(int64(row), 3), 1)
		edge := math.Mod(y*planks, 1)
		tone := 0.24 * (n.point(int64(row), int64(math.Floor(x*1.1+0.37*row+n.point(int64(row), 3)))) - 0.5)
		warp := n.smooth(x*3+row*11, y*9)
		grain := 0.22 * (n.cloud(x*5+row*31, y*70+3*warp, 3) - 0.5)
		rings := 0.05 * math.Sin(40*(y*planks+0.6*warp))
		seam := 0.0
		if edge < 0.022 || cut < 0.006 {
			seam = -0.42
		}
		return tone + grain + rings + seam + lamp(x, y)
	})
}

// lamp is the fall of light from the upper left that grounds share.
func lamp(x, y float64) float64 { return 0.12 - 0.22*(0.5*x+0.5*y) }

// cloth: a plain weave with slow folds.
func cloth(img *image.RGBA, tint rgb, n noise) {
	paint(img, tint, func(x, y float64) float64 {
		weave := 0.05 * math.Sin(x*side*0.9) * math.Sin(y*side*0.9)
		return weave + 0.34*(n.cloud(2.3*x+1.1*y, 1.3*y-0.6*x, 3)-0.5) + 0.06*(n.point(int64(x*side), int64(y*side))-0.5) + lamp(x, y)
	})
}

// stone: a polished table top with chips of three tones, their edges bent so that no grid shows.
func stone(img *image.RGBA, tint rgb, n noise) {
	paint(img, tint, func(x, y float64) float64 {
		bend := n.smooth(x*70, y*70)
		u, v := 0.8*x+0.6*y+0.012*bend, 0.8*y-0.6*x+0.014*bend
		dark, pale := n.smooth(u*30, v*30), (n+5).smooth(v*44, u*44)
		lit := 0.08*(n.cloud(x*6, y*6, 2)-0.5) + lamp(x, y)
		switch {
		case dark > 0.84:
			return lit - 0.26
		case dark > 0.8:
			return lit - 0.12
		case pale > 0.86:
			return lit + 0.26
		case pale < 0.1:
			return lit - 0.1
		}
		return lit
	})
}

// rug: a short pile in two tones, in rows.
func rug(img *image.RGBA, tint rgb, n noise) {
	paint(img, tint, func(x, y float64) float64 {
		pile := 0.32 * (n.smooth(x*120, y*120) - 0.5)
		rows := 0.06 * math.Sin(y*120)
		band := 0.0
		if t := math.Mod(x*3+0.04*n.smooth(x*20, y*20), 1); t < 0.2 {
			band = 0.16
		}
		return pile + rows + band + 0.2*(n.cloud(3*x, 3*y, 2)-0.5) + lamp(x, y)
	})
}

// sheet: a bed sheet with long soft folds, brighter on the side to the light.
func sheet(img *image.RGBA, tint rgb, n noise) {
	fold := func(x, y float64) float64 { return n.cloud(1.6*x+2.6*y, 0.9*y-1.2*x, 3) }
	paint(img, tint, func(x, y float64) float64 {
		slope := fold(x+0.012, y+0.012) - fold(x, y)
		return 3.4*slope + 0.16*(fold(x, y)-0.5) + lamp(x, y)
	})
}

// develop gives a picture the fall-off and grain of a phone's camera.
func develop(img *image.RGBA, n noise) {
	for y := range side {
		for x := range side {
			dx, dy := float64(x)/side-0.5, float64(y)/side-0.5
			i := 4 * (y*side + x)
			lit := -0.34*(dx*dx+dy*dy) + 0.03*(n.point(int64(x), int64(y))-0.5)
			shade(img.Pix[i:i+3:i+3], 255, float32(lit))
		}
	}
}
