// Package network finds the few hands behind many stores: which sellers are linked, which rings they form, and from where
// their goods come.
//
// A seller is known by its traits: contact values, payees, warehouses, devices, pictures, phrases. Two sellers that share a
// trait are a candidate pair, and the pair's log-odds are a sum over kinds of trait (naive Bayes, as in Fellegi and Sunter, "A
// Theory for Record Linkage", 1969): a prior, what each kind that they share says, and what each kind in which they differ
// says. What a shared value says is learned from labelled pairs (Learn) by how many unrelated sellers share it as well, so that
// a freight forwarder's address or a stock photo counts for little. Kinds that anybody can copy are public: together they may
// raise a suspicion and never make a link, so that nobody can be framed by planting their pictures or their phone number. A contact that is
// verified for a third hand is that hand's, whoever else shows it.
//
// Rings are clusters of linked sellers. Two clusters merge when what they share, each value counted once, outweighs the number
// of pairs that could have shared it by chance; that stops chains of weak links from swallowing the market. Decisions of people
// (these are one hand, those are not) bind every later computation, and a ring keeps its identity as long as most of it stays.
//
// A Network is a value in memory that its caller (package tracing) feeds and persists; it reads no clock and keeps no file.
package network
