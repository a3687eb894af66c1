// What an OpenAPI schema says, as elements and as an example value.

// element makes an element with properties and children; text is never markup.
export function element(name, props = {}, ...children) {
  const e = Object.assign(document.createElement(name), props);
  e.append(...children);
  return e;
}

// resolve follows a reference within the document.
export function resolve(doc, schema) {
  if (!schema || !schema.$ref) return schema || {};
  return schema.$ref.slice(2).split("/").reduce((at, part) => at && at[part], doc) || {};
}

function typeName(doc, schema) {
  const s = resolve(doc, schema);
  const types = [].concat(s.type || (s.properties ? "object" : "any"));
  let name = types.join(" or ");
  if (types.includes("array")) name = "array of " + typeName(doc, s.items);
  if (s.format) name += " (" + s.format + ")";
  if (s.enum) name += ": " + s.enum.map((v) => JSON.stringify(v)).join(", ");
  return name;
}

// limits says how long, large or many a value may be.
function limits(s) {
  const said = [];
  const range = (least, most, one, many) => {
    const count = (n) => (one ? `${n} ${n === 1 ? one : many}` : n);
    if (least !== undefined && least === most) said.push(count(least));
    else {
      if (least !== undefined) said.push("at least " + count(least));
      if (most !== undefined) said.push("at most " + count(most));
    }
  };
  range(s.minLength, s.maxLength, "character", "characters");
  range(s.minItems, s.maxItems, "entry", "entries");
  range(s.minimum, s.maximum);
  if (s.pattern !== undefined) said.push("pattern " + s.pattern);
  return said.join(", ");
}

// describe shows the fields of a schema, one level below another.
export function describe(doc, schema, depth = 0) {
  let s = resolve(doc, schema);
  if ([].concat(s.type).includes("array")) s = resolve(doc, s.items);
  const box = element("div", { className: "schema" });
  if (!s.properties || depth > 5) {
    box.append(element("span", { className: "type", textContent: typeName(doc, schema) }));
    return box;
  }
  for (const [name, field] of Object.entries(s.properties)) {
    const f = resolve(doc, field);
    const line = element("div", {},
      element("code", { textContent: name, className: (s.required || []).includes(name) ? "required" : "" }), " ",
      element("span", { className: "type", textContent: typeName(doc, field) }));
    const said = [f.description || field.description, limits(f)].filter(Boolean).join("; ");
    if (said) line.append(" — " + said);
    box.append(line);
    const inner = [].concat(f.type).includes("array") ? resolve(doc, f.items) : f;
    if (inner.properties) box.append(describe(doc, inner, depth + 1));
  }
  return box;
}

// example makes a value of a schema to start from: required fields only.
export function example(doc, schema, depth = 0) {
  const s = resolve(doc, schema);
  if (s.examples && s.examples.length) return s.examples[0];
  if (s.default !== undefined) return s.default;
  if (s.enum) return s.enum[0];
  const type = [].concat(s.type || (s.properties ? "object" : "string")).find((t) => t !== "null");
  if (type === "object") {
    const wanted = Object.keys(s.properties || {}).filter((n) => (s.required || []).includes(n));
    return Object.fromEntries(wanted.map((n) => [n, depth > 5 ? null : example(doc, s.properties[n], depth + 1)]));
  }
  if (type === "array") return s.minItems && depth < 5 ? [example(doc, s.items, depth + 1)] : [];
  return { integer: s.minimum || 0, number: s.minimum || 0, boolean: false, string: s.format === "date-time" ? "2026-01-01T00:00:00Z" : "" }[type];
}
