// What the page needs beyond HTML: focus, scrolling, live regions and the address. No content is made here.
const narrow = () => window.innerWidth < 900;
let shownHeading = null;
let pinned = true;
let asked = null;

// Whatever is named as a notice is read out at once, wherever it is.
const HEARD = { assertive: "[id$='notice'], #problem", polite: "[id$='announcement'], #coaching, #hint" };
const announce = () => {
  for (const [mode, places] of Object.entries(HEARD)) {
    // Beside the text Gradio keeps a clock of the handler, which nobody wants to have read out.
    for (const place of document.querySelectorAll(`:is(${places}) .html-container:not([aria-live])`)) place.setAttribute("aria-live", mode);
  }
};

const follow = () => {
  const talk = document.getElementById("conversation");
  if (!talk) return;
  if (!talk.hasAttribute("tabindex")) {
    talk.setAttribute("tabindex", "0");
    talk.setAttribute("role", "region");
    talk.addEventListener("scroll", () => {
      pinned = talk.scrollHeight - talk.scrollTop - talk.clientHeight < 120;
    });
  }
  const messages = talk.querySelector(".messages[data-name]");
  if (messages) talk.setAttribute("aria-label", messages.dataset.name);
  if (talk.querySelector(".typing")) pinned = true; // whoever has just sent wants to see the answer
  if (pinned) talk.scrollTop = talk.scrollHeight;
};

const reveal = (place, block) => {
  for (let fold = place.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
  place.scrollIntoView({ block });
};

const arrive = () => {
  const heading = document.querySelector("main h1, gradio-app h1");
  if (!heading || heading.dataset.seen) return;
  const isFirst = shownHeading === null;
  const isSame = shownHeading === heading.textContent;
  heading.dataset.seen = "yes";
  shownHeading = heading.textContent;
  document.title = `${heading.textContent} · simcustomer`;
  if (isSame) return;
  pinned = true;
  // The page's other parts arrive a moment after its heading.
  setTimeout(() => {
    const brief = document.querySelector("details.aside");
    if (brief && narrow()) brief.removeAttribute("open");
    const box = document.querySelector("#reply textarea");
    const place = isFirst && location.hash && document.getElementById(location.hash.slice(1));
    if (place) reveal(place, "start");
    else if (box && !narrow()) box.focus();
    else if (!isFirst) {
      window.scrollTo(0, 0);
      heading.setAttribute("tabindex", "-1");
      heading.focus({ preventScroll: true });
    }
  }, 60);
};

// A question that stands before what cannot be undone: it takes the focus, and gives it back to what asked it.
const ASKED_BY = { "end-question": "#end", "hand-question": "#hand-over" };
const ask = () => {
  const question = document.querySelector("#end-question, #hand-question");
  const text = question?.querySelector(".question")?.innerText;
  if (text && question.getAttribute("aria-label") !== text) {
    question.setAttribute("role", "alertdialog");
    question.setAttribute("aria-label", text);
  }
  if (question && !asked) {
    setTimeout(() => {
      question.querySelector("#end-no, #hand-no")?.focus({ preventScroll: true });
      question.scrollIntoView({ block: "nearest" });
    }, 60);
  } else if (!question && asked) {
    const asker = ASKED_BY[asked];
    setTimeout(() => document.querySelector(asker)?.focus(), 60);
  }
  asked = question?.id;
};
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  document.querySelector("#end-no, #hand-no")?.click();
  const shown = document.querySelector("details.preferences[open]");
  if (!shown) return;
  shown.open = false;
  shown.querySelector("summary").focus();
});

// Where a form goes away under whoever writes in it, the focus goes to what has taken its place.
const FOLLOWS = {
  "#composer, #stop, #retry": "#see-debrief, #retry",
  "#dispute-form": "#dispute-notice .notice",
  "#decision, #regrading": "#review-notice .notice",
  "#withdrawing": "#assign-notice .notice",
};
let following = null;
document.addEventListener("focusin", (event) => {
  const form = Object.keys(FOLLOWS).find((each) => event.target.closest?.(each));
  following = form && FOLLOWS[form];
});
const regain = () => {
  const next = following && document.activeElement === document.body && document.querySelector(following);
  if (!next) return;
  if (next.matches(".notice")) next.setAttribute("tabindex", "-1");
  next.focus();
};

