package privacy

import (
	"context"

	"touchstone/internal/audit"
	"touchstone/internal/casework/survey"
	"touchstone/internal/policy"
)

// surveys erases who was asked and what they wrote in surveys.
func (o *Office) surveys(ctx context.Context, e *Erasure, q survey.Query) error {
	for q.Limit = page; ; {
		list, err := o.Store.Surveys(ctx, q)
		if err != nil {
			return err
		}
		for _, s := range list {
			if err := o.survey(ctx, s.ID); err != nil {
				return err
			}
			e.count("surveys", 1)
		}
		if len(list) < page {
			return nil
		}
		q.Before = list[len(list)-1].ID
	}
}

func (o *Office) survey(ctx context.Context, id string) error {
	return o.update(ctx, func(tx Tx) error { return o.eraseSurvey(ctx, tx, id) })
}

// eraseSurvey erases one in a transaction.
func (o *Office) eraseSurvey(ctx context.Context, tx Tx, id string) error {
	s, err := tx.Survey(ctx, id)
	if err != nil {
		return err
	}
	if err := survey.Erase(ctx, tx, s, Erased); err != nil {
		return err
	}
	tx.AddAudit(audit.Event{At: o.moment(), Actor: byOffice, Action: "privacy.erase_survey", Subject: id})
	return tx.EraseSalts(ctx, id)
}

// noticeSurveys erases those about a notice, with it.
func (o *Office) noticeSurveys(ctx context.Context, tx Tx, notice string) error {
	for {
		list, err := tx.Surveys(ctx, survey.Query{Notice: notice, Side: policy.AskNotifier, Limit: page})
		if err != nil {
			return err
		}
		for _, s := range list {
			if err := o.eraseSurvey(ctx, tx, s.ID); err != nil {
				return err
			}
		}
		if len(list) < page {
			return nil
		}
	}
}

func (o *Office) oldSurveys(ctx context.Context, after, before string) (string, int, error) {
	list, err := o.Store.SurveysAfter(ctx, after, before, retentionPage)
	if err != nil {
		return after, 0, err
	}
	n := 0
	for _, s := range list {
		if err := o.survey(ctx, s.ID); err != nil {
			return after, n, err
		}
		after = s.ID
		n++
	}
	return after, n, nil
}
