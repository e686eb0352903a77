// Passkeys: a form with data-challenge asks the server for a challenge, the person's device for its answer, and sends it.
"use strict";

const toBytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (each) => each.charCodeAt(0));
const toText = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

function readOptions(told) {
  const options = { ...told.publicKey, challenge: toBytes(told.publicKey.challenge) };
  if (options.user) options.user = { ...options.user, id: toBytes(options.user.id) };
  for (const list of ["excludeCredentials", "allowCredentials"])
    if (options[list]) options[list] = options[list].map((each) => ({ ...each, id: toBytes(each.id) }));
  return { publicKey: options };
}

function writeAnswer(credential) {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"])
    if (credential.response[name]) response[name] = toText(credential.response[name]);
  return JSON.stringify({ id: credential.id, rawId: toText(credential.rawId), type: credential.type, response });
}

async function askDevice(form) {
  const answer = await fetch(form.dataset.challenge, { method: "POST", body: new FormData(form) });
  const told = await answer.json();
  if (!answer.ok) throw new Error(told.message);
  const options = readOptions(told.options);
  const way = form.dataset.way === "new" ? "create" : "get";
  const credential = await navigator.credentials[way](options).catch(() => {
    throw new Error(form.dataset.failed);
  });
  form.elements.challenge.value = told.challenge;
  form.elements.response.value = writeAnswer(credential);
}

for (const form of document.querySelectorAll("form[data-challenge]")) {
  const problem = form.querySelector("[data-problem]");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    problem.textContent = "";
    try {
      await askDevice(form);
      form.submit();
    } catch (error) {
      problem.textContent = error instanceof TypeError || error instanceof SyntaxError ? form.dataset.failed : error.message;
    }
  });
}
