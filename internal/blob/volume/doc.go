// Package volume keeps many small files in few large ones, so that keeping one costs an append and a share of a sync to the disk, not
// a file made, synced, renamed, and its folder synced again.
//
// The method is that of Facebook's Haystack (Beaver et al., "Finding a Needle in Haystack: Facebook's Photo Storage", OSDI 2010): a volume
// is a file of records, each with a header that says what it is; where a record lies is kept in memory, in about 30 bytes, and made
// again from the headers. A record never moves. It is live until it is let go, once and for all; then the file system gets the
// room of its bytes back where it lies (a hole in the file), and the volume goes when nothing in it is live. Bytes that are given
// again after that are a new record.
//
// One process appends to a volume at a time, which a lock on the file tells; the others read it. The moment in the header is the
// only thing that changes, in place, and every process sees it at once. Who changes what concerns one sum must hold a lock of its own for that
// sum: blob has one by the first byte.
//
// A crash can leave a volume that is not full with half a record at its end. It is not seen, and cut off by the next process that
// appends there. A damaged header costs its own record: the next good header is looked for.
package volume
