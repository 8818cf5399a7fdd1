// Messages: how they are asked for, where they are put, pressed, looked at otherwise, and forms filled in.
// What is put into the page is HTML that the server has made and escaped; nothing is built from text here.
// A classic script: what it names, the scripts that are loaded after it use.
"use strict";

const log = document.getElementById("log");
const state = document.getElementById("status");
const said = document.getElementById("said");

function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

// What goes on, where whoever is at work sees and hears it: in an open form, else below the messages.
function tell(text, kind = "") {
  const form = document.querySelector("dialog.form [data-problem]");
  state.textContent = form ? "" : text;
  state.dataset.kind = kind;
  if (form) {
    form.textContent = text;
  }
}

function elementOf(html) {
  return new DOMParser().parseFromString(html, "text/html").body.firstElementChild;
}

// Where they are put. What is looked at stays where it is, whatever changes above it.

function isAtEnd() {
  return log.scrollHeight - log.scrollTop - log.clientHeight < 120;
}

// With little height the whole page scrolls.
function moveBy(pixels) {
  const scroller = getComputedStyle(log).overflowY === "visible" ? document.scrollingElement : log;
  scroller.scrollTop += pixels;
}

function titlesOf(message) {
  return [...message.querySelectorAll(".blocks > :is(h2, h3)")];
}

// The title that is read at the moment, which a message told anew has at the same number.
function titleInView() {
  const edge = Math.max(log.getBoundingClientRect().top, 0);
  return titlesOf(log).find((title) => title.getBoundingClientRect().bottom > edge);
}

function replaceStill(old, fresh) {
  const held = titleInView();
  const top = held?.getBoundingClientRect().top;
  const number = held && old.contains(held) ? titlesOf(old).indexOf(held) : -1;
  const focused = old.contains(document.activeElement) ? counterpart(document.activeElement, old, fresh) : null;
  const look = old.querySelector("[data-look][aria-pressed=true]")?.dataset.look;
  if (fresh.isEqualNode(old)) {
    return;
  }
  old.replaceWith(fresh);
  const now = number < 0 ? held : (titlesOf(fresh)[number] ?? fresh);
  if (now) {
    moveBy(now.getBoundingClientRect().top - top);
  }
  focused?.focus({ preventScroll: true });
  if (look) {
    fresh.querySelector(`[data-look="${CSS.escape(look)}"]`)?.click();
  }
}

const CHOOSABLE = "a[href], button";

// What a button does, whichever revision it was made for.
function commandOf(element) {
  return element.dataset.command?.replace(/ revision:\S+/, "");
}

// The button or link that stands in a message told anew for the one that was chosen in it, so that focus stays
// where it was; null where there is none.
function counterpart(chosen, old, fresh) {
  const at = [...old.querySelectorAll(CHOOSABLE)].indexOf(chosen);
  const others = [...fresh.querySelectorAll(CHOOSABLE)];
  const command = commandOf(chosen);
  const same = others.find((other) => command && commandOf(other) === command);
  return same ?? (others[at]?.textContent === chosen.textContent ? others[at] : null);
}

// Puts a reply where the one stood that its button was pressed in.
function putInPlace(old, fresh, pressed) {
  const top = pressed.getBoundingClientRect().top;
  const [oldLook, freshLook] = [old, fresh].map((message) => message.querySelector(".look"));
  const chosen = counterpart(pressed, oldLook, freshLook);
  let now = fresh;
  if (old.matches(".view")) {
    old.dataset.reply = fresh.dataset.reply;
    oldLook.replaceChildren(...freshLook.childNodes);
    now = old;
  } else {
    fresh.querySelector(".asked").textContent = old.querySelector(".asked").textContent;
    old.replaceWith(fresh);
  }
  if (chosen) {
    moveBy(chosen.getBoundingClientRect().top - top);
    chosen.focus({ preventScroll: true });
  } else {
    now.focus({ preventScroll: true });
    now.scrollIntoView({ block: now.offsetHeight > log.clientHeight ? "start" : "nearest" });
  }
}

