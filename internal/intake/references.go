package intake

import (
	"context"
	"fmt"
	"image"
	"maps"
	"slices"
	"strings"

	"github.com/disintegration/imaging"

	"touchstone/detect"
	"touchstone/detect/wordmark"
	"touchstone/index"
	"touchstone/internal/blob"
	"touchstone/internal/casework"
	"touchstone/internal/photo"
	"touchstone/models"
)

// system is the actor of the service's own housekeeping.
var system = casework.Actor{Account: "system", Role: "operator"}

// ImageReference is a picture to register.
type ImageReference struct {
	View string // "front", "logo on white", ...
	Data []byte // JPEG, PNG, GIF or WebP
}

// WordReference is a word to register.
type WordReference struct {
	Word     string
	Language string // BCP 47
}

// AddImageReference registers a picture under a right of the actor's. When it returns, the picture and its row are durable; it
// is searchable at once unless the models are busy, in which case IndexedAt is nil and Reconcile makes up for it.
func (s *Service) AddImageReference(ctx context.Context, a casework.Actor, rightID string, in ImageReference) (casework.Reference, error) {
	if _, err := s.Registry.Right(ctx, a, rightID); err != nil {
		return casework.Reference{}, err // before any work on the picture
	}
	ph, err := photo.Decode(in.Data, s.cfg.Photo)
	if err != nil {
		return casework.Reference{}, &InputError{Field: "picture", Message: words(err), Kind: err}
	}
	hash, err := s.Blobs.Put(ctx, blob.Reference, in.Data)
	if err != nil {
		return casework.Reference{}, fmt.Errorf("keep the picture: %w", err)
	}
	ref, err := s.Registry.AddReference(ctx, a, casework.Reference{
		RightID: rightID, Kind: casework.ReferenceImage, View: in.View, Blob: hash, Width: ph.Width, Height: ph.Height,
	})
	if err != nil {
		return casework.Reference{}, err
	}
	s.changed(ctx, rightID, false)
	return s.indexNow(ctx, ref, ph.Image)
}

// AddWordReference registers a word under a right of the actor's, like AddImageReference.
func (s *Service) AddWordReference(ctx context.Context, a casework.Actor, rightID string, in WordReference) (casework.Reference, error) {
	ref, err := s.Registry.AddReference(ctx, a, casework.Reference{
		RightID: rightID, Kind: casework.ReferenceWord, Word: strings.TrimSpace(in.Word), Language: in.Language,
	})
	if err != nil {
		return casework.Reference{}, err
	}
	s.changed(ctx, rightID, false)
	return s.indexNow(ctx, ref, nil)
}

// WordWarnings tells what to expect of a registered word that is hard to look for: too short, an everyday word, without letters.
func (s *Service) WordWarnings(word string) []detect.Note {
	var out []detect.Note
	for _, n := range wordmark.Warnings(strings.TrimSpace(word)) {
		out = append(out, detect.Note(n))
	}
	return out
}

// DeleteReference takes a reference out of the registry and out of the index.
func (s *Service) DeleteReference(ctx context.Context, a casework.Actor, id string) error {
	if err := s.Registry.DeleteReference(ctx, a, id); err != nil {
		return err
	}
	if err := s.Reconcile(ctx); err != nil {
		s.Log.Warn("a deleted reference is still in the index; it is taken out later", "reference", id, "error", err)
	}
	return nil
}

// SetRightState moves a right to another state and writes its references to the index afresh.
func (s *Service) SetRightState(ctx context.Context, a casework.Actor, id string, state casework.State) (casework.Right, error) {
	right, err := s.Registry.SetRightState(ctx, a, id, state)
	if err != nil {
		return right, err
	}
	if state == casework.StateVerified {
		s.changed(ctx, id, true)
	}
	if err := s.Reconcile(ctx); err != nil {
		s.Log.Warn("a right's references wait for the index", "right", id, "error", err)
	}
	return right, nil
}

