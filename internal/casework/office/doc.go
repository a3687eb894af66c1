// Package office knows the offices that register rights: how their numbers look, where what they register holds, and how long it can
// last. It is data with a few rules, and pure.
//
// A number is compared without spaces, and in capitals. That it has the form of its office tells that it was copied with care, not that it
// was ever given out: only the office's register says that. Sources are the offices' own descriptions of their numbers (EUIPO eSearch,
// USPTO TSDR and patent numbering, WIPO Madrid and Hague, CNIPA's "patent application numbering standard" ZC 0006-2003, DPMAregister,
// UKIPO, J-PlatPat, KIPRIS).
package office
