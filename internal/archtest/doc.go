// Package archtest holds the import table of docs/architecture.md as a test: who may import whom.
package archtest
