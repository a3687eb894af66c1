// Reads /openapi.json and shows every operation with a form to try it. The key
// stays in this page: it is not stored and goes to this host only.
import { element, resolve, describe, example } from "./schema.js";

const methods = ["get", "post", "put", "patch", "delete"];

function heading(method, path) {
  return [element("span", { className: "method", textContent: method.toUpperCase() }), " " + path];
}

function bodyOf(doc, op) {
  const content = (resolve(doc, op.requestBody) || {}).content || {};
  const type = content["application/json"] ? "application/json" : Object.keys(content)[0];
  return type && { type, schema: content[type].schema, required: op.requestBody.required, upload: uploadOf(doc, content) };
}

// uploadOf names the parts of a multipart body: one of JSON and one of files.
function uploadOf(doc, content) {
  const form = content["multipart/form-data"];
  if (!form || !content["application/json"]) return null;
  const upload = {};
  for (const [name, part] of Object.entries(resolve(doc, form.schema).properties || {})) {
    const p = resolve(doc, part);
    const one = [].concat(p.type).includes("array") ? resolve(doc, p.items) : p;
    if (one.format === "binary") Object.assign(upload, { files: name, multiple: one !== p });
    else upload.json = name;
  }
  return upload.files && upload.json ? upload : null;
}

// fileField lets pictures be chosen; they are sent beside the JSON as parts of a form.
function fileField(upload) {
  const input = element("input", { type: "file", accept: "image/*", multiple: upload.multiple });
  input.dataset.files = upload.files;
  input.dataset.json = upload.json;
  return element("label", {}, `Files (sent as ${upload.files}, beside the body as ${upload.json}: multipart/form-data)`, input);
}

function answers(doc, op) {
  const box = element("details", {}, element("summary", { textContent: "Answers" }));
  for (const [status, answer] of Object.entries(op.responses || {})) {
    const a = resolve(doc, answer);
    box.append(element("h3", { textContent: status + " " + (a.description || "") }));
    const media = Object.values(a.content || {})[0];
    if (media && media.schema) box.append(describe(doc, media.schema));
  }
  return box;
}

function parameterFields(doc, op) {
  return (op.parameters || []).map((ref) => {
    const p = resolve(doc, ref);
    const input = element("input", { type: "text", required: !!p.required });
    input.dataset.in = p.in;
    input.dataset.name = p.name;
    return element("label", {}, element("code", { textContent: p.name }), ` (${p.in}) ${p.description || ""}`, input);
  });
}

// request builds what fetch takes from a form.
function request(form, method, path) {
  const headers = {};
  const query = new URLSearchParams();
  let url = path;
  for (const input of form.querySelectorAll("input[data-in]")) {
    const { in: place, name } = input.dataset;
    if (place === "path") url = url.replace(`{${name}}`, encodeURIComponent(input.value));
    else if (input.value && place === "query") query.append(name, input.value);
    else if (input.value && place === "header") headers[name] = input.value;
  }
  const key = document.getElementById("key").value.trim();
  if (key) headers.Authorization = "Bearer " + key;
  const body = form.querySelector("textarea");
  const options = { method: method.toUpperCase(), headers, credentials: "omit" };
  const chosen = form.querySelector("input[type=file]");
  if (chosen && chosen.files.length) {
    options.body = new FormData(); // the browser says its type, with the boundary
    if (body.value) options.body.append(chosen.dataset.json, new Blob([body.value], { type: "application/json" }));
    for (const file of chosen.files) options.body.append(chosen.dataset.files, file);
  } else if (body && body.value) {
    options.body = body.value;
    headers["Content-Type"] = body.dataset.type;
  }
  return [url + (query.size ? "?" + query : ""), options];
}

async function show(answer, out) {
  const type = answer.headers.get("Content-Type") || "";
  out.replaceChildren(element("p", { className: "status", textContent: `${answer.status} ${answer.statusText}` }));
  if (type.startsWith("image/")) {
    const url = URL.createObjectURL(await answer.blob());
    out.append(element("img", { src: url, alt: "The picture that was answered", onload: () => URL.revokeObjectURL(url) }));
    return;
  }
  let text = await answer.text();
  try {
    text = JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    // not JSON: shown as it came
  }
  out.append(element("pre", { textContent: text, tabIndex: 0 }));
}

function tryForm(doc, op, method, path) {
  const out = element("div", { className: "answer", ariaLive: "polite" });
  const form = element("form", {}, ...parameterFields(doc, op));
  const body = bodyOf(doc, op);
  if (body) {
    const start = body.type.includes("json") ? JSON.stringify(example(doc, body.schema), null, 2) : "";
    const area = element("textarea", { value: start, spellcheck: false });
    area.dataset.type = body.type;
    form.append(element("label", {}, `Body (${body.type})`, area));
    if (body.upload) form.append(fileField(body.upload));
  }
  form.append(element("button", { textContent: "Send" }), out);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    out.textContent = "Sending…";
    try {
      await show(await fetch(...request(form, method, path)), out);
    } catch (error) {
      out.textContent = "The request did not get through: " + error.message;
    }
  });
  return element("details", {}, element("summary", { textContent: "Try it" }), form);
}

function operation(doc, path, method, op) {
  const id = op.operationId || method + path;
  const article = element("article", { id }, element("h2", {}, ...heading(method, path)));
  if (op.summary) article.append(element("p", {}, element("strong", { textContent: op.summary })));
  if (op.description) article.append(element("p", { className: "prose", textContent: op.description }));
  const body = bodyOf(doc, op);
  if (body) article.append(element("h3", { textContent: `Body (${body.type})` }), describe(doc, body.schema));
  article.append(answers(doc, op), tryForm(doc, op, method, path));
  return article;
}

async function start() {
  const main = document.getElementById("operations");
  const contents = document.getElementById("contents");
  const doc = await (await fetch("/openapi.json")).json();
  document.title = doc.info.title;
  document.getElementById("title").textContent = `${doc.info.title} ${doc.info.version}`;
  main.replaceChildren();
  for (const [path, item] of Object.entries(doc.paths || {})) {
    for (const method of methods.filter((m) => item[m])) {
      const article = operation(doc, path, method, item[method]);
      main.append(article);
      contents.append(element("a", { href: "#" + article.id }, ...heading(method, path)));
    }
  }
}

start().catch((error) => {
  document.getElementById("operations").textContent = "The operations could not be loaded: " + error.message;
});
