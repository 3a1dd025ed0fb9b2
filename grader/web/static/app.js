// What all pages share: the session's word for requests of htmx, what to say when one fails, focus.
"use strict";
(() => {
  const word = document.querySelector("meta[name=csrf]")?.content;
  const told = document.getElementById("trouble");
  const say = (text) => {
    if (!told) return;
    told.textContent = text;
    told.hidden = !text;
  };

  document.addEventListener("htmx:config:request", (event) => {
    const request = event.detail?.ctx?.request;
    if (request && word) request.headers["X-CSRF"] = word;
  });

  // An answer that is no page of ours is not put into this one: what is on it stays.
  document.addEventListener("htmx:before:swap", (event) => {
    const status = event.detail?.ctx?.response?.status ?? 200;
    if (status < 400) { say(""); return; }
    const own = event.detail.ctx.response.headers?.get?.("X-Shows");  // a form with its errors
    if (own) return;
    event.preventDefault();
    if (status === 401) say("Your session has ended. Sign in again in another window, then go on here.");
    else if (status === 429) say("Too many requests at once. Wait a moment, then try again.");
    else say(`That did not work (${status}). Nothing was changed. Load the page again.`);
  });
  document.addEventListener("htmx:error", () => {
    say("The server cannot be reached. What is on this page stays; try again in a moment.");
  });

  // After a swap the focus goes to what asks for it, once.
  document.addEventListener("htmx:after:swap", (event) => {
    const target = event.detail?.ctx?.target;
    const wants = target?.querySelector?.("[data-takes-focus]");
    if (wants) wants.focus();
  });
  document.querySelector("[role=alert][data-takes-focus]")?.focus();

  // A text that is shown once can be selected with one press.
  document.addEventListener("focusin", (event) => {
    if (event.target.matches?.("input[readonly][data-select]")) event.target.select();
  });
})();
