// Questions that hang on another answer appear and go as it changes; the server decides again on saving.
(() => {
  "use strict";
  document.addEventListener("change", (event) => {
    document.querySelectorAll(`[data-when="${CSS.escape(event.target.name)}"]`).forEach((question) => {
      question.hidden = !question.dataset.values.split(" ").includes(event.target.value);
    });
  });
})();