// Puts a message at the end.
function append(message, follow) {
  const wasAtEnd = isAtEnd();
  log.querySelector("[data-empty]")?.remove();
  message.classList.add("new");
  log.append(message);
  if (follow || wasAtEnd) {
    message.scrollIntoView({ block: message.offsetHeight > log.clientHeight ? "start" : "nearest" });
  }
}

// How they are asked for

// Asks the server; an id that is sent again never does a thing twice. Whoever pressed a button follows it
// to the reply with the keyboard; whoever typed stays where they type. Returns whether it was answered.
async function ask(address, fields, pressed) {
  tell(state.dataset.working);
  try {
    const response = await fetch(address, {
      method: "POST",
      body: fields instanceof FormData ? fields : new URLSearchParams(fields),
      headers: { Accept: "application/json" },
    });
    const reply = await response.json();
    if (!response.ok) {
      tell(reply.problem, "problem");
      return false;
    }
    tell("");
    return taken(reply, pressed);
  } catch {
    tell(state.dataset.failed, "problem");
    return false;
  }
}

function taken(reply, pressed) {
  const element = elementOf(reply.html);
  if (reply.kind === "form") {
    openForm(element, pressed);
    return true;
  }
  const text = element.querySelector(".blocks > *")?.textContent ?? "";
  const old = pressed?.closest(".view, .reply");
  const isInPlace = old?.isConnected && (reply.in_place || old.matches(".view"));
  if (reply.refused && (isInPlace || document.querySelector("dialog.form"))) {
    tell(text, "problem");
    return false;
  }
  closeForm();
  if (isInPlace) {
    putInPlace(old, element, pressed);
    said.textContent = text;
  } else {
    append(element, true);
    if (pressed) {
      element.focus({ preventScroll: true });
    } else {
      said.textContent = text;
    }
  }
  log.dispatchEvent(new CustomEvent("answered", { detail: reply }));
  return true;
}

log.addEventListener("answered", ({ detail: { waiting } }) => {
  const count = document.querySelector("[data-waiting]");
  if (count && waiting !== null) {
    count.textContent = waiting;
    count.hidden = waiting === 0;
  }
});

// What else the page tells of a story that was changed is fetched anew.
log.addEventListener("answered", async ({ detail: { acted } }) => {
  const stale = acted ? [...document.querySelectorAll("[data-fresh]")] : [];
  if (stale.length === 0) {
    return;
  }
  try {
    const page = new DOMParser().parseFromString(await (await fetch(location.href)).text(), "text/html");
    const fresh = stale.map((part) => page.getElementById(part.id));
    if (fresh.every(Boolean)) {
      tell(said.textContent);
      stale.forEach((part, at) => replaceStill(part, fresh[at]));
      document.title = page.title;
    }
  } catch {
    tell(state.dataset.failed, "problem");
  }
});

log.addEventListener("click", async (event) => {
  const button = event.target.closest("button");
  const message = button?.closest(".message");
  if (button?.dataset.command !== undefined && !button.ariaBusy) {
    button.ariaBusy = "true"; // one that is disabled would lose the focus
    const id = message.dataset.reply ?? newId();
    await ask(log.dataset.ask, { command: button.dataset.command, id }, button);
    button.ariaBusy = null;
  } else if (button?.dataset.look !== undefined) {
    await look(button, message);
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
        tell((await response.json()).problem, "problem");
        return;
      }
      html = await response.text();
    } catch {
      tell(state.dataset.failed, "problem");
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

// Forms. One that is closed gives the focus back to where it was before.

function openForm(dialog, pressed) {
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
    await ask(chosen.dataset.file, fields, pressed);
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("button.main");
    button.disabled = true;
    await ask(form.action, new FormData(form), pressed);
    button.disabled = false;
  });
  dialog.querySelector("[data-cancel]").addEventListener("click", closeForm);
  dialog.addEventListener("close", () => dialog.remove());
}

function closeForm() {
  const dialog = document.querySelector("dialog.form");
  dialog?.close();
  dialog?.remove();
}
