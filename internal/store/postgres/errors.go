package postgres

import (
	"errors"
	"fmt"
	"net"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/puddle/v2"

	"touchstone/internal/casework"
	"touchstone/internal/store/sqlstore"
)

// plain adds the sentinel of sqlstore that fits to an error of the driver.
func plain(err error) error {
	known := sentinel(err)
	if known == nil || errors.Is(err, known) {
		return err
	}
	return fmt.Errorf("%w (%w)", known, err)
}

func sentinel(err error) error {
	var server *pgconn.PgError
	var connect *pgconn.ConnectError
	var network *net.OpError
	switch {
	case err == nil:
		return nil
	case errors.Is(err, puddle.ErrClosedPool), errors.Is(err, pgx.ErrTxClosed):
		return sqlstore.ErrClosed
	case errors.As(err, &server):
		return state(server.Code)
	case errors.As(err, &connect), errors.As(err, &network):
		return casework.ErrAway
	}
	return nil
}

// state maps an SQLSTATE.
func state(code string) error {
	switch code {
	case "23505":
		return sqlstore.ErrUnique
	case "23503":
		return sqlstore.ErrForeignKey
	case "22021": // character not in repertoire
		return casework.ErrText
	case "25006":
		return sqlstore.ErrReadOnly
	case "53100":
		return sqlstore.ErrFull
	case "58030":
		return sqlstore.ErrIO
	}
	switch {
	case strings.HasPrefix(code, "XX"):
		return sqlstore.ErrCorrupt
	case strings.HasPrefix(code, "08"), strings.HasPrefix(code, "57P"), strings.HasPrefix(code, "53"):
		return casework.ErrAway
	}
	return nil
}
