// While work is under way, look every second whether there is something new, and show it.  Without script the page has
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
  // What ended between the page and this first look is over, too.
  if ((before !== null && now !== before) || !now.includes('"working"')) {
    location.reload();
    return;
  }
  before = now;
  setTimeout(look, 500);
}
if (place) look();
