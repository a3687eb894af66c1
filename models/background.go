package models

import (
	"encoding/binary"
	"fmt"
	"math"
)

// Background gives the output's background vectors, [row][dimension]: vectors
// of ordinary inputs that a score is normalised against, as in SSCD (Pizzi et
// al., "A Self-Supervised Descriptor for Image Copy Detection", CVPR 2022,
// section 3.4). It is nil when the output has none. The rows share one array.
func (p *Pack) Background(o Output) ([][]float32, error) {
	if o.Background == nil {
		return nil, nil
	}
	data, err := p.verified(*o.Background, "background", p.limits.FileBytes)
	if err != nil {
		return nil, err
	}
	return decodeRows(data, o.Dimension, o.Background.Path)
}

// decodeRows reads float32 rows, little-endian.
func decodeRows(data []byte, dimension int, file string) ([][]float32, error) {
	if row := dimension * 4; len(data) == 0 || len(data)%row != 0 {
		return nil, &Error{Kind: KindSize, File: file, Message: fmt.Sprintf("has %d bytes, which are not one or more rows of %d floats; export it again", len(data), dimension)}
	}
	values := make([]float32, len(data)/4)
	for i := range values {
		v := math.Float32frombits(binary.LittleEndian.Uint32(data[i*4:]))
		if !finite(float64(v)) {
			return nil, &Error{Kind: KindContent, File: file, Message: fmt.Sprintf("row %d holds %v; export it again with finite numbers", i/dimension, v)}
		}
		values[i] = v
	}
	rows := make([][]float32, len(values)/dimension)
	for i := range rows {
		rows[i] = values[i*dimension : (i+1)*dimension : (i+1)*dimension]
	}
	return rows, nil
}
