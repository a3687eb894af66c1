// Pictures that are dropped onto a form or chosen are shown at once, with a word about those that are small or none.
"use strict";
for (const box of document.querySelectorAll(".drop")) {
  const input = box.querySelector("input[type=file]"), list = box.querySelector(".thumbs");
  const show = () => {
    list.replaceChildren();
    for (const file of input.files) {
      const line = document.createElement("li"), canvas = document.createElement("canvas"), name = document.createElement("span"), word = document.createElement("span");
      name.textContent = file.name;
      word.className = "quiet";
      line.append(canvas, name, word);
      list.append(line);
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
