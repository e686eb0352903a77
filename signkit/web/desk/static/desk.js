// While work is under way, look now and then whether there is something new, and show it.  Without script the page has
// a link that does the same.
"use strict";
const place = document.querySelector("[data-state]");
let before = null;
async function look() {
  let now;
  try {
    const answer = await fetch(place.dataset.state, { credentials: "same-origin" });
    now = answer.ok ? await answer.text() : "gone";
  } catch {
    return; // the desk has ended; what the page shows stays
  }
  // The work may have ended between the page and the first look at it.
  if ((before !== null && now !== before) || !now.includes('"working"')) {
    location.reload();
    return;
  }
  before = now;
  setTimeout(look, Number(place.dataset.pause || 500));
}
if (place) look();
