// Package sitetest is a whole site for tests of pages: every use case over real stores with a fake embedder, a server on loopback, somebody of each side
// who can sign in, and what they file, decide and ask, so that pages have something to show.
package sitetest
