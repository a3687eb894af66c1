// Package inquiry is what people ask the desk and what it answers: threads with topic, priority and assignment, a clock to the first
// answer and one to the end, answers that stand ready, and the way from a question to a case.
//
// Who asks sees their own threads; reviewers and operators, who are the desk, see all. Notes of the desk to itself stay inside.
package inquiry
