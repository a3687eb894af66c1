package survey

import "context"

// Erase takes who was asked and what they wrote out of a survey, in a transaction of who erases. One that nobody was asked yet goes
// altogether; the scores of others stay in the figures and lead to nobody.
func Erase(ctx context.Context, tx Tx, s Survey, word string) error {
	if s.State == StatePlanned {
		return tx.DropSurvey(ctx, s.ID)
	}
	s.Party, s.Account, s.Subject, s.Case, s.Notice = s.ID, "", "", "", ""
	if s.State == StateAsked {
		s.State = StateLapsed
	}
	if s.Answer != nil {
		answer := *s.Answer
		answer.By = word
		if answer.Text != "" {
			answer.Text = word
		}
		s.Answer = &answer
	}
	return tx.PutSurvey(ctx, &s)
}
