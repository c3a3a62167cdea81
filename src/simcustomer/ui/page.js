// What the page needs beyond HTML: focus, scrolling, live regions and the address. No content is made here.
const narrow = () => window.innerWidth < 900;
let shownHeading = null;
let pinned = true;
let asked = false;

const announce = (id, mode) => {
  const place = document.getElementById(id);
  if (place && !place.hasAttribute("aria-live")) place.setAttribute("aria-live", mode);
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
    if (place) place.scrollIntoView();
    else if (box && !narrow()) box.focus();
    else if (!isFirst) {
      window.scrollTo(0, 0);
      heading.setAttribute("tabindex", "-1");
      heading.focus({ preventScroll: true });
    }
  }, 60);
};

const ask = () => {
  const question = document.getElementById("end-question");
  if (question && !asked) {
    setTimeout(() => {
      document.getElementById("end-no")?.focus({ preventScroll: true });
      question.scrollIntoView({ block: "nearest" });
    }, 60);
  } else if (!question && asked && !narrow()) document.querySelector("#reply textarea")?.focus();
  asked = Boolean(question);
};

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
const nameText = () => {
  const text = document.querySelector("#studio-text .cm-content");
  const label = document.querySelector("#studio-text label");
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
window.addEventListener("beforeunload", (event) => {
  if (typing) event.preventDefault();
});

new MutationObserver(() => {
  for (const id of ["announcement", "expert-announcement", "trial-announcement"]) announce(id, "polite");
  for (const id of ["notice", "problem", "brief-notice", "fork-notice", "studio-notice", "publish-notice", "trial-notice", "bench-notice", "rubric-notice", "history-notice"]) announce(id, "assertive");
  nameText();
  address();
  arrive();
  follow();
  ask();
}).observe(document.body, { childList: true, subtree: true });
window.addEventListener("popstate", () => location.reload());
