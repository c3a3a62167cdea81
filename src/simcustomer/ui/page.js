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

new MutationObserver(() => {
  for (const id of ["announcement", "expert-announcement"]) announce(id, "polite");
  for (const id of ["notice", "problem", "brief-notice", "fork-notice"]) announce(id, "assertive");
  arrive();
  follow();
  ask();
}).observe(document.body, { childList: true, subtree: true });
window.addEventListener("popstate", () => location.reload());
document.addEventListener("click", (event) => {
  if (event.target.closest?.("[data-print]")) window.print();
  // Within the page without a step in the history, since going back there would load the page again.
  const link = event.target.closest?.('a[href^="#"]');
  const place = link && document.getElementById(link.getAttribute("href").slice(1));
  if (!place) return;
  event.preventDefault();
  place.scrollIntoView({ block: "center" });
  place.focus({ preventScroll: true });
});
let opened = [];
window.addEventListener("beforeprint", () => {
  opened = [...document.querySelectorAll("details:not([open])")];
  for (const part of opened) part.open = true;
});
window.addEventListener("afterprint", () => {
  for (const part of opened) part.open = false;
});
