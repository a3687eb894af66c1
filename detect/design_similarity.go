package detect

import (
	"touchstone/index"
	"touchstone/models"
)

// designSimilarity finds a registered design in another photo, view or colour of the same product, or of one that imitates it.
type designSimilarity struct{ *likeness }

func newDesignSimilarity(cfg PictureConfig, space index.Space, regions []models.Region, background [][]float32, s Searcher) *designSimilarity {
	return &designSimilarity{newLikeness(SignalDesignSimilarity, cfg, space, regions, background, s)}
}
