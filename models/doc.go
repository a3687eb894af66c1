// Package models reads model packs: folders of model files with a manifest.
//
// A pack is data that a stranger may have made, so nothing in it is believed:
// Open holds the manifest against its schema, refuses unknown fields, paths
// and links that leave the pack, files of another size or checksum than the
// manifest says, and reports every fault at once, each with the field it is in
// and what to do about it. What a pack's graphs compute is not looked at here;
// package embed runs the golden vectors.
//
// A pack folder looks like this; only the manifest's name is fixed:
//
//	manifest.json       Manifest
//	image.onnx          one file a model
//	image-golden.json   inputs with the vectors they must give
//	golden/rings.png    pictures that the golden file names
//	background.f32      vectors of ordinary pictures, for score normalisation
//	fusion.json         fusion weights, calibrations, recommended thresholds
package models
