// Package pgtest runs a PostgreSQL server of its own for tests: Debian's programs, a folder of its own, a socket in it, no network. One
// server serves all tests of a program and ends with it.
package pgtest
