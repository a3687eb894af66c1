// Pictures that are dropped onto a form or chosen are shown at once, with a word about those that are small or none.
"use strict";
// look asks what to expect of a picture: does it show enough, and is one like it registered already?
async function look(file, told) {
  const form = new FormData();
  form.append("token", document.querySelector("input[name=token]").value);
  form.append("pictures", file);
  try {
    const answer = await fetch("/portal/pictures/check", { method: "POST", body: form });
    if (answer.ok) told.innerHTML = await answer.text(); // rendered and escaped by the server
  } catch { /* the picture can be sent all the same, and its page tells then */ }
}
for (const box of document.querySelectorAll(".drop")) {
  const input = box.querySelector("input[type=file]"), list = box.querySelector(".thumbs");
  const show = () => {
    list.replaceChildren();
    for (const file of input.files) {
      const line = document.createElement("li"), canvas = document.createElement("canvas"), name = document.createElement("span"), word = document.createElement("span");
      name.textContent = file.name;
      word.className = "quiet";
      const told = document.createElement("div");
      line.append(canvas, name, word, told);
      list.append(line);
      if (list.dataset.check && box.closest("form")) look(file, told);
      createImageBitmap(file).then((img) => {
        const scale = 96 / Math.max(img.width, img.height);
        canvas.width = Math.max(1, img.width * scale); canvas.height = Math.max(1, img.height * scale);
        canvas.getContext("2d").drawImage(img, 0, 0, canvas.width, canvas.height);
        word.textContent = `${img.width} × ${img.height}` + (Math.min(img.width, img.height) < 200 ? " · " + list.dataset.small : "");
      }, () => { word.textContent = list.dataset.not; line.classList.add("bad"); });
    }
  };
  input.addEventListener("change", show);
  for (const kind of ["dragenter", "dragover"]) box.addEventListener(kind, (e) => { e.preventDefault(); box.classList.add("over"); });
  for (const kind of ["dragleave", "drop"]) box.addEventListener(kind, (e) => { e.preventDefault(); box.classList.remove("over"); });
  box.addEventListener("drop", (e) => { input.files = e.dataTransfer.files; show(); });
}
