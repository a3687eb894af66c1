// Package keypoint finds the same picture in two pictures by its details: scale-invariant keypoints of either are matched, and
// the matches that agree on one placement say where and how one picture lies in the other, whatever its size, turn or
// reflection.
//
// Keypoints and descriptors follow Lowe, "Distinctive Image Features from Scale-Invariant Keypoints" (IJCV 2004), with the
// Hellinger kernel of Arandjelović and Zisserman, "Three things everyone should know to improve object retrieval" (CVPR 2012).
// Nothing here is trained, so that a Set outlives every pack of models.
//
// Positions are in pixels of a Set's working picture, with (0, 0) the outer corner at the top left; brightness is 0 to 1.
package keypoint
