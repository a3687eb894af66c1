package httpapi

import (
	"context"
	"mime"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"touchstone/internal/casework/dossier"
	"touchstone/internal/server"
)

// CertificateInput is a certificate as it is sent.
type CertificateInput struct {
	Kind string `json:"kind,omitempty" enum:"registration,renewal,assignment,licence,extract" default:"registration"`
	Paper
}

// CertificateList is the certificates of a right.
type CertificateList struct {
	Certificates []dossier.Certificate `json:"certificates" doc:"oldest first"`
}

// fileSenders send evidence; fileReaders see it.
var (
	fileSenders = []server.Role{server.RoleHolder, server.RoleAgent, server.RoleSeller, server.RolePartner, server.RoleOperator, server.RoleAdmin}
	fileReaders = []server.Role{server.RoleHolder, server.RoleAgent, server.RoleSeller, server.RolePartner, server.RoleReviewer, server.RoleOperator, server.RoleAdmin}
)

func (a *API) registerCertificates(api huma.API) {
	add := operation(http.MethodPost, "/v1/rights/{id}/certificates", "add-certificate", "File a certificate", "Registry", registrars)
	explain(&add, "A PDF, JPEG or PNG of at most 15 MiB and 60 pages; programs, scripts and archives are refused, and so are PDFs with scripts or files in them. Its text is read a moment later and "+
		"held against the form, field by field.")
	a.takesPaper(&add, http.StatusNotFound, http.StatusConflict)
	huma.Register(api, add, func(ctx context.Context, in *struct {
		ByID
		PictureBody
	}) (*created[dossier.Certificate], error) {
		body := CertificateInput{Kind: "registration"}
		err := readPaper(in.ContentType, in.RawBody, "certificate", &body, &body.Paper)
		if err == nil {
			err = body.wanted()
		}
		if err != nil {
			return nil, err
		}
		c, err := a.Dossier.AddCertificate(ctx, actor(ctx), in.ID, body.Kind, body.Name, body.File)
		return &created[dossier.Certificate]{"/v1/certificates/" + c.ID, c}, a.problem(ctx, err)
	})
	describePaper[CertificateInput](api, "/v1/rights/{id}/certificates", "certificate")

	list := operation(http.MethodGet, "/v1/rights/{id}/certificates", "list-certificates", "List a right's certificates", "Registry", readers)
	list.Errors = append(list.Errors, http.StatusNotFound)
	huma.Register(api, list, func(ctx context.Context, in *ByID) (*answer[CertificateList], error) {
		found, err := a.Dossier.Certificates(ctx, actor(ctx), in.ID)
		return &answer[CertificateList]{CertificateList{notNil(found)}}, a.problem(ctx, err)
	})
	get := operation(http.MethodGet, "/v1/certificates/{id}", "get-certificate", "Read a certificate", "Registry", readers)
	get.Errors = append(get.Errors, http.StatusNotFound)
	explain(&get, "Its text, and what it says of each field of the form. Each look is a row of the audit log.")
	huma.Register(api, get, func(ctx context.Context, in *ByID) (*answer[dossier.CertificateView], error) {
		c, err := a.Dossier.Certificate(ctx, actor(ctx), in.ID)
		return &answer[dossier.CertificateView]{c}, a.problem(ctx, err)
	})
	del := operation(http.MethodDelete, "/v1/certificates/{id}", "delete-certificate", "Take a certificate away", "Registry", registrars)
	del.Errors = append(del.Errors, http.StatusNotFound, http.StatusConflict)
	explain(&del, "While the right is pending; later the certificates are what its state rests on.")
	huma.Register(api, del, func(ctx context.Context, in *ByID) (*struct{}, error) {
		return nil, a.problem(ctx, a.Dossier.DeleteCertificate(ctx, actor(ctx), in.ID))
	})
	a.registerFiles(api)
}

// ByHash is the path parameter of files.
type ByHash struct {
	Hash string `path:"hash" pattern:"^[0-9a-f]{64}$" doc:"SHA-256 in hexadecimal"`
}

func (a *API) registerFiles(api huma.API) {
	send := operation(http.MethodPost, "/v1/files", "send-file", "Send a file as evidence", "Notices", fileSenders)
	explain(&send, "Notices, counter-notices and answers name it by its hash. The same file again is the same file.")
	a.takesPaper(&send)
	huma.Register(api, send, func(ctx context.Context, in *struct{ PictureBody }) (*created[dossier.SentFile], error) {
		var body Paper
		err := readPaper(in.ContentType, in.RawBody, "about", &body, &body)
		if err == nil {
			err = body.wanted()
		}
		if err != nil {
			return nil, err
		}
		f, err := a.Dossier.Upload(ctx, actor(ctx), body.Name, body.File)
		return &created[dossier.SentFile]{"/v1/files/" + f.Hash, f}, a.problem(ctx, err)
	})
	describePaper[Paper](api, "/v1/files", "about")

	get := operation(http.MethodGet, "/v1/files/{hash}", "get-file", "Read a file", "Notices", fileReaders)
	get.Errors = append(get.Errors, http.StatusNotFound)
	get.Responses = fileResponse("The file, with its own type.", "application/pdf", "image/jpeg", "image/png", "application/octet-stream")
	explain(&get, "A certificate, power of attorney or evidence, for the account that sent it and for those who judge. Each look is a row of the audit log.")
	huma.Register(api, get, func(ctx context.Context, in *ByHash) (*file, error) {
		f, data, err := a.Dossier.Open(ctx, actor(ctx), in.Hash)
		if err != nil {
			return nil, a.problem(ctx, err)
		}
		name := f.Name
		if name == "" {
			name = f.Hash[:12] + "." + string(f.Kind)
		}
		return &file{ContentType: f.Kind.MediaType(), Disposition: mime.FormatMediaType("attachment", map[string]string{"filename": name}), CacheControl: "private, no-store", Body: data}, nil
	})
}
