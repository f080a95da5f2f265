// What the page does in the browser besides Gradio: follow a mark to its source, open a conversation, copy, keep the address.
window.assistantPage = {
  open: "",
  chosen: "",
  asked: "",
  isRead: false,

  // Once the page stands: what the address says, and whether there is room beside the chat.
  start() {
    // Gradio has by now set the browser's language and its light or dark.
    document.documentElement.lang = window.assistantLanguage;
    const theme = localStorage.getItem("theme");
    if (theme) document.body.classList.toggle("dark", theme === "dark");
    this.mend();
    return [new URLSearchParams(location.search).get("c") || "", String(innerWidth > 900)];
  },

  // The address names the open conversation, so that a reload or a bookmark opens it.
  address(id) {
    this.open = id;
    history.replaceState(null, "", location.pathname + (id ? "?c=" + encodeURIComponent(id) : ""));
    this.mark();
  },

  // Marks the open conversation in the list, and that there is one.
  mark() {
    document.querySelector("#side")?.toggleAttribute("data-open", Boolean(this.open));
    document.querySelectorAll("#listed a").forEach((link) => {
      if (link.dataset.conversation === this.open) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    });
  },

  // Opens a conversation of the list, by a hidden button that takes its id from here.
  choose(id) {
    const button = document.querySelector("#choose");
    this.chosen = id;
    button?.click();
    return Boolean(button);
  },

  // Gradio's markup where it would mislead a screen reader: its list of examples holds buttons, not items.
  mend() {
    const mended = () => {
      document.querySelectorAll("#chat .examples[role=list]").forEach((list) => list.setAttribute("role", "group"));
      this.mark();
      this.read();
    };
    mended();
    let waiting = 0;
    const soon = () => {
      waiting ||= requestAnimationFrame(() => {
        waiting = 0;
        mended();
      });
    };
    new MutationObserver(soon).observe(document.body, { childList: true, subtree: true });
  },

  // The last question stands on top and its answer grows below it, to be read from its beginning; until somebody scrolls.
  read() {
    const pane = document.querySelector("#chat .bubble-wrap");
    const questions = document.querySelectorAll("#chat .user");
    const last = questions[questions.length - 1];
    if (!pane?.offsetParent || !last) return;
    const asked = questions.length + last.textContent;
    if (asked !== this.asked) Object.assign(this, { asked, isRead: false });
    if (!this.isRead) pane.scrollTop += last.getBoundingClientRect().top - pane.getBoundingClientRect().top - 8;
  },

  // Copies. Over plain http to another machine browsers have no clipboard to write to, only a selection to copy.
  async copied(text) {
    if (navigator.clipboard) return navigator.clipboard.writeText(text);
    const box = Object.assign(document.createElement("textarea"), { value: text });
    document.body.append(box);
    box.select();
    document.execCommand("copy");
    box.remove();
  },

  // Opens a source in the panel. That of an older answer comes only once its message was chosen.
  follow(link) {
    const id = link.getAttribute("href").split("#")[1];
    if (!document.getElementById(id)) link.closest(".message").click();
    const until = Date.now() + 20000;
    (function look() {
      const source = document.getElementById(id);
      if (!source) {
        if (Date.now() < until) setTimeout(look, 50);
        return;
      }
      document.querySelectorAll(".source.followed").forEach((other) => other.classList.remove("followed"));
      source.open = true;
      source.classList.add("followed");
      source.scrollIntoView({ block: "nearest" });
      source.querySelector("summary").focus({ preventScroll: true });
    })();
  },
};

document.cookie = "language=" + window.assistantLanguage + "; path=/; max-age=31536000; SameSite=Lax";

// Where users sign in, a session ends after some hours: the page then leads to the login and back.
const fetched = window.fetch;
window.fetch = async (...given) => {
  const reply = await fetched(...given);
  if (reply.status === 401) location.href = "/login?next=" + encodeURIComponent(location.pathname + location.search);
  return reply;
};

// Whoever moves within the chat reads, and is not moved.
["wheel", "touchmove", "focusin", "pointerdown"].forEach((kind) => {
  document.addEventListener(kind, (event) => {
    if (event.target.closest?.("#chat")) window.assistantPage.isRead = true;
  }, { capture: true, passive: true });
});

// In the list a press with its release chooses, not the click that may follow: while answers come the list is redrawn, and
// what is redrawn between press and release gets no click in every browser.
const NEAR_PX = 10;
const isPlain = (event) => event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
const listedAt = (event) => event.target.closest?.("#listed a")?.dataset.conversation;
let pressed = null;
let released = null;

let pressedButton = null;

document.addEventListener("pointerdown", (event) => {
  pressedButton = isPlain(event) ? event.target.closest("button") : null;
  const id = isPlain(event) && listedAt(event);
  pressed = id ? { id, x: event.clientX, y: event.clientY } : null;
  released = null;
}, true);

document.addEventListener("pointercancel", () => (pressed = null), true);

document.addEventListener("pointerup", (event) => {
  const isNear = pressed && Math.hypot(event.clientX - pressed.x, event.clientY - pressed.y) < NEAR_PX;
  if (isNear && window.assistantPage.choose(pressed.id)) released = pressed.id;
  pressed = null;
  // The same for buttons, such as suggested questions, that were drawn anew meanwhile.
  const now = document.elementFromPoint(event.clientX, event.clientY)?.closest("button");
  const isRedrawn = pressedButton && !pressedButton.isConnected && now?.textContent === pressedButton.textContent;
  pressedButton = null;
  if (isRedrawn) now.click();
}, true);

document.addEventListener("click", (event) => {
  // The second click of a double click asks nothing: on a slow machine the first may be answered before it arrives.
  if (event.detail > 1 && event.target.closest("#send, #chat .option, #chat .example")) {
    event.stopImmediatePropagation();
    return;
  }
  if (event.target.closest("#listed") && isPlain(event)) {
    // The click that follows a release does nothing more; one without, of the keyboard, chooses.
    const isDone = event.detail > 0 && released;
    const id = listedAt(event);
    if (isDone || (id && window.assistantPage.choose(id))) event.preventDefault();
    return;
  }
  const link = event.target.closest("a[href*='#s-']");
  if (link) {
    event.preventDefault();
    window.assistantPage.follow(link);
    return;
  }
  const copy = event.target.closest("button.copy");
  if (copy) {
    window.assistantPage.copied(copy.dataset.copy).then(() => {
      copy.textContent = copy.textContent.replace(/ ✓$/, "") + " ✓";
    });
    return;
  }
  if (event.target.closest("#theme")) {
    const dark = document.body.classList.toggle("dark");
    localStorage.setItem("theme", dark ? "dark" : "light");
    return;
  }
  // The other language shows the same conversation.
  const language = event.target.closest("a.language");
  if (language) language.search = location.search;
}, true);