// indexNow indexes a reference that was just registered, with its picture as it was decoded. The row is kept whatever happens here.
func (s *Service) indexNow(ctx context.Context, ref casework.Reference, picture image.Image) (casework.Reference, error) {
	at := s.now()
	if err := s.index(ctx, ref, picture); err != nil {
		return s.notIndexed(ctx, ref, err), nil
	}
	if err := s.Registry.MarkIndexed(ctx, ref.ID, at); err != nil {
		s.Log.Warn("reference indexed, not marked so", "reference", ref.ID, "error", err)
		return ref, nil
	}
	ref.IndexedAt = &at
	return ref, nil
}

// index writes a reference to the index as it is now, and has packs that are being made ready take it over. It can be repeated.
func (s *Service) index(ctx context.Context, ref casework.Reference, picture image.Image) error {
	s.writes.RLock()
	defer s.writes.RUnlock()
	defer s.candidates.changed(ref.ID)
	t := s.turn()
	defer t.done()
	right, err := s.Registry.Right(ctx, system, ref.RightID)
	if err != nil {
		return err
	}
	targets := map[string]string{}
	for _, output := range t.outputsFor(ref, right) {
		targets[output] = detect.Alias(output)
	}
	return t.indexInto(ctx, ref, right, targets, picture)
}

// indexInto writes a reference to a collection, or alias, for each of some outputs.
func (t turn) indexInto(ctx context.Context, ref casework.Reference, right casework.Right, targets map[string]string, picture image.Image) error {
	outputs := slices.Sorted(maps.Keys(targets))
	if len(outputs) == 0 {
		return fmt.Errorf("pack %s has no output for a reference of kind %q", t.detector.Pack().Name, ref.Kind)
	}
	vectors, err := t.vectorsOf(ctx, ref, outputs, picture)
	if err != nil {
		return &embedError{err}
	}
	for i, output := range outputs {
		point := index.Point{ID: ref.ID, Vectors: vectors[i], Payload: payload(right)}
		if err := t.Index.Upsert(ctx, targets[output], t.spaces[output], []index.Point{point}); err != nil {
			return err
		}
	}
	t.remember(ref, right)
	return nil
}

// remember puts a word into the lexicon; of a picture there is nothing to remember.
func (s *Service) remember(ref casework.Reference, right casework.Right) {
	if ref.Kind == casework.ReferenceWord {
		s.lexicon.Add(wordmark.Mark{Reference: ref.ID, Right: right.ID, Word: ref.Word, Language: ref.Language, Goods: right.Nice})
	}
}

// vectorsOf embeds what is registered, [output][vector][dimension]: a word as one vector, a picture as one of the whole and one for each
// part that the pack asks for, a mark as one for each part that goods may carry alone. A picture that is nil is read from where it
// is kept.
func (t turn) vectorsOf(ctx context.Context, ref casework.Reference, outputs []string, picture image.Image) ([][][]float32, error) {
	if ref.Kind == casework.ReferenceWord {
		vectors, err := t.embed.Texts(ctx, outputs[0], []string{detect.WordKey(ref.Word)})
		return [][][]float32{vectors}, err
	}
	if picture == nil {
		data, err := t.Blobs.Get(ctx, ref.Blob)
		if err != nil {
			return nil, err
		}
		ph, err := photo.Decode(data, t.cfg.Photo)
		if err != nil {
			return nil, err
		}
		picture = ph.Image
	}
	if t.detector.Fusion().NearCopy.Verify != nil {
		if err := t.local.remember(ctx, ref.Blob, picture); err != nil {
			return nil, err
		}
	}
	vectors, err := t.wholeVectors(ctx, picture, slices.DeleteFunc(slices.Clone(outputs), func(o string) bool { return o == detect.OutputMark }))
	if err != nil {
		return nil, err
	}
	if at := slices.Index(outputs, detect.OutputMark); at >= 0 {
		marks, err := t.markVectors(ctx, picture)
		if err != nil {
			return nil, err
		}
		vectors = slices.Insert(vectors, at, marks)
	}
	return vectors, nil
}

