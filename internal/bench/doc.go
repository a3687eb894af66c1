// Package bench holds what measures time or runs long: `make bench` and `make soak`. The ordinary tests see only its helpers.
//
// TestBench* (build tag bench) compares the real program, bin/touchstone on loopback with a data folder of its own, with
//
//   - the bare work: decoding the same JPEGs and running the same models on as many inputs, in loops without a service;
//   - the bare loop of dot products, for the search in the embedded index;
//   - the Python peer of shared/bench/peer.py, in a mode that does the peer's work.
//
// TestSoak (build tag soak) has two hundred clients for a minute.
//
// Figures of one run are compared with each other only, and arms take turns in rounds, since a machine that does other things
// too changes from minute to minute. Work is counted in processor seconds (user and system) of the process that does it, never
// of the clients. No figure is asserted; what fails a run is a wrong answer or an error. The figures are printed as tables at
// the end and written to out/bench/bench.json.
//
// It reads /proc and therefore runs on Linux alone.
package bench
