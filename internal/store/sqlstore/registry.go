package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"touchstone/internal/casework"
)

var _ casework.Store = (*Store)(nil)

// insertError names what an insert ran into: its parent is not there, or it is
// there itself.
func insertError(err error, parent, parentID, conflict string) error {
	switch {
	case errors.Is(err, ErrForeignKey):
		return absent(parent, parentID)
	case errors.Is(err, ErrUnique):
		return fmt.Errorf("%w: %s", casework.ErrConflict, conflict)
	}
	return err
}

// CreateHolder implements casework.HolderStore.
func (s *Store) CreateHolder(ctx context.Context, h casework.Holder) error {
	return s.transact(ctx, func(t *tx) error {
		err := t.run(ctx, `INSERT INTO holders (id, account, legal_name, country, business_id, email, created_at)
			VALUES (?, ?, ?, ?, ?, ?, ?)`, h.ID, h.Account, h.LegalName, h.Country, h.BusinessID, h.Email, stamp(h.CreatedAt))
		return insertError(err, "", "", "this holder is registered already")
	})
}

// Holder implements casework.HolderStore.
func (s *Store) Holder(ctx context.Context, id string) (casework.Holder, error) {
	return one(ctx, s.reader, "holder", id, func(r Rows) (h casework.Holder, err error) {
		var created int64
		err = r.Scan(&h.ID, &h.Account, &h.LegalName, &h.Country, &h.BusinessID, &h.Email, &created)
		h.CreatedAt = moment(created)
		return h, err
	}, `SELECT id, account, legal_name, country, business_id, email, created_at FROM holders WHERE id = ?`, id)
}

const rightColumns = `id, holder_id, account, name, type, office, territories, registration_number, application_number,
	registrant, filed_on, granted_on, expires_on, nice, locarno, vienna, state, price_amount, price_currency, created_at`

// CreateRight implements casework.RightStore.
func (s *Store) CreateRight(ctx context.Context, r casework.Right) error {
	var amount, currency any
	if r.RetailPrice != nil {
		amount, currency = r.RetailPrice.Amount, r.RetailPrice.Currency
	}
	return s.transact(ctx, func(t *tx) error {
		err := t.run(ctx, `INSERT INTO rights (`+rightColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			r.ID, r.HolderID, r.Account, r.Name, string(r.Type), r.Office, texts(r.Territories).text(), r.RegistrationNumber,
			r.ApplicationNumber, r.Registrant, optStamp(r.FiledOn), optStamp(r.GrantedOn), optStamp(r.ExpiresOn),
			texts(r.Nice).text(), texts(r.Locarno).text(), texts(r.Vienna).text(), string(r.State), amount, currency, stamp(r.CreatedAt))
		return insertError(err, "holder", r.HolderID,
			fmt.Sprintf("a %s with number %q of office %q is registered in this account already", r.Type, r.RegistrationNumber, r.Office))
	})
}

func scanRight(row Rows) (casework.Right, error) {
	var r casework.Right
	var territories, nice, locarno, vienna texts
	var filed, granted, expires sql.NullInt64
	var amount sql.NullFloat64
	var currency sql.NullString
	var created int64
	err := row.Scan(&r.ID, &r.HolderID, &r.Account, &r.Name, &r.Type, &r.Office, &territories, &r.RegistrationNumber,
		&r.ApplicationNumber, &r.Registrant, &filed, &granted, &expires, &nice, &locarno, &vienna, &r.State, &amount, &currency, &created)
	if err != nil {
		return casework.Right{}, err
	}
	r.Territories, r.Nice, r.Locarno, r.Vienna = territories, nice, locarno, vienna
	r.FiledOn, r.GrantedOn, r.ExpiresOn = optMoment(filed), optMoment(granted), optMoment(expires)
	if amount.Valid {
		r.RetailPrice = &casework.Money{Amount: amount.Float64, Currency: currency.String}
	}
	r.CreatedAt = moment(created)
	return r, nil
}

// Right implements casework.RightStore.
func (s *Store) Right(ctx context.Context, id string) (casework.Right, error) {
	return one(ctx, s.reader, "right", id, scanRight, `SELECT `+rightColumns+` FROM rights WHERE id = ?`, id)
}

// Rights implements casework.RightStore.
func (s *Store) Rights(ctx context.Context, q casework.RightQuery) ([]casework.Right, error) {
	query, args := `SELECT `+rightColumns+` FROM rights WHERE id > ?`, []any{q.After}
	for column, value := range map[string]string{"account": q.Account, "holder_id": q.HolderID, "state": string(q.State), "type": string(q.Type)} {
		if value != "" {
			query += " AND " + column + " = ?"
			args = append(args, value)
		}
	}
	return list(ctx, s.reader, scanRight, query+` ORDER BY id LIMIT ?`, append(args, q.Limit)...)
}

// RightsByID implements casework.RightStore.
func (s *Store) RightsByID(ctx context.Context, ids []string) ([]casework.Right, error) {
	return list(ctx, s.reader, scanRight, `SELECT `+rightColumns+` FROM rights
		WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id`, texts(ids).text())
}

// SetRightState implements casework.RightStore.
func (s *Store) SetRightState(ctx context.Context, id string, state casework.State, at time.Time) error {
	return s.transact(ctx, func(t *tx) error {
		n, err := t.exec(ctx, `UPDATE rights SET state = ? WHERE id = ?`, string(state), id)
		if err != nil {
			return err
		}
		if n == 0 {
			return absent("right", id)
		}
		return t.run(ctx, `UPDATE refs SET indexed_at = NULL, changed_at = ? WHERE right_id = ? AND deleted_at IS NULL`, stamp(at), id)
	})
}
