// The channel as it lives: posts arrive, commands are typed, completed and answered. Loaded after asking.js.
"use strict";

const composer = document.getElementById("composer");
const command = document.getElementById("command");
const completions = document.getElementById("completions");

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

log.addEventListener("answered", keepReplies);

// Posts. A hidden page lets its connection go: browsers have only a few for all pages together.

const RETRY_MS = 3000;
let known = log.dataset.place;
let live = null;

function listen() {
  if (live || document.hidden) {
    return;
  }
  live = new EventSource(`${log.dataset.live}?after=${encodeURIComponent(known)}`);
  live.addEventListener("post", (event) => {
    known = event.lastEventId;
    arrive(elementOf(JSON.parse(event.data).html));
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

// A post that is new is put at the end, one that was edited where it stands. It may come again unchanged, or be
// older than what the page shows.
function arrive(post) {
  const there = document.getElementById(post.id);
  const first = log.querySelector(".earlier ~ [data-at]");
  if (there && there.dataset.version !== post.dataset.version) {
    replaceStill(there, post);
    said.textContent = said.dataset.edited;
  } else if (!there && !(first && post.dataset.at < first.dataset.at)) {
    append(post, false);
    said.textContent = said.dataset.post;
  }
}

function leave() {
  live?.close();
  live = null;
}

document.addEventListener("visibilitychange", () => (document.hidden ? leave() : listen()));
addEventListener("pagehide", leave);
addEventListener("pageshow", listen);

// Commands

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

log.addEventListener("click", (event) => {
  const button = event.target.closest("[data-dismiss]");
  if (button) {
    button.closest(".message").remove();
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
      showCompletions(words.filter((word) => !text.endsWith(word.value)));
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
      item.textContent = word.label;
      item.dataset.value = word.value;
      item.addEventListener("mousedown", (event) => {
        event.preventDefault();
        take(word.value);
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
      take(items[Math.max(chosen, 0)].dataset.value);
    } else if (event.key === "Enter" && chosen >= 0) {
      event.preventDefault();
      take(items[chosen].dataset.value);
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
