// The channel as it lives: posts arrive, commands are completed and answered, forms are filled in.
// What it puts into the page is HTML that the server has made and escaped; nothing is built from text here.
"use strict";

const log = document.getElementById("log");
const composer = document.getElementById("composer");
const command = document.getElementById("command");
const completions = document.getElementById("completions");
const state = document.getElementById("status");
const said = document.getElementById("said");

function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

// What goes on, where whoever is at work sees and hears it: in an open form, else above the composer.
function tell(text) {
  const form = document.querySelector("dialog.form [data-problem]");
  state.textContent = form ? "" : text;
  if (form) {
    form.textContent = text;
  }
}

function elementOf(html) {
  return new DOMParser().parseFromString(html, "text/html").body.firstElementChild;
}

function isAtEnd() {
  return log.scrollHeight - log.scrollTop - log.clientHeight < 120;
}

// Puts a message where it belongs: in place of itself when it stands there already, or of the reply that it
// takes the place of, else at the end. Returns whether it is new.
function place(message, follow, before) {
  const there = document.getElementById(message.id) ?? before;
  if (there) {
    there.replaceWith(message);
    return false;
  }
  const wasAtEnd = isAtEnd();
  log.querySelector("[data-empty]")?.remove();
  message.classList.add("new");
  log.append(message);
  if (follow || wasAtEnd) {
    message.scrollIntoView({ block: message.offsetHeight > log.clientHeight ? "start" : "nearest" });
  }
  return true;
}

// Replies, which nobody else sees, stay in this tab when the page is left and come back with it

const KEPT_REPLIES = 20;
const keptAs = `replies ${location.pathname}`;

function keepReplies() {
  const kept = Array.from(log.querySelectorAll(".reply"), (reply) => ({
    after: reply.previousElementSibling?.id ?? "",
    html: reply.outerHTML,
  }));
  try {
    sessionStorage.setItem(keptAs, JSON.stringify(kept.slice(-KEPT_REPLIES)));
  } catch {
    sessionStorage.removeItem(keptAs); // no room: then they are not kept
  }
}

function bringBackReplies() {
  for (const { after, html } of JSON.parse(sessionStorage.getItem(keptAs) ?? "[]")) {
    const reply = elementOf(html);
    reply.classList.remove("new");
    const before = document.getElementById(after);
    if (before) {
      before.after(reply);
    } else {
      log.append(reply);
    }
  }
}

// Posts. A hidden page lets its connection go: browsers have only a few for all pages together.

const RETRY_MS = 3000;
let newest = log.dataset.newest;
let live = null;

function listen() {
  if (live || document.hidden) {
    return;
  }
  live = new EventSource(`${log.dataset.live}?after=${encodeURIComponent(newest)}`);
  live.addEventListener("post", (event) => {
    newest = event.lastEventId;
    if (place(elementOf(JSON.parse(event.data).html), false)) {
      said.textContent = said.dataset.post;
    }
  });
  live.addEventListener("gap", () => location.reload()); // more has come than a stream brings
  live.addEventListener("open", () => {
    if (state.textContent === state.dataset.lost) {
      tell("");
    }
  });
  live.addEventListener("error", () => {
    state.textContent = state.dataset.lost;
    if (live?.readyState === EventSource.CLOSED) {
      leave();
      setTimeout(listen, RETRY_MS); // the browser itself gives up when a gateway answers in the bot's place
    }
  });
}

function leave() {
  live?.close();
  live = null;
}

document.addEventListener("visibilitychange", () => (document.hidden ? leave() : listen()));
addEventListener("pagehide", leave);
addEventListener("pageshow", listen);

// Commands

// Asks the server; an id that is sent again never does a thing twice. Whoever pressed a button follows it
// to the reply with the keyboard; whoever typed stays where they type. What was pressed in the reply `under`
// may be answered in its place. Returns whether it was answered.
async function ask(address, fields, follow, under) {
  tell(state.dataset.working);
  try {
    const response = await fetch(address, {
      method: "POST",
      body: fields instanceof FormData ? fields : new URLSearchParams(fields),
      headers: { Accept: "application/json" },
    });
    const reply = await response.json();
    if (!response.ok) {
      tell(reply.problem);
      return false;
    }
    tell("");
    const element = elementOf(reply.html);
    if (reply.kind === "form") {
      openForm(element, under);
      return true;
    }
    closeForm();
    place(element, true, reply.in_place && under?.isConnected ? under : null);
    keepReplies();
    if (follow) {
      element.focus({ preventScroll: true });
    } else {
      said.textContent = element.querySelector(".blocks > *")?.textContent ?? "";
    }
    return true;
  } catch {
    tell(state.dataset.failed);
    return false;
  }
}

let typedId = newId();
let history = [];
let historyAt = 0;
let draft = "";

composer.addEventListener("submit", async (event) => {
  event.preventDefault();
  const typed = command.value.trim();
  if (!typed || composer.dataset.busy) {
    return;
  }
  closeCompletions();
  composer.dataset.busy = "yes";
  const answered = await ask(composer.action, { command: typed, id: typedId });
  delete composer.dataset.busy;
  if (answered) {
    history = [...history.filter((line) => line !== typed), typed].slice(-50);
    historyAt = history.length;
    typedId = newId();
    if (command.value.trim() === typed) {
      command.value = "";
    }
  }
});

