// Package eval measures Touchstone on an evaluation set: a folder of references to register and of listings whose
// truth is known. It reads the set (Read), lets a System register the references and score every listing (Run),
// computes ranking, alarm and calibration figures with bootstrap intervals (Measure), and writes metrics.json,
// predictions.jsonl and a self-contained report.html (Write).
//
// The package knows nothing of how a listing is scored. It declares the System that it consumes, and hands it
// listings without their truth or notes, so that a figure cannot leak into what it measures.
//
// Rules that hold for every figure:
//
//   - Predictions are judged after ranking: for a listing and a signal the ten best rights, one line a right.
//   - A tie is never decided in the system's favour. Predictions of equal score enter a pooled curve together, a wrong
//     right of equal score stands before the true one, and an innocent listing of equal score counts as above.
//   - A true right without a prediction is a miss, and an innocent listing without one raises no alarm.
//   - A listing is innocent when its truth is empty for every signal; it is guilty of a signal when its truth names it.
//   - A figure that the set cannot answer (no innocent listing, no true box, no threshold) is absent, never zero.
package eval
