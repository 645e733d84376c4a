// A form is saved as one types: <form data-autosave="URL" data-version="N" data-draft-key="KEY">.
// Every change is kept in localStorage until the server has confirmed it, so nothing typed is lost.
(() => {
  "use strict";
  const QUIET_MS = 800;
  const RETRY_MS = 5000;
  const NOT_SAVED = ["csrfmiddlewaretoken", "version", "tab"];
  const form = document.querySelector("form[data-autosave]");
  if (!form) return;

  const key = form.dataset.draftKey || form.dataset.autosave;
  // stopped: "" or why nothing is sent any more: "conflict", "signin" or "kept"
  const state = { dirty: false, stopped: "", leaving: false, parting: false, running: null, timer: 0 };
  window.qcySave = flush;
  tellTab();

  form.addEventListener("input", touched);
  form.addEventListener("change", touched);
  form.addEventListener("focusout", () => state.dirty && flush());
  document.addEventListener("visibilitychange", () => document.hidden && leave());
  window.addEventListener("pagehide", leave);
  window.addEventListener("online", () => state.dirty && flush());
  // Before the double-submit guard of app.js, which listens on document.
  form.addEventListener("submit", saveFirst);
  document.addEventListener("click", onKeptChoice);
  recover();

  function touched(event) {
    if (event.target.type === "file") return;
    if (state.stopped === "kept") setAside();
    state.dirty = true;
    state.leaving = false;
    keep();
    clearTimeout(state.timer);
    state.timer = setTimeout(flush, QUIET_MS);
  }

  // One request at a time: each carries the version the one before it returned.
  async function flush() {
    clearTimeout(state.timer);
    while (state.running) await state.running;
    if (state.stopped) return state.stopped;
    if (!state.dirty) return "saved";
    state.dirty = false;
    state.running = send().finally(() => (state.running = null));
    return state.running;
  }

  async function send() {
    const sent = values();
    show("saving");
    try {
      const answer = await fetch(form.dataset.autosave, request(sent));
      return answer.ok ? saved(await answer.json(), sent) : refused(answer);
    } catch {
      return failed("offline");
    }
  }

  // keepalive lets the request outlive the page, but browsers refuse it for long bodies.
  function request(sent) {
    const headers = { Accept: "application/json" };
    return { method: "POST", body: body(sent), headers, redirect: "manual", keepalive: state.parting };
  }

  function saved(reply, sent) {
    setVersion(reply.version);
    if (same(sent, values())) forget();
    else keep();
    show("saved", reply.saved_at);
    panel("offline-bar", false);
    return "saved";
  }

  // A redirect here can only be the way to the sign-in page.
  function refused(answer) {
    if (answer.status === 409) return stop("conflict", "conflict-panel");
    if (answer.type === "opaqueredirect" || [401, 403].includes(answer.status)) return stop("signin", "signin-panel");
    return failed("error");
  }

  function failed(result) {
    state.dirty = true;
    show("offline");
    panel("offline-bar", result === "offline");
    state.timer = setTimeout(flush, RETRY_MS);
    return result;
  }

  function stop(why, which) {
    state.stopped = why;
    show(why);
    panel("offline-bar", false);
    panel(which, true);
    return why;
  }

  function leave() {
    if (!state.dirty || state.leaving) return;
    state.parting = true;
    flush(); // runs up to the fetch before it returns
    state.parting = false;
  }

  // A step must not be left with a save under way: the two would carry the same version.
  async function saveFirst(event) {
    if (state.leaving) return;
    if (!state.dirty && !state.running && !state.stopped) return void (state.leaving = true);
    event.preventDefault();
    event.stopPropagation();
    const submitter = event.submitter;
    const result = await flush();
    if (state.stopped) return showPanel();
    if (result === "offline") return;
    state.leaving = true;
    form.requestSubmit(submitter);
  }

  function showPanel() {
    const shown = document.querySelector(`[data-${state.stopped}-panel]`);
    shown?.scrollIntoView({ block: "center" });
    shown?.querySelector("a, button")?.focus();
  }
  window.addEventListener("pageshow", () => (state.leaving = false));

  // A tab keeps its name when it is reloaded: what it saved while leaving is not somebody else's.
  function tellTab() {
    try {
      const name = sessionStorage.getItem("qcy-tab") || crypto.randomUUID();
      sessionStorage.setItem("qcy-tab", name);
      if (form.elements.tab) form.elements.tab.value = name;
    } catch { /* no storage: every save of another moment is a conflict */ }
  }

  // --- what is kept on this machine ------------------------------------------------------------
  function values() {
    return [...new FormData(form)].filter(([name, value]) => typeof value === "string" && !NOT_SAVED.includes(name));
  }

  function body(sent) {
    const data = new FormData();
    sent.forEach(([name, value]) => data.append(name, value));
    data.append("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken?.value ?? "");
    data.append("version", form.dataset.version);
    data.append("tab", form.elements.tab?.value ?? "");
    return data;
  }

  function same(left, right) {
    return JSON.stringify(left) === JSON.stringify(right);
  }

  function keep() {
    try {
      const draft = { version: form.dataset.version, tab: form.elements.tab?.value, values: values() };
      localStorage.setItem(key, JSON.stringify(draft));
    } catch { /* private mode or full: the save to the server still runs */ }
  }

  // Somebody types on without having chosen: what they type is saved, the other version waits beside it.
  function setAside() {
    state.stopped = "";
    try {
      localStorage.setItem(`${key}:aside`, localStorage.getItem(key));
    } catch { /* the panel still shows it */ }
  }

  function kept(which = key) {
    try {
      return JSON.parse(localStorage.getItem(which));
    } catch {
      return null;
    }
  }

  function forget() {
    try {
      localStorage.removeItem(key);
    } catch { /* nothing was kept */ }
  }

  // Values from an older version may be stale: then the person decides, we never overwrite silently.
  function recover() {
    const draft = kept();
    if (!draft) return offerAside();
    if (same(draft.values, values())) return forget(), offerAside();
    if (String(draft.version) === form.dataset.version || isOwn(draft)) return restore(draft), offerAside();
    state.stopped = "kept";
    show("kept");
    listKept(draft);
    panel("kept-panel", true);
  }

  // The newer version on the server is this tab's own: a save whose answer did not arrive before the reload.
  function isOwn(draft) {
    const tab = form.elements.tab?.value;
    return Boolean(tab) && draft.tab === tab && form.dataset.savedTab === tab;
  }

  function offerAside() {
    const draft = kept(`${key}:aside`);
    if (!draft) return;
    listKept(draft);
    panel("kept-panel", true);
  }

  // Both versions in sight: the page shows the saved one, the list what this machine still holds.
  function listKept(draft) {
    const list = document.querySelector("[data-kept-list]");
    const now = values();
    draft.values.filter((pair) => !now.some((other) => same(pair, other))).forEach(([name, value]) => {
      const control = [...form.elements].find((c) => c.name === name);
      const label = control?.labels?.[0]?.closest("fieldset")?.querySelector("legend") ?? control?.labels?.[0];
      const item = document.createElement("li");
      item.textContent = `${label?.textContent.trim() ?? name}：${value}`;
      list?.append(item);
    });
  }

  function restore(draft) {
    const names = new Set([...form.elements].map((control) => control.name));
    names.forEach((name) => fill(name, draft.values.filter(([n]) => n === name).map(([, value]) => value)));
    saveNow();
  }

  function saveNow() {
    state.stopped = "";
    state.dirty = true;
    keep();
    flush();
  }

  function fill(name, wanted) {
    if (!name || NOT_SAVED.includes(name)) return;
    const controls = [...form.elements].filter((c) => c.name === name && !["file", "submit", "button"].includes(c.type));
    controls.forEach((control, i) => {
      if (["radio", "checkbox"].includes(control.type)) control.checked = wanted.includes(control.value);
      else if (wanted[i] !== undefined) control.value = wanted[i];
    });
  }

  function onKeptChoice(event) {
    const choice = event.target.closest("[data-kept-restore], [data-kept-discard]");
    if (!choice) return;
    panel("kept-panel", false);
    const chosen = kept(`${key}:aside`) ?? kept();
    try {
      localStorage.removeItem(`${key}:aside`);
    } catch { /* nothing was set aside */ }
    if (choice.matches("[data-kept-restore]")) return restore(chosen);
    saveNow();
  }

  // --- what people see ---------------------------------------------------------------------------
  function setVersion(version) {
    form.dataset.version = version;
    if (form.elements.version) form.elements.version.value = version;
  }

  function show(what, time = "") {
    document.querySelectorAll("[data-save-status]").forEach((status) => {
      status.dataset.state = what;
      status.textContent = (status.dataset[what] ?? "").replace("{time}", time);
    });
  }

  function panel(name, visible) {
    document.querySelectorAll(`[data-${name}]`).forEach((element) => (element.hidden = !visible));
  }
})();
