// Package walk has no code of its own: its tests walk all pages in Chromium, in each language, size and colour, and go long ways through them as people
// do. They take the longest of all tests of pages, so they stand beside those of internal/web.
package walk