// wholeVectors embeds a picture that is registered: for each output one vector of the whole, and behind it one for each part that the
// pack asks for.
func (t turn) wholeVectors(ctx context.Context, img image.Image, outputs []string) ([][][]float32, error) {
	if len(outputs) == 0 {
		return nil, nil
	}
	whole, err := t.viewed(ctx, img, outputs)
	if err != nil {
		return nil, err
	}
	vectors := make([][][]float32, len(outputs))
	for i, output := range outputs {
		vectors[i] = [][]float32{whole[i]}
		cfg, _ := t.detector.Fusion().Pictures(output)
		if len(cfg.ReferenceParts) > 0 {
			img = photo.RGB(img) // once for all parts
		}
		for _, part := range cfg.ReferenceParts { // one at a time: a large picture is not copied several times over
			v, err := t.viewed(ctx, cut(img, part), []string{output})
			if err != nil {
				return nil, err
			}
			vectors[i] = append(vectors[i], v[0])
		}
	}
	return vectors, nil
}

// cut is a part of a picture, of at least one pixel.
func cut(img image.Image, part models.Region) image.Image {
	b := img.Bounds()
	w, h := float64(b.Dx()), float64(b.Dy())
	r := image.Rect(int(part.X*w), int(part.Y*h), int((part.X+part.W)*w), int((part.Y+part.H)*h))
	r.Min.X, r.Min.Y = min(r.Min.X, b.Dx()-1), min(r.Min.Y, b.Dy()-1)
	r.Max.X, r.Max.Y = max(r.Max.X, r.Min.X+1), max(r.Max.Y, r.Min.Y+1)
	return imaging.Crop(img, r)
}

// viewed embeds a picture as references are: one vector an output, the sum with its mirror image's where the pack says so. The index
// brings it to unit length.
func (t turn) viewed(ctx context.Context, img image.Image, outputs []string) ([][]float32, error) {
	mirrored := func(output string) bool {
		cfg, _ := t.detector.Fusion().Pictures(output)
		return cfg.MirroredReferences
	}
	pictures := []image.Image{img}
	if slices.ContainsFunc(outputs, mirrored) {
		pictures = append(pictures, imaging.FlipH(photo.RGB(img)))
	}
	v, err := t.embed.Pictures(ctx, pictures, outputs...)
	if err != nil {
		return nil, err
	}
	vectors := make([][]float32, len(outputs))
	for i, output := range outputs {
		vectors[i] = v[i][0][0] // region 0
		if mirrored(output) {
			for k, x := range v[i][1][0] {
				vectors[i][k] += x
			}
		}
	}
	return vectors, nil
}

// markVectors embeds a mark's parts.
func (t turn) markVectors(ctx context.Context, img image.Image) ([][]float32, error) {
	v, err := t.embed.Pictures(ctx, detect.MarkPictures(img), detect.OutputMark)
	if err != nil {
		return nil, err
	}
	vectors := make([][]float32, len(v[0]))
	for i, part := range v[0] {
		vectors[i] = part[0]
	}
	return vectors, nil
}

// outputsFor lists the outputs of the pack whose collections a reference of a right belongs into: marks in scenes are looked for
// with the references of figurative and three-dimensional trademarks alone.
func (t turn) outputsFor(ref casework.Reference, right casework.Right) []string {
	return slices.DeleteFunc(t.outputsOf(ref), func(output string) bool {
		return output == detect.OutputMark && right.Kind() != casework.KindLogo
	})
}

// outputsOf lists the outputs of the pack whose collections a reference belongs into.
func (t turn) outputsOf(ref casework.Reference) []string {
	return slices.DeleteFunc(t.detector.Outputs(), func(output string) bool {
		return (output == detect.OutputWord) != (ref.Kind == casework.ReferenceWord)
	})
}

// payload is what the index filters references by.
func payload(r casework.Right) index.Payload {
	return index.Payload{
		Right: r.ID, Kind: r.Kind(), Holder: r.HolderID, Territories: casework.IndexTerritories(r.Territories),
		Active: r.State == casework.StatePending || r.State == casework.StateVerified, Until: r.Until(),
	}
}
