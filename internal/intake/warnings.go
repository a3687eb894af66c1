package intake

import (
	"context"
	"image"
	"math"

	"github.com/disintegration/imaging"
	"gonum.org/v1/gonum/dsp/fourier"

	"touchstone/detect"
	"touchstone/detect/keypoint"
	"touchstone/internal/photo"
)

// Below or above these a registered picture tells little.
const (
	leastContrast = 4.0  // standard deviation of brightness, of 255: less is one colour
	leastDetails  = 12   // keypoints: with fewer a copy cannot be verified by geometry
	mostPeriodic  = 0.6  // share of the changes along rows or columns that one frequency makes: a screen, a moiré, stripes
	patternSide   = 128  // pixels that a picture is shrunk to for it
	slowest       = 4    // frequencies below it are the picture's layout and no pattern
	leastPattern  = 20.0 // standard deviation of a brightness that can be a pattern
)

// PictureWarnings tells what to expect of a registered picture that says little: of one colour, with little detail, or a repeating pattern
// that much else resembles; and that a white one on transparency was laid on a dark ground. Most pictures have none.
func (s *Service) PictureWarnings(ctx context.Context, hash string) ([]detect.Note, error) {
	data, err := s.Blobs.Get(ctx, hash)
	if err != nil {
		return nil, err
	}
	ph, err := photo.Decode(data, s.cfg.Photo)
	if err != nil {
		return nil, err
	}
	return warningsOf(ph), nil
}

func warningsOf(ph *photo.Photo) []detect.Note {
	small := imaging.Resize(photo.RGB(ph.Image), patternSide, patternSide, imaging.Box)
	light := brightness(small)
	contrast := deviation(light)
	switch {
	case ph.Dark:
		return []detect.Note{{Code: "laid_on_dark", Text: "The picture is white on transparency, so that on a white ground nothing of it is seen: it was laid on dark grey and is searched as that. If goods carry it on another ground, register that as well."}}
	case contrast < leastContrast:
		return []detect.Note{{Code: "one_colour", Text: "The picture has hardly more than one colour: nearly any plain ground resembles it. Register one that shows the design; of a white mark, one on a dark ground."}}
	case contrast >= leastPattern && periodic(light) > mostPeriodic:
		return []detect.Note{{Code: "repeating_pattern", Text: "The picture is mostly one repeating pattern, such as stripes or a screen: much that is harmless resembles it. Register one that shows more of the design."}}
	case len(keypoint.OfReference(ph.Image).Points) < leastDetails:
		return []detect.Note{{Code: "little_detail", Text: "The picture shows little detail, so that copies of it cannot be verified point by point. Register a larger or sharper one if there is one."}}
	}
	return nil
}

// brightness of a picture, by rows.
func brightness(img *image.NRGBA) [][]float64 {
	rows := make([][]float64, img.Rect.Dy())
	for y := range rows {
		rows[y] = make([]float64, img.Rect.Dx())
		for x := range rows[y] {
			p := img.Pix[img.PixOffset(x, y):]
			rows[y][x] = 0.299*float64(p[0]) + 0.587*float64(p[1]) + 0.114*float64(p[2])
		}
	}
	return rows
}

func deviation(rows [][]float64) float64 {
	n, sum, squares := 0.0, 0.0, 0.0
	for _, row := range rows {
		for _, v := range row {
			n, sum, squares = n+1, sum+v, squares+v*v
		}
	}
	return math.Sqrt(math.Max(0, squares/n-sum/n*sum/n))
}

// periodic is the largest share of the power along rows, or along columns, that lies in one frequency and its two neighbours; layout left
// out.
func periodic(rows [][]float64) float64 {
	columns := make([][]float64, len(rows[0]))
	for x := range columns {
		columns[x] = make([]float64, len(rows))
		for y := range rows {
			columns[x][y] = rows[y][x]
		}
	}
	return math.Max(peak(rows), peak(columns))
}

func peak(lines [][]float64) float64 {
	fft := fourier.NewFFT(len(lines[0]))
	power := make([]float64, len(lines[0])/2+1)
	all := 0.0
	for _, line := range lines {
		for k, c := range fft.Coefficients(nil, line) {
			p := real(c)*real(c) + imag(c)*imag(c)
			if k > 0 {
				all += p
			}
			power[k] += p
		}
	}
	best := 0.0
	for k := slowest; k < len(power)-1; k++ {
		best = math.Max(best, power[k-1]+power[k]+power[k+1])
	}
	if all == 0 {
		return 0
	}
	return best / all
}
