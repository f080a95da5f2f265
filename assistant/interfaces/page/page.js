// What the page does in the browser besides Gradio: follow a mark to its source, copy, keep the address.
window.assistantPage = {
  // Once the page stands: what the address says, and whether there is room beside the chat.
  start() {
    // Gradio has by now set the browser's language.
    document.documentElement.lang = window.assistantLanguage;
    return [new URLSearchParams(location.search).get("c") || "", String(innerWidth > 900)];
  },

  // The address names the open conversation, so that a reload or a bookmark opens it.
  address(id) {
    history.replaceState(null, "", location.pathname + (id ? "?c=" + encodeURIComponent(id) : ""));
  },

  // Opens a source in the panel. That of an older answer comes only once its message was chosen.
  follow(link) {
    const id = link.getAttribute("href").split("#")[1];
    if (!document.getElementById(id)) link.closest(".message").click();
    const until = Date.now() + 5000;
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

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href*='#s-']");
  if (link) {
    event.preventDefault();
    window.assistantPage.follow(link);
    return;
  }
  const copy = event.target.closest("button.copy");
  if (copy) {
    navigator.clipboard.writeText(copy.dataset.copy).then(() => {
      copy.textContent = copy.textContent.replace(/ ✓$/, "") + " ✓";
    });
    return;
  }
  // The other language shows the same conversation.
  const language = event.target.closest("a.language");
  if (language) language.search = location.search;
}, true);
