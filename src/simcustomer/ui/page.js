// What the page needs beyond HTML: focus, scrolling, live regions and the address. No content is made here.
const narrow = () => window.innerWidth < 900;
let shownHeading = null;
let pinned = true;

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
  const messages = talk.querySelector(".messages[aria-label]");
  if (messages) talk.setAttribute("aria-label", messages.getAttribute("aria-label"));
  if (pinned) talk.scrollTop = talk.scrollHeight;
};

const arrive = () => {
  const heading = document.querySelector("main h1, gradio-app h1");
  if (!heading || heading.dataset.seen) return;
  const isFirst = shownHeading === null;
  const isSame = shownHeading === heading.textContent && document.title.startsWith(heading.textContent);
  heading.dataset.seen = "yes";
  shownHeading = heading.textContent;
  document.title = `${heading.textContent} · simcustomer`;
  if (isSame) return;
  pinned = true;
  const brief = document.querySelector("details.aside");
  if (brief && narrow()) brief.removeAttribute("open");
  const box = document.querySelector("#reply textarea");
  if (box && !narrow()) box.focus();
  else if (!isFirst) {
    window.scrollTo(0, 0);
    heading.setAttribute("tabindex", "-1");
    heading.focus({ preventScroll: true });
  }
};

new MutationObserver(() => {
  announce("announcement", "polite");
  for (const id of ["notice", "problem", "brief-notice"]) announce(id, "assertive");
  arrive();
  follow();
}).observe(document.body, { childList: true, subtree: true });
window.addEventListener("popstate", () => location.reload());
