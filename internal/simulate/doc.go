// Package simulate lets a month pass on a drawn marketplace, against the real service over HTTP, and counts what came of it.
//
// A parameter file says how the market is: who sells, who copies and how they hide it, who complains and when, how many people judge and
// how often they err. Out of the file and a seed comes a World whose truth is known. The service under trial (Host) runs on the
// simulation's Clock, scores the pictures with its real models and decides by its own policy; reviewers, notifiers and sellers act through
// its API as they would in life. Nothing of the world knows the detector, and the service learns of the truth only what people tell it.
//
// Times are the simulation's. The world is the same for the same file and seed; what the service makes of it may differ in the order of
// things that happen at one moment.
package simulate
