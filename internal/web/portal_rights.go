package web

import (
	"cmp"
	"io"
	"mime/multipart"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"touchstone/detect"
	"touchstone/internal/casework"
	"touchstone/internal/casework/dossier"
	"touchstone/internal/intake"
)

// rightTypes are offered in the form.
var rightTypes = []casework.RightType{casework.Design, casework.TrademarkWord, casework.TrademarkFigurative, casework.Trademark3D, casework.CopyrightRegistered, casework.CopyrightUnregistered,
	casework.GeographicalIndication, casework.Patent, casework.UtilityModel}

// rightForm is the page at /portal/rights/new.
type rightForm struct {
	frame
	Types   []casework.RightType
	Right   casework.Right
	Holders []casework.Holder // of the account, where the person is bound to none
	Holder  casework.Holder
	Words   string
	Terr    string
	Nice    string
	Expires string
	Fault   string
	Request string // key that makes a form that is sent twice one right
}

func (w *Web) rightForm(c *gin.Context) {
	w.showRightForm(c, http.StatusOK, rightForm{Request: casework.NewID("web"), Right: casework.Right{Type: casework.Design}, Terr: "EU"})
}

func (w *Web) showRightForm(c *gin.Context, status int, p rightForm) {
	p.frame, p.Types = w.frame(c, "rightform", "page.portal.register"), rightTypes
	if actor(c).Subject == "" {
		var err error
		if p.Holders, err = w.holders(c); err != nil {
			w.fail(c, err)
			return
		}
	}
	w.show(c, status, "rightform", p)
}

// registerRight registers a right with its pictures and words in one step, and leads to its page, which says what to expect of them.
func (w *Web) registerRight(c *gin.Context) {
	ctx, a := c.Request.Context(), actor(c)
	field := func(name string) string { return strings.TrimSpace(c.PostForm(name)) }
	key := a.Person() + "\n" + field("request")
	if to, done := w.once.at(key); done && field("request") != "" { // sent twice
		c.Redirect(http.StatusSeeOther, to)
		return
	}
	p := rightForm{Request: field("request"), Words: c.PostForm("words"), Terr: field("territories"), Nice: field("nice"), Expires: field("expires"),
		Holder: casework.Holder{LegalName: field("holder_name"), Country: strings.ToUpper(field("holder_country")), Email: field("holder_email")},
		Right: casework.Right{HolderID: cmp.Or(a.Subject, field("holder")), Name: field("name"), Type: casework.RightType(field("type")), Office: field("office"),
			RegistrationNumber: field("number"), Registrant: field("registrant")}}
	p.Right.Territories, p.Right.Nice = listed(p.Terr), listed(p.Nice)
	if day, err := time.Parse(time.DateOnly, p.Expires); err == nil {
		p.Right.ExpiresOn = &day
	}
	if p.Right.HolderID == "" {
		h, err := w.Registry.CreateHolder(ctx, a, p.Holder)
		if err != nil {
			w.rightFault(c, p, err)
			return
		}
		p.Right.HolderID = h.ID
	}
	made, err := w.Registry.CreateRight(ctx, a, p.Right)
	if err != nil {
		w.rightFault(c, p, err)
		return
	}
	w.once.keep(key, "/portal/rights/"+made.ID)
	for _, word := range strings.Split(p.Words, "\n") {
		if word = strings.TrimSpace(word); word != "" {
			if _, err := w.Registrar.AddWordReference(ctx, a, made.ID, intake.WordReference{Word: word}); err != nil {
				w.say(c, "page.said.notall")
			}
		}
	}
	said := w.keepPictures(c, made.ID, "page.said.registered")
	if data, _, err := formFile(c, "certificate"); err == nil && data != nil && w.keepCertificate(c, made.ID) != nil {
		said = "page.said.notall"
	}
	w.say(c, said)
	c.Redirect(http.StatusSeeOther, "/portal/rights/"+made.ID)
}

func (w *Web) rightFault(c *gin.Context, p rightForm, err error) {
	fault := w.frame(c, "rightform", "page.portal.register").faultOf(err)
	if fault == "" {
		w.fail(c, err)
		return
	}
	p.Fault = fault
	w.showRightForm(c, http.StatusUnprocessableEntity, p)
}

// keepPictures registers the pictures of a form, and gives the message to say: the one given, or that some could not be taken.
func (w *Web) keepPictures(c *gin.Context, right, said string) string {
	if c.Request.MultipartForm == nil {
		return said
	}
	for _, h := range c.Request.MultipartForm.File["pictures"] {
		if h.Size == 0 {
			continue
		}
		data, err := readPicture(h)
		if err == nil {
			_, err = w.Registrar.AddImageReference(c.Request.Context(), actor(c), right, intake.ImageReference{View: clipName(h.Filename), Data: data})
		}
		if err != nil {
			w.Log.InfoContext(c.Request.Context(), "a picture of a right was not taken", "right", right, "error", err)
			said = "page.said.notall"
		}
	}
	return said
}

func readPicture(h *multipart.FileHeader) ([]byte, error) {
	f, err := h.Open()
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // it was read only
	return io.ReadAll(io.LimitReader(f, maxUpload))
}

