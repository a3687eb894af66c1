package simulate

import (
	"encoding/csv"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"

	lru "github.com/hashicorp/golang-lru/v2"

	"touchstone/internal/simulate/picture"
)

// look is what a right protects, whatever its kind: the word, the sign, the product.
type look struct {
	name name
	good picture.Good
	sign picture.Sign
}

// pictureKey names a picture; the same key is the same file. what is a kind of infringement, "reference", "genuine" (a photo of the
// holder's goods by somebody who may), "other_sign" or "stock".
type pictureKey struct {
	what  string
	right int
	n     int
}

// Photos are photographs to be used instead of drawings where a picture as such is registered or copied, and by honest sellers.
type Photos struct {
	registered, honest []string
}

// OpenPhotos reads a folder with photos/ and photos.csv (columns image and duplicate_group): pictures of one group never stand on both
// sides. A third is what holders have registered.
func OpenPhotos(dir string) (*Photos, error) {
	f, err := os.Open(filepath.Join(dir, "photos.csv"))
	if err != nil {
		return nil, fmt.Errorf("photos: %w", err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("photos: %s: %w", f.Name(), err)
	}
	if len(rows) == 0 {
		return nil, fmt.Errorf("photos: %s is empty", f.Name())
	}
	file, group := slices.Index(rows[0], "image"), slices.Index(rows[0], "duplicate_group")
	if file < 0 || group < 0 {
		return nil, fmt.Errorf("photos: %s needs the columns image and duplicate_group, and has %v", f.Name(), rows[0])
	}
	p, side := &Photos{}, map[string]bool{}
	for i, row := range rows[1:] {
		mine, known := side[row[group]]
		if !known {
			mine = i%3 == 0
			side[row[group]] = mine
		}
		path := filepath.Join(dir, "photos", filepath.Base(row[file]))
		if mine {
			p.registered = append(p.registered, path)
		} else {
			p.honest = append(p.honest, path)
		}
	}
	if len(p.registered) == 0 || len(p.honest) == 0 {
		return nil, errors.New("photos: there are too few pictures; at least a handful of groups is needed")
	}
	return p, nil
}

// album makes pictures when they are asked for and keeps the latest.
type album struct {
	w      *World
	photos *Photos
	kept   *lru.Cache[pictureKey, []byte]
	stocks int // how many stock pictures there are of each shape
}

// keptPictures bounds the memory of an album: some 20 kB each.
const keptPictures = 4000

func newAlbum(w *World, photos *Photos) *album {
	kept, err := lru.New[pictureKey, []byte](keptPictures)
	if err != nil {
		panic(fmt.Sprintf("simulate: %v", err)) // the size is a constant
	}
	total := (w.P.Listings.Count + w.P.Notices.Count) * w.P.Listings.Stock / 100
	return &album{w, photos, kept, max(4, total/picture.Shapes())}
}

// stock draws one of the pictures that honest sellers of such goods share.
func (a *album) stock(r *rand.Rand, shape string) pictureKey {
	return pictureKey{what: "stock:" + shape, n: r.IntN(a.stocks)}
}

// evasion is what was done to a copied picture.
func (a *album) evasion(k pictureKey) string {
	return pick(a.w.source("evasion", k.right, k.n), a.w.P.Evasions.Picture)
}

// JPEG is the picture as a file.
func (a *album) JPEG(k pictureKey) ([]byte, error) {
	if b, ok := a.kept.Get(k); ok {
		return b, nil
	}
	img, err := a.make(k)
	if err != nil {
		return nil, err
	}
	b := picture.JPEG(img, 84)
	a.kept.Add(k, b)
	return b, nil
}

func (a *album) make(k pictureKey) (*image.RGBA, error) {
	if shape, ok := cutStock(k.what); ok {
		return a.honest(shape, k.n)
	}
	right := a.w.Rights[k.right]
	r := a.w.source("picture:"+k.what, k.right, k.n)
	g := right.look.good
	switch k.what {
	case "reference":
		return a.reference(right, k.n)
	case "genuine":
		if right.Kind == kindPicture {
			return a.reference(right, 0)
		}
		return picture.Photo(g, signOf(right), picture.NewSetting(r)), nil
	case "other_sign":
		sign := picture.NewSign(r)
		return picture.Photo(picture.NewGood(r, r.IntN(picture.Shapes())), &sign, picture.NewSetting(r)), nil
	case kindPicture:
		original, err := a.reference(right, 0)
		if err != nil {
			return nil, err
		}
		return picture.Edit(original, a.evasion(k), r)
	case kindDesign:
		if r.IntN(2) == 0 {
			g = g.Recoloured(r)
		}
		return picture.Edit(picture.Photo(g, nil, picture.NewSetting(r)), mild(a.evasion(k)), r)
	case kindLogo:
		return picture.Edit(picture.Photo(picture.NewGood(r, r.IntN(picture.Shapes())), &right.look.sign, picture.NewSetting(r)), mild(a.evasion(k)), r)
	}
	return nil, fmt.Errorf("simulate: there is no picture %q", k.what)
}

// mild: whoever photographs the goods anew need not hide where the picture came from, and so does not cut it to pieces.
func mild(edit string) string {
	switch edit {
	case "hard_crop", "collage", "paste":
		return "crop"
	}
	return edit
}

func cutStock(what string) (string, bool) {
	const prefix = "stock:"
	if len(what) > len(prefix) && what[:len(prefix)] == prefix {
		return what[len(prefix):], true
	}
	return "", false
}

func signOf(right *Right) *picture.Sign {
	if right.Kind == kindLogo {
		return &right.look.sign
	}
	return nil
}

// reference is what the holder registered: the sign on white and on its colour, the product in a plain setting and in use, or a picture as such.
func (a *album) reference(right *Right, n int) (*image.RGBA, error) {
	r := a.w.source("reference", right.No, n)
	switch right.Kind {
	case kindLogo:
		if n == 0 {
			return right.look.sign.Draw(), nil
		}
		return right.look.sign.Reversed(), nil
	case kindDesign:
		if n == 0 {
			return picture.Photo(right.look.good, nil, picture.Register()), nil
		}
	case kindPicture:
		if a.photos != nil {
			return load(a.photos.registered[right.No%len(a.photos.registered)])
		}
	}
	return picture.Photo(right.look.good, nil, picture.NewSetting(r)), nil
}

// references is how many pictures a right of a kind has in the register.
func references(kind string) int {
	switch kind {
	case kindPicture:
		return 1
	case kindKeyword:
		return 0
	}
	return 2
}

// honest is a picture that has nothing to do with any right.
func (a *album) honest(shape string, n int) (*image.RGBA, error) {
	r := a.w.source("stock:"+shape, n)
	if a.photos != nil && r.IntN(2) == 0 {
		return load(one(r, a.photos.honest))
	}
	for i := range picture.Shapes() {
		if picture.ShapeName(i) == shape {
			return picture.Photo(picture.NewGood(r, i), nil, picture.NewSetting(r)), nil
		}
	}
	return nil, fmt.Errorf("simulate: there are no goods %q", shape)
}

func load(path string) (*image.RGBA, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("photos: %w", err)
	}
	defer f.Close()
	img, err := jpeg.Decode(f)
	if err != nil {
		return nil, fmt.Errorf("photos: %s: %w", path, err)
	}
	return picture.Square(img), nil
}
