// Keeps what is typed into a draft a moment after it was typed, so that nothing ends with the browser or the desk.
// Without script the button does it.
"use strict";
const form = document.querySelector("form[data-keep]");
const told = document.querySelector("[data-kept]");
const PAUSE = 800;
let timer = 0;
let underWay = null; // what is being kept at this moment
let isOld = false; // another tab has changed the draft: the page says so once the form is sent
let isSent = false;

async function keep() {
  clearTimeout(timer);
  timer = 0;
  try {
    const answer = await fetch(form.dataset.keep, {
      method: "POST",
      body: new URLSearchParams(new FormData(form)),
      credentials: "same-origin",
      keepalive: true,
    });
    if (answer.ok) {
      form.elements.changed.value = (await answer.json()).changed;
      told.textContent = told.dataset.kept;
    } else {
      isOld = true;
      told.textContent = told.dataset.lost;
    }
  } catch {
    told.textContent = told.dataset.lost; // the desk has ended: what is typed stays on the page
  }
}

function keepNow() {
  if (timer && !isOld) underWay = keep().finally(() => (underWay = null));
}

form.addEventListener("input", () => {
  clearTimeout(timer);
  told.textContent = "";
  timer = setTimeout(() => (underWay ? underWay.finally(keepNow) : keepNow()), PAUSE);
});
form.addEventListener("submit", (event) => {
  if (underWay && !isSent) {
    event.preventDefault(); // the form says which state it is about: it waits for the new one
    const button = event.submitter;
    underWay.finally(() => form.requestSubmit(button));
    return;
  }
  isSent = true;
  clearTimeout(timer);
  timer = 0;
});
addEventListener("pagehide", () => isSent || underWay || keepNow());
addEventListener("pageshow", () => (isSent = false));