// listed cuts a list at commas, semicolons and spaces.
func listed(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ';' || r == ' ' || r == '\n' })
}

// rightPage is the page at /portal/rights/{id}.
type rightPage struct {
	frame
	Right      casework.Right
	State      casework.State
	References []referenceView
	Sellers    []casework.AuthorizedSeller
	Checks     []dossier.Check
	Certs      []dossier.CertificateView
	Papers     bool // certificates are taken here
	Fault      string
}

// Kinds of certificate.
func (p rightPage) Kinds() []string { return certificateKinds }

var certificateKinds = []string{"registration", "renewal", "assignment", "licence", "extract"}

// referenceView is a reference with what to expect of it.
type referenceView struct {
	casework.Reference
	Warnings []detect.Note
}

func (w *Web) rightPage(c *gin.Context) { w.showRight(c, http.StatusOK, "") }

func (w *Web) showRight(c *gin.Context, status int, fault string) {
	ctx, a := c.Request.Context(), actor(c)
	p := rightPage{frame: w.frame(c, "right", "page.case.right"), Papers: w.Dossier != nil, Fault: fault}
	p.Flash = w.said(c, p.frame)
	var err error
	var refs []casework.Reference
	if p.Right, err = w.Registry.Right(ctx, a, c.Param("id")); err == nil {
		p.State = p.Right.EffectiveState(w.Now())
		refs, err = w.Registry.References(ctx, a, p.Right.ID)
	}
	if err == nil {
		p.Sellers, err = w.Registry.AuthorizedSellers(ctx, a, p.Right.ID)
	}
	if err == nil && w.Dossier != nil {
		var list dossier.RightChecklist
		list, err = w.Dossier.Checklist(ctx, a, p.Right.ID)
		p.Checks, p.Certs = list.Checks, list.Certificates
	}
	for _, r := range refs {
		v := referenceView{Reference: r}
		if err == nil && r.Kind == casework.ReferenceImage {
			v.Warnings, err = w.Registrar.PictureWarnings(ctx, r.Blob)
		}
		p.References = append(p.References, v)
	}
	if err != nil {
		w.fail(c, err)
		return
	}
	w.show(c, status, "right", p)
}

// picturePart is what to expect of a picture: a part of forms with pictures, fetched when one is chosen.
type picturePart struct {
	frame
	Preview intake.Preview
	Fault   string
}

// checkPicture looks at one picture before it is registered.
func (w *Web) checkPicture(c *gin.Context) {
	p := picturePart{frame: w.frame(c, "right", "page.case.right")}
	data, _, err := formFile(c, "pictures")
	if err == nil {
		p.Preview, err = w.Registrar.Preview(c.Request.Context(), actor(c), data)
	}
	if p.Fault = p.faultOf(err); err != nil && p.Fault == "" {
		w.fail(c, err)
		return
	}
	w.part(c, "right", "preview", p)
}

func (w *Web) addPictures(c *gin.Context) {
	if _, err := w.Registry.Right(c.Request.Context(), actor(c), c.Param("id")); err != nil {
		w.fail(c, err)
		return
	}
	w.say(c, w.keepPictures(c, c.Param("id"), "page.said.pictures"))
	c.Redirect(http.StatusSeeOther, "/portal/rights/"+c.Param("id"))
}

func (w *Web) addWord(c *gin.Context) {
	_, err := w.Registrar.AddWordReference(c.Request.Context(), actor(c), c.Param("id"), intake.WordReference{Word: c.PostForm("word")})
	w.rightSaid(c, err)
}

func (w *Web) addSeller(c *gin.Context) {
	_, err := w.Registry.AddAuthorizedSeller(c.Request.Context(), actor(c), casework.AuthorizedSeller{RightID: c.Param("id"), Seller: strings.TrimSpace(c.PostForm("seller")),
		Marketplace: strings.TrimSpace(c.PostForm("marketplace")), Proof: strings.TrimSpace(c.PostForm("proof"))})
	w.rightSaid(c, err)
}

func (w *Web) rightSaid(c *gin.Context, err error) {
	if err != nil && w.frame(c, "right", "page.case.right").faultOf(err) == "" {
		w.fail(c, err)
		return
	}
	w.say(c, "page.said.person")
	if err != nil {
		w.say(c, "page.said.notall")
	}
	c.Redirect(http.StatusSeeOther, "/portal/rights/"+c.Param("id"))
}

// referencePicture shows a registered picture to who may see its right.
func (w *Web) referencePicture(c *gin.Context) {
	refs, err := w.Registry.References(c.Request.Context(), actor(c), c.Param("id"))
	if err != nil {
		w.fail(c, err)
		return
	}
	i := slices.IndexFunc(refs, func(r casework.Reference) bool { return r.ID == c.Param("ref") && r.Blob != "" })
	if i < 0 {
		w.fail(c, intake.ErrNoPicture)
		return
	}
	data, err := w.shown.picture(c.Request.Context(), w.Evidence, refs[i].Blob, detect.Box{})
	w.picture(c, data, err)
}
