// Package catalogue brings many rights in at once, and out again: a table (CSV), alone or in a ZIP with the pictures that it names.
//
// Each row is a right with its words and pictures, judged by itself: what is wrong with one is told in its line of the report and keeps no
// other from being registered. A dry run tells the same and keeps nothing. A row whose right is there already adds what is missing of its
// references and nothing else, so a file that was cut off in the middle is simply sent again.
//
// Files of strangers are bounded before they are read: rows, entries, bytes unpacked. Nothing is ever written to a path that an archive
// names. In a table that goes out, a cell that a spreadsheet would take for a formula begins with an apostrophe, which a table that comes in
// may have.
package catalogue
