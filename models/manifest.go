package models

import "encoding/json"

// Format is the newest manifest format that this build reads.
const Format = 1

// ManifestName is the file that makes a folder a pack.
const ManifestName = "manifest.json"

// The values that the manifest's enumerations may take.
const (
	KindPicture = "picture" // input: float32 [N, 3, height, width]
	KindText    = "text"    // input: int64 [N, max_length]

	ResizeSquash         = "squash"  // to width x height, without keeping the proportions
	InterpolationLanczos = "lanczos" // three lobes, stretched when shrinking
	ColourRGB            = "rgb"

	EncodingCodepoints = "codepoints" // raw Unicode code points, zero padded, truncated
	EncodingCLIP       = "clip"       // tokens of CLIP's byte pairs; needs a vocabulary
	EncodingSigLIP     = "siglip"     // tokens of SigLIP's SentencePiece unigram model; needs a vocabulary

	NormaliseL2   = "l2"
	NormaliseNone = "none"

	MetricCosine = "cosine"
	MetricDot    = "dot"
)

// Manifest says what a pack holds: everything that serving a model needs to
// know is here, so that to swap models is to write a manifest and no Go. Its
// published form is manifest.schema.json (see Schema).
type Manifest struct {
	Format      int     `json:"format"`  // 1
	Name        string  `json:"name"`    // lower case, e.g. "touchstone-base"
	Version     string  `json:"version"` // never reused for other files
	Licence     string  `json:"licence"`
	Description string  `json:"description,omitempty"`
	Models      []Model `json:"models"`           // at least one
	Fusion      *File   `json:"fusion,omitempty"` // weights, calibrations, recommended thresholds (a JSON object)
}

// File is one file of a pack. Path is relative to the pack, with forward
// slashes, and stays inside it.
type File struct {
	Path   string `json:"path"`
	SHA256 string `json:"sha256"` // 64 lower-case hex digits
	Bytes  int64  `json:"bytes"`
}

// Model is one ONNX graph with one input and one or more outputs.
type Model struct {
	ID      string   `json:"id"` // unique in the pack, e.g. "image", "text"
	File    File     `json:"file"`
	Input   Input    `json:"input"`
	Outputs []Output `json:"outputs"`
	Golden  File     `json:"golden"` // see Golden
}

// Input says how a picture or a text becomes the graph's input tensor.
type Input struct {
	Name string `json:"name"` // of the graph's input
	Kind string `json:"kind"` // KindPicture or KindText

	// Pictures: resized, divided by 255, then (value - mean) / deviation a
	// channel, in the order of planes that Colour names.
	Width         int        `json:"width,omitempty"`  // pixels
	Height        int        `json:"height,omitempty"` // pixels
	Resize        string     `json:"resize,omitempty"`
	Interpolation string     `json:"interpolation,omitempty"`
	Colour        string     `json:"colour,omitempty"`
	Mean          [3]float32 `json:"mean" required:"false"`
	Deviation     [3]float32 `json:"deviation" required:"false"`

	// Texts.
	Encoding   string `json:"encoding,omitempty"`
	MaxLength  int    `json:"max_length,omitempty"` // code points or tokens
	Vocabulary *File  `json:"vocabulary,omitempty"` // of the tokens, as its authors published it; see embed/tokens
}

// MarshalJSON leaves out the fields of the other kind of input, which the
// schema refuses. A mean of zero is written: it is a value like any other.
func (in Input) MarshalJSON() ([]byte, error) {
	type plain Input
	if in.Kind == KindPicture {
		return json.Marshal(plain(in))
	}
	return json.Marshal(struct {
		plain
		Mean      *[3]float32 `json:"mean,omitempty"` // hides the embedded field
		Deviation *[3]float32 `json:"deviation,omitempty"`
	}{plain: plain(in)})
}

// Output is one tensor of vectors that a model gives. Names are unique over
// the whole pack, because an index space is named by pack, version and output.
type Output struct {
	Name       string   `json:"name"`                 // e.g. "copy", "word"
	Tensor     string   `json:"tensor"`               // of the graph's output
	Dimension  int      `json:"dimension"`            // floats a vector
	Normalise  string   `json:"normalise"`            // NormaliseL2 or NormaliseNone
	Metric     string   `json:"metric"`               // MetricCosine or MetricDot
	Regions    []Region `json:"regions,omitempty"`    // empty = one vector, of the whole input
	Boxes      int      `json:"boxes,omitempty"`      // above 0: rows are boxes that the model found, see BoxDimension
	Joint      string   `json:"joint,omitempty"`      // of a text: the output of pictures in whose space its vectors lie, so that texts find pictures
	Background *File    `json:"background,omitempty"` // float32 LE row-major, n x dimension
}

// BoxDimension is the length of a box: x, y, width and height as fractions of
// the picture, and how sure the model is of it, 0 to 1.
const BoxDimension = 5

// Vectors is how many vectors one input gives: one a region or box, one when
// there are neither.
func (o Output) Vectors() int { return max(1, len(o.Regions), o.Boxes) }

// Region is a fractional box of the upright picture, with (0, 0) its top left
// corner and (1, 1) its bottom right.
type Region struct {
	Name string  `json:"name"`
	X    float64 `json:"x"`
	Y    float64 `json:"y"`
	W    float64 `json:"w"`
	H    float64 `json:"h"`
}