log.addEventListener("click", async (event) => {
  const button = event.target.closest("button");
  if (!button) {
    return;
  }
  const message = button.closest(".message");
  if (button.dataset.command !== undefined) {
    button.disabled = true;
    const id = message.dataset.reply ?? newId();
    const under = message.dataset.reply ? message : null;
    const answered = await ask(composer.action, { command: button.dataset.command, id }, true, under);
    button.disabled = false;
    if (!answered) {
      button.focus();
    }
  } else if (button.dataset.look !== undefined) {
    await look(button, message);
  } else if (button.dataset.dismiss !== undefined) {
    message.remove();
    keepReplies();
    command.focus();
  }
});

document.querySelector(".tips").addEventListener("click", (event) => {
  const button = event.target.closest("[data-type]");
  if (button) {
    command.value = button.dataset.type;
    command.focus();
  }
});

// A message as another platform shows it

async function look(button, message) {
  const shown = message.querySelector(".look");
  message.here ??= shown.innerHTML;
  message.looked = button;
  let html = message.here;
  if (button.dataset.look) {
    try {
      const response = await fetch(button.dataset.look, { headers: { Accept: "application/json" } });
      if (!response.ok) {
        tell((await response.json()).problem);
        return;
      }
      html = await response.text();
    } catch {
      tell(state.dataset.failed);
      return;
    }
  }
  if (message.looked !== button) {
    return; // another was pressed meanwhile
  }
  shown.innerHTML = html;
  for (const other of button.parentElement.children) {
    other.setAttribute("aria-pressed", String(other === button));
  }
}

// Forms

function openForm(dialog, under) {
  closeForm();
  document.body.append(dialog);
  dialog.showModal();
  const form = dialog.querySelector("form");
  form.querySelector("[data-wrong]")?.focus();
  form.querySelector("[data-file]")?.addEventListener("change", async (event) => {
    const chosen = event.target;
    const fields = new FormData();
    fields.append("id", newId());
    fields.append("file", chosen.files[0]);
    await ask(chosen.dataset.file, fields, false, under);
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("button.main");
    button.disabled = true;
    await ask(form.action, new FormData(form), Boolean(under), under);
    button.disabled = false;
  });
  dialog.querySelector("[data-cancel]").addEventListener("click", closeForm);
  dialog.addEventListener("close", () => dialog.remove());
}

function closeForm() {
  const dialog = document.querySelector("dialog.form");
  if (dialog) {
    dialog.close();
    dialog.remove();
    command.focus();
  }
}

// Completion

let chosen = -1;
let asked = 0;

async function complete() {
  const number = ++asked;
  const text = command.value;
  if (!/^[/\uff0f]/.test(text)) {
    closeCompletions();
    return;
  }
  try {
    const response = await fetch(`${composer.dataset.complete}?text=${encodeURIComponent(text)}`);
    const words = response.ok ? await response.json() : [];
    if (number === asked && document.activeElement === command) {
      showCompletions(words.filter((word) => !text.endsWith(word)));
    }
  } catch {
    closeCompletions();
  }
}

function showCompletions(words) {
  chosen = -1;
  completions.replaceChildren(
    ...words.map((word, index) => {
      const item = document.createElement("li");
      item.id = `completion-${index}`;
      item.role = "option";
      item.setAttribute("aria-selected", "false");
      item.textContent = word;
      item.addEventListener("mousedown", (event) => {
        event.preventDefault();
        take(word);
      });
      return item;
    }),
  );
  completions.hidden = words.length === 0;
  command.setAttribute("aria-expanded", String(words.length > 0));
  command.removeAttribute("aria-activedescendant");
}

function closeCompletions() {
  asked++;
  showCompletions([]);
}

function choose(index) {
  const items = [...completions.children];
  chosen = (index + items.length) % items.length;
  items.forEach((item, at) => item.setAttribute("aria-selected", String(at === chosen)));
  command.setAttribute("aria-activedescendant", items[chosen].id);
}

// The word takes the place of the last one; a command's whole name takes the place of all.
function take(word) {
  const text = command.value;
  const start = text.lastIndexOf(" ") + 1;
  command.value = `${text.slice(0, start)}${word} `;
  closeCompletions();
  command.focus();
}

command.addEventListener("input", complete);
command.addEventListener("blur", closeCompletions);
command.addEventListener("keydown", (event) => {
  const items = completions.children;
  if (event.isComposing) {
    return; // the keys belong to the input method, which writes Japanese
  }
  if (historyAt === history.length) {
    draft = command.value;
  }
  if (items.length > 0) {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      choose(event.key === "ArrowDown" ? chosen + 1 : Math.max(chosen, 0) - 1);
    } else if (event.key === "Tab" && !event.shiftKey) {
      event.preventDefault();
      take(items[Math.max(chosen, 0)].textContent);
    } else if (event.key === "Enter" && chosen >= 0) {
      event.preventDefault();
      take(items[chosen].textContent);
    } else if (event.key === "Escape") {
      closeCompletions();
    }
  } else if (event.key === "ArrowUp" && historyAt > 0) {
    event.preventDefault();
    command.value = history[--historyAt];
  } else if (event.key === "ArrowDown" && historyAt < history.length) {
    event.preventDefault();
    command.value = history[++historyAt] ?? draft;
  }
});

bringBackReplies();
listen();

// The newest message stands at its beginning when the page opens.
const last = log.querySelector(".message:last-child");
if (last && !location.hash) {
  last.scrollIntoView({ block: "start" });
}
if (matchMedia("(pointer: fine)").matches) {
  command.focus({ preventScroll: true }); // on a phone the keyboard would cover the digest
}