// A reply that is not sent yet outlives a page that loads again, as Gradio's does after a lost connection. It is kept for
// this tab, this person and this session, until it is sent or the conversation is over.
const DRAFT = "draft ";
const drafts = () => Object.keys(sessionStorage).filter((key) => key.startsWith(DRAFT));
const plain = (text) => text.split(/\s+/).filter(Boolean).join(" ");
let given = null; // the session whose box has been given its draft
let goes = false; // somebody is signing out; the page may change once more before it is left
const keepDraft = () => {
  if (goes) return;
  const person = document.querySelector("header.site")?.dataset.person;
  const session = new URLSearchParams(location.search).get("session");
  if (person === undefined || !document.querySelector("#transcript .messages, .page.debrief")) return;
  const own = `${DRAFT}${person} `;
  for (const key of drafts()) if (!key.startsWith(own)) sessionStorage.removeItem(key);
  if (!session) return;
  const box = document.querySelector("#reply textarea");
  if (document.querySelector("#see-debrief, .page.debrief")) sessionStorage.removeItem(own + session);
  if (!box) return;
  const kept = sessionStorage.getItem(own + session);
  if (given !== session) {
    given = session;
    const sent = [...document.querySelectorAll("#conversation .message.trainee .text")].at(-1)?.innerText ?? "";
    if (kept && !box.value && plain(kept) !== plain(sent)) {
      box.value = kept;
      box.dispatchEvent(new Event("input", { bubbles: true }));
    }
  }
  if (box.value === "") sessionStorage.removeItem(own + session);
  else if (box.value !== kept) sessionStorage.setItem(own + session, box.value);
};
document.addEventListener("input", (event) => {
  if (event.target.closest?.("#reply")) keepDraft();
});
document.addEventListener("submit", (event) => {
  if (!event.target.matches?.("form.signed-in")) return;
  goes = true;
  for (const key of drafts()) sessionStorage.removeItem(key);
});
window.addEventListener("pageshow", () => (goes = false));

// The studio: how many savings are on their way, the line that a finding names, and the address of what is shown.
let typing = 0;
const moment = (ms) => new Promise((later) => setTimeout(later, ms));
window.studioTyping = () => {
  typing += 1;
  return Date.now();
};
window.studioSettled = () => {
  typing = Math.max(0, typing - 1);
};
const address = () => {
  const draft = document.querySelector("#studio-saved [data-draft]")?.dataset.draft;
  if (draft && !location.search.includes(draft)) history.replaceState(null, "", `${location.pathname}?draft=${encodeURIComponent(draft)}`);
};
window.studioQuiet = async () => {
  for (let quiet = 0, waited = 0; quiet < 3 && waited < 100; waited += 1) {
    await moment(50);
    quiet = typing ? 0 : quiet + 1;
  }
};
window.studioAddress = (sheet, view) => {
  const draft = JSON.parse(sheet || "{}");
  if (draft.revision) history.replaceState(null, "", `${location.pathname}?draft=${encodeURIComponent(draft.draft_id)}&show=${view}`);
};
window.studioHistory = (id) => {
  if (id) history.replaceState(null, "", `${location.pathname}?history=${id.split("/").map(encodeURIComponent).join("/")}`);
};
// Enter on the button that begins a conversation would begin it again.
window.studioTalk = () => {
  if (!narrow()) setTimeout(() => document.querySelector("#trial-reply textarea")?.focus(), 60);
};
const nameText = () => {
  const text = document.querySelector("#studio-text .cm-content");
  const label = document.querySelector("#studio-text label");
  // So that what scrolls can be reached without a mouse, also where it cannot be written in.
  if (text && !text.hasAttribute("tabindex")) text.setAttribute("tabindex", "0");
  if (text && label && text.getAttribute("aria-label") !== label.innerText.trim()) text.setAttribute("aria-label", label.innerText.trim());
};
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[data-line]");
  const text = document.querySelector("#studio-text .cm-content");
  const view = text && (text.cmTile?.view ?? text.cmView?.view);
  if (!link || !view) return;
  event.preventDefault();
  document.getElementById("view-write")?.click();
  setTimeout(() => {
    const line = view.state.doc.line(Math.min(Number(link.dataset.line), view.state.doc.lines));
    view.dispatch({ selection: { anchor: line.from, head: line.to }, scrollIntoView: true });
    view.focus();
  }, document.getElementById("studio-write")?.offsetParent ? 0 : 1200);
});
window.studioUnsaved = () => typing > 0;

