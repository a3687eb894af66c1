package detect

import (
	"touchstone/index"
	"touchstone/models"
)

// nearCopy finds a registered picture in a listing picture after edits: cropped, mirrored, pasted into another, captioned.
type nearCopy struct{ *likeness }

func newNearCopy(cfg PictureConfig, space index.Space, regions []models.Region, background [][]float32, s Searcher) *nearCopy {
	return &nearCopy{newLikeness(SignalNearCopy, cfg, space, regions, background, s)}
}
