// Package tracing keeps what is known of sellers, and says which stores are one hand, from where their goods come, and what is attacked
// now.
//
// It feeds package network: with what a marketplace tells of its sellers (Observe), and with what every kept listing shows (Listed):
// pictures, phrases, rare mistakes, price lists, and pictures offered again after they were taken down. All of it is kept in a Store
// first; the network in memory is made from it at a start and brought up to date with each observation. One process traces; others
// may answer scores beside it.
//
// People decide: whether two sellers are one hand (Judge), and whether strikes of one store count for the others of its ring
// (Approve). Nothing is frozen or closed on a probability.
package tracing
