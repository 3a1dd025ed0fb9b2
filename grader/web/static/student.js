// An upload that shows how far it is. Without this script the form is sent as every form is.
"use strict";
(() => {
  const shown = (form, text) => {
    const told = form.querySelector("[data-told]");
    if (told && told.textContent !== text) told.textContent = text;
  };
  const send = (form) => {
    const asked = new XMLHttpRequest();
    const box = form.querySelector("[data-progress]");
    const bar = box.querySelector("progress");
    const button = form.querySelector("button[type=submit]");
    box.hidden = false;
    button.disabled = true;
    shown(form, "Your files are on their way.");
    asked.upload.addEventListener("progress", (event) => {
      if (!event.lengthComputable) return;
      bar.value = Math.round((100 * event.loaded) / event.total);
      if (event.loaded === event.total) shown(form, "All is sent; the receipt comes.");
    });
    const failed = () => {
      button.disabled = false;
      shown(form, "The connection broke. There is no receipt, so nothing was kept: send it again.");
    };
    asked.addEventListener("error", failed);
    asked.addEventListener("abort", failed);
    asked.addEventListener("load", () => {
      if (asked.status < 300 && asked.responseURL) { location.assign(asked.responseURL); return; }
      const page = new DOMParser().parseFromString(asked.responseText, "text/html");
      const why = page.querySelector(".desk-said[role=alert] p");
      button.disabled = false;
      bar.value = 0;
      shown(form, why ? why.textContent.trim().replace(/\s+/g, " ") : `It was not taken (${asked.status}). Nothing was kept.`);
    });
    asked.open("POST", form.action);
    asked.send(new FormData(form));
  };
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("[data-upload]") || form.querySelector("[data-progress]") === null) return;
    event.preventDefault();
    send(form);
  });
})();