// The clock of a call. It measures nothing that is graded, so whoever is troubled by it stops it.
const clock = () => {
  const shown = document.querySelector(".clock");
  if (!shown) return;
  const button = document.querySelector("[data-clock]");
  const paused = sessionStorage.getItem("clock") === "paused";
  const label = paused ? button.dataset.go : button.dataset.pause;
  if (button.textContent !== label) button.textContent = label;
  if (shown.hidden !== paused) shown.hidden = paused;
  if (paused) return;
  const seconds = Math.max(0, Math.floor((Date.now() - Date.parse(shown.dataset.since)) / 1000));
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const text = (parts[0] ? parts : parts.slice(1)).map((part, i) => (i ? String(part).padStart(2, "0") : part)).join(":");
  if (shown.firstChild.data !== text) shown.firstChild.data = text;
};
setInterval(() => {
  clock();
  speak();
}, 1000);

// Gradio writes the browser's language there, whatever language the page is in.
const speak = () => {
  const language = document.querySelector("header.site")?.dataset.language;
  if (language && document.documentElement.lang !== language) document.documentElement.lang = language;
};

// A day is chosen in the browser's own calendar, which gives it as the server reads it.
const day = () => {
  const due = document.querySelector("#assign-due input");
  if (due && due.type !== "date") due.type = "date";
};

// The server knows no one's time zone, so it writes moments in UTC.
const two = (number) => String(number).padStart(2, "0");
const SHOWN = {
  day: (at) => `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`,
  clock: (at) => `${two(at.getHours())}:${two(at.getMinutes())}`,
  moment: (at) => `${SHOWN.day(at)} ${SHOWN.clock(at)}`,
};
const localise = () => {
  for (const place of document.querySelectorAll("[data-shown]:not([data-local])")) {
    place.dataset.local = "";
    const at = new Date(place.dateTime ?? place.dataset.when);
    const form = place.dataset.shown;
    const asUtc = new Date(at.getTime() + at.getTimezoneOffset() * 60_000);
    const written = SHOWN[form](asUtc) + (form === "day" ? "" : " UTC");
    place.textContent = place.textContent.replace(written, SHOWN[form](at));
  }
};

const look = () => {
  localise();
  speak();
  day();
  announce();
  nameText();
  address();
  arrive();
  follow();
  ask();
  regain();
  keepDraft();
  clock();
};
new MutationObserver(look).observe(document.body, { childList: true, subtree: true });
look(); // a page comes filled in
window.addEventListener("popstate", () => location.reload());
document.addEventListener("click", (event) => {
  if (event.target.closest?.("[data-print]")) window.print();
  if (event.target.closest?.("[data-clock]")) {
    sessionStorage.setItem("clock", sessionStorage.getItem("clock") === "paused" ? "going" : "paused");
    clock();
  }
  // Within the page without a step in the history, since going back there would load the page again.
  const link = event.target.closest?.('a[href^="#"]');
  const place = link && document.getElementById(link.getAttribute("href").slice(1));
  if (!place) return;
  event.preventDefault();
  reveal(place, "center");
  place.focus({ preventScroll: true });
});
document.addEventListener("submit", (event) => {
  const next = event.target.elements?.next;
  if (next) next.value = location.pathname + location.search;
});
// Paper is light and has nothing to unfold.
let opened = [];
let darkened = [];
window.addEventListener("beforeprint", () => {
  opened = [...document.querySelectorAll("details:not([open])")];
  for (const part of opened) part.open = true;
  darkened = [document.documentElement, document.body].filter((each) => each.classList.contains("dark"));
  for (const each of darkened) each.classList.remove("dark");
});
window.addEventListener("afterprint", () => {
  for (const part of opened) part.open = false;
  for (const each of darkened) each.classList.add("dark");
});
