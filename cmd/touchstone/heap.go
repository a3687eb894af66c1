package main

import "runtime"

// heapFloor is how much the heap may grow between two collections whatever is alive, in bytes.
const heapFloor = 96 << 20

// holdHeap lets collections begin later while little is alive. A picture passes a megabyte or two through the heap; with the
// few megabytes that a service of some thousand references keeps, the collector would else run for every dozen of them, which
// costs more than the work around the models. The reserve is address space that nobody touches and so takes no memory; what it
// costs is bounded, unlike a larger GOGC, which would multiply what large pictures need. Call the result at the end.
func holdHeap() (release func()) {
	reserve := make([]byte, heapFloor)
	return func() { runtime.KeepAlive(reserve) }
}
