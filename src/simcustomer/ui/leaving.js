// Stands in the page before Gradio, which would close its stream when the page may be left, take that for a lost
// connection, and load the page again: whoever stays loses what was typed, and whoever goes to a slow page is kept back.
window.addEventListener("beforeunload", (event) => {
  event.stopImmediatePropagation();
  if (window.studioUnsaved?.()) event.preventDefault();
});
