// While work is under way, look now and then whether there is something new, and show it.  Without script the page has
// a link that does the same.
"use strict";
const place = document.querySelector("[data-state]");
async function look() {
  const pause = Number(place.dataset.pause || 500);
  let now;
  try {
    const answer = await fetch(place.dataset.state, { credentials: "same-origin" });
    now = answer.ok ? await answer.text() : "gone";
  } catch {
    setTimeout(look, 4 * pause); // the network changes, or the desk has ended: what the page shows stays meanwhile
    return;
  }
  // The address says what the page shows: it may have changed before the first look.
  if (!now.includes('"working"')) {
    location.reload();
    return;
  }
  setTimeout(look, pause);
}
if (place) look();
