package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"touchstone/internal/casework"
)

var _ casework.Store = (*Store)(nil)

// missing turns "no rows" into casework.ErrNotFound.
func missing(err error, what, id string) error {
	if errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("%w: there is no %s %q", casework.ErrNotFound, what, id)
	}
	return plain(err)
}

// insertError names what an insert ran into: its parent is not there, or it is
// there itself.
func insertError(err error, parent, parentID, conflict string) error {
	switch {
	case isForeignKey(err):
		return fmt.Errorf("%w: there is no %s %q", casework.ErrNotFound, parent, parentID)
	case isUnique(err):
		return fmt.Errorf("%w: %s", casework.ErrConflict, conflict)
	}
	return err
}

// CreateHolder implements casework.HolderStore.
func (s *Store) CreateHolder(ctx context.Context, h casework.Holder) error {
	return s.write.do(ctx, func(_ context.Context, t *tx) error {
		err := t.exec(`INSERT INTO holders (id, account, legal_name, country, business_id, email, created_at)
			VALUES (?, ?, ?, ?, ?, ?, ?)`, h.ID, h.Account, h.LegalName, h.Country, h.BusinessID, h.Email, micros(h.CreatedAt))
		return insertError(err, "", "", "this holder is registered already")
	})
}

// Holder implements casework.HolderStore.
func (s *Store) Holder(ctx context.Context, id string) (casework.Holder, error) {
	var h casework.Holder
	var created int64
	err := s.read.QueryRowContext(ctx, `SELECT id, account, legal_name, country, business_id, email, created_at
		FROM holders WHERE id = ?`, id).
		Scan(&h.ID, &h.Account, &h.LegalName, &h.Country, &h.BusinessID, &h.Email, &created)
	if err != nil {
		return casework.Holder{}, missing(err, "holder", id)
	}
	h.CreatedAt = moment(created)
	return h, nil
}

const rightColumns = `id, holder_id, account, name, type, office, territories, registration_number, application_number,
	registrant, filed_on, granted_on, expires_on, nice, locarno, vienna, state, price_amount, price_currency, created_at`

// CreateRight implements casework.RightStore.
func (s *Store) CreateRight(ctx context.Context, r casework.Right) error {
	var amount, currency any
	if r.RetailPrice != nil {
		amount, currency = r.RetailPrice.Amount, r.RetailPrice.Currency
	}
	return s.write.do(ctx, func(_ context.Context, t *tx) error {
		err := t.exec(`INSERT INTO rights (`+rightColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			r.ID, r.HolderID, r.Account, r.Name, string(r.Type), r.Office, list(r.Territories).text(), r.RegistrationNumber,
			r.ApplicationNumber, r.Registrant, optMicros(r.FiledOn), optMicros(r.GrantedOn), optMicros(r.ExpiresOn),
			list(r.Nice).text(), list(r.Locarno).text(), list(r.Vienna).text(), string(r.State), amount, currency, micros(r.CreatedAt))
		return insertError(err, "holder", r.HolderID,
			fmt.Sprintf("a %s with number %q of office %q is registered in this account already", r.Type, r.RegistrationNumber, r.Office))
	})
}

func scanRight(row scanner) (casework.Right, error) {
	var r casework.Right
	var territories, nice, locarno, vienna list
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
	r, err := scanRight(s.read.QueryRowContext(ctx, `SELECT `+rightColumns+` FROM rights WHERE id = ?`, id))
	if err != nil {
		return casework.Right{}, missing(err, "right", id)
	}
	return r, nil
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
	rows, err := s.read.QueryContext(ctx, query+` ORDER BY id LIMIT ?`, append(args, q.Limit)...)
	return collect(rows, err, scanRight)
}

// RightsByID implements casework.RightStore.
func (s *Store) RightsByID(ctx context.Context, ids []string) ([]casework.Right, error) {
	rows, err := s.often.query(ctx, `SELECT `+rightColumns+` FROM rights
		WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id`, list(ids).text())
	return collect(rows, err, scanRight)
}

// SetRightState implements casework.RightStore.
func (s *Store) SetRightState(ctx context.Context, id string, state casework.State, at time.Time) error {
	return s.write.do(ctx, func(_ context.Context, t *tx) error {
		n, err := t.execCount(`UPDATE rights SET state = ? WHERE id = ?`, string(state), id)
		if err != nil {
			return err
		}
		if n == 0 {
			return missing(sql.ErrNoRows, "right", id)
		}
		return t.exec(`UPDATE refs SET indexed_at = NULL, changed_at = ? WHERE right_id = ? AND deleted_at IS NULL`, micros(at), id)
	})
}
