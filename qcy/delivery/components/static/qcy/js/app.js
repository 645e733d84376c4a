// Small helpers for every page. All pages work without this file; one listener per kind of event.
(() => {
  "use strict";
  const HOLD_MS = 10000; // a second click within this time is the same wish, not a new one

  document.addEventListener("submit", guardDoubleSubmit);
  document.addEventListener("click", onClick);
  document.addEventListener("keydown", onKeydown);
  document.addEventListener("change", onChange);
  document.addEventListener("dragover", markDropZone);
  document.addEventListener("dragleave", clearDropZones);
  document.addEventListener("drop", clearDropZones);
  window.addEventListener("pageshow", releaseForms);
  document.querySelectorAll("[data-dismiss][hidden]").forEach((button) => (button.hidden = false));
  document.querySelectorAll("dialog[data-open]").forEach(openDialog);
  document.querySelector(".errs")?.focus();
  setTimeout(refreshFiles, 1500);
  document.addEventListener("htmx:afterSwap", (event) => event.target.querySelectorAll("dialog[data-open]").forEach(openDialog));

  // --- submit once -----------------------------------------------------------------------------
  function guardDoubleSubmit(event) {
    const form = event.target;
    if (!form.matches("[data-once]")) return;
    if ("sent" in form.dataset) return event.preventDefault();
    form.dataset.sent = "";
    // A moment later, so that the name and value of the button are still sent.
    setTimeout(() => event.submitter?.setAttribute("aria-disabled", "true"));
    event.submitter?.setAttribute("data-held", "");
    setTimeout(releaseForms, HOLD_MS);
  }

  // The page comes back from the history with its state: the guard of the last visit must not stay.
  function releaseForms() {
    document.querySelectorAll("form[data-sent]").forEach((form) => form.removeAttribute("data-sent"));
    document.querySelectorAll("[data-held]").forEach((button) => {
      button.removeAttribute("aria-disabled");
      button.removeAttribute("data-held");
    });
  }

  // --- clicks and keys -------------------------------------------------------------------------
  function onClick(event) {
    const at = (selector) => event.target.closest(selector);
    if (at("[aria-disabled=true]")) return event.preventDefault();
    at("[data-dismiss]")?.parentElement.remove();
    if (at("[data-copy]")) copyLink(at("[data-copy]"), event);
    if (at("[data-print]")) window.print();
    document.querySelectorAll("details[data-popover][open]").forEach((popover) => {
      if (!popover.contains(event.target)) popover.open = false;
    });
  }

  function onKeydown(event) {
    if (event.key !== "Escape") return;
    const popover = document.querySelector("details[data-popover][open]");
    if (!popover) return;
    popover.open = false;
    popover.querySelector("summary").focus();
    event.preventDefault();
  }

  // data-copy is the address (the page's own when empty); data-copied replaces the label for a moment.
  async function copyLink(button, event) {
    event.preventDefault();
    const label = button.querySelector("[data-label]") ?? button;
    const before = label.textContent;
    try {
      await navigator.clipboard.writeText(new URL(button.dataset.copy || location.href, location.href).href);
    } catch {
      return window.prompt(before, button.dataset.copy || location.href); // no permission: let people copy by hand
    }
    label.textContent = button.dataset.copied || before;
    setTimeout(() => (label.textContent = before), 2500);
  }

  // --- dialogs: open in the HTML, modal with script ----------------------------------------------
  function openDialog(dialog) {
    dialog.removeAttribute("open");
    dialog.showModal();
    dialog.addEventListener("close", () => dialog.dataset.close && location.assign(dialog.dataset.close));
  }

  // --- files -------------------------------------------------------------------------------------
  function markDropZone(event) {
    event.target.closest?.(".drop")?.classList.add("over");
  }

  function clearDropZones() {
    document.querySelectorAll(".drop.over").forEach((zone) => zone.classList.remove("over"));
  }

  function onChange(event) {
    const input = event.target;
    if (!input.matches("input[type=file]") || !input.files.length) return;
    const files = [...input.files];
    const limit = Number(input.dataset.maxBytes);
    if (limit && files.some((file) => file.size > limit)) {
      input.value = "";
      return say(input, input.dataset.tooLarge, true);
    }
    say(input, files.map((file) => file.name).join("，"));
    const url = input.dataset.uploadUrl || input.form?.dataset.upload;
    if (url) upload(input, url);
  }

  async function upload(input, url) {
    say(input, `${input.dataset.uploading} ${input.files[0].name}`);
    try {
      const answer = await fetch(url, { method: "POST", body: uploadBody(input), headers: { Accept: "application/json" } });
      if (!answer.ok) throw await answer.json().catch(() => ({}));
      await window.qcySave?.(); // the reload must not lose what is typed but not yet saved
      location.replace(input.form?.dataset.autosave || location.pathname); // a reload would post the form again
    } catch (problem) {
      input.value = "";
      say(input, problem?.error || input.dataset.uploadFailed, true);
    }
  }

  function uploadBody(input) {
    const body = new FormData();
    [...input.files].forEach((file) => body.append(input.name, file));
    body.append("csrfmiddlewaretoken", input.form?.elements.csrfmiddlewaretoken?.value ?? "");
    return body;
  }

  // A check takes a moment: ask for the lists again until none is pending, without touching what is typed.
  async function refreshFiles(tries = 15) {
    if (!tries || !document.querySelector("[data-pending]")) return;
    const answer = await fetch(location.pathname, { headers: { Accept: "text/html" } }).catch(() => null);
    const page = answer?.ok && new DOMParser().parseFromString(await answer.text(), "text/html");
    page && document.querySelectorAll("[data-file-question] .files").forEach((list) => {
      const id = list.closest("[data-file-question]").querySelector("input[type=file]").id;
      const fresh = page.getElementById(id)?.closest("[data-file-question]").querySelector(".files");
      if (fresh) list.replaceWith(fresh);
    });
    setTimeout(refreshFiles, 2000, tries - 1);
  }

  function say(input, text, bad = false) {
    const status = input.closest(".drop")?.querySelector("[data-file-status]");
    if (!status) return;
    status.textContent = text;
    status.classList.toggle("bad", bad);
  }
})();
