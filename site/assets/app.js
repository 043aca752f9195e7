/* On every page: theme and language switch, copy, keys, pins and recent customers, footer, late marks. */
(function () {
  "use strict";
  var c = window.custodex, el = c.el, t = c.t;
  var main = document.getElementById("main");

  // ---- small notices
  var toast = document.querySelector("[data-toast]"), toastTimer;
  c.say = function (text) {
    toast.textContent = text;
    toast.classList.add("on");
    clearTimeout(toastTimer);
    toastTimer = setTimeout(function () { toast.classList.remove("on"); }, 2200);
  };

  // ---- theme: system, light, dark in turn
  var themes = ["system", "light", "dark"], themeIcons = { system: "auto", light: "sun", dark: "moon" };
  var themeButton = document.querySelector("[data-theme-switch]");
  function showTheme() {
    var now = c.store("theme") || "system";
    themeButton.replaceChildren(c.icon(themeIcons[now] || "auto"));
    themeButton.title = t("theme." + now);
    themeButton.setAttribute("aria-label", t("theme." + now));
  }
  themeButton.hidden = false;
  showTheme();
  themeButton.addEventListener("click", function () {
    var next = themes[(themes.indexOf(c.store("theme") || "system") + 1) % themes.length];
    c.store("theme", next === "system" ? null : next);
    c.theme(next);
    showTheme();
    c.say(t("theme." + next));
  });
  window.addEventListener("storage", function (event) {
    if (event.key === "custodex.theme") { c.theme(c.store("theme")); showTheme(); }
  });

  // ---- language: the link keeps the query, the choice is remembered for the first page
  var language = document.querySelector("[data-language]");
  language.addEventListener("click", function () {
    c.store("language", language.dataset.language);
    language.href = language.getAttribute("href").replace(/[?#].*$/, "") + location.search + location.hash;
  });

  // ---- copy
  c.copy = function (text, done, host) { // host: the open dialog, where there is one
    function said() { c.say(done || t("copied", { text: text.length > 40 ? text.slice(0, 40) + "…" : text })); }
    if (navigator.clipboard && window.isSecureContext) return navigator.clipboard.writeText(text).then(said, byHand);
    return byHand();
    function byHand() {
      // Pages opened from a folder have no clipboard interface in some browsers.
      var area = el("textarea", { class: "sr", "aria-hidden": "true", tabindex: "-1" });
      area.value = text;
      (host || document.body).append(area);
      area.select();
      try { document.execCommand("copy"); said(); } catch (error) { c.say(t("copy.failed")); }
      area.remove();
    }
  };
  document.querySelectorAll("[data-copy]").forEach(function (button) { button.hidden = false; });
  document.addEventListener("click", function (event) {
    var button = event.target.closest && event.target.closest("[data-copy]");
    if (button) { c.copy(button.dataset.copy); button.focus(); }
  });

  // ---- dates: what is due before today is late whenever the page was built
  var now = new Date();
  c.today = now.getFullYear() + "-" + ("0" + (now.getMonth() + 1)).slice(-2) + "-" + ("0" + now.getDate()).slice(-2);
  if (c.facts && c.facts.today) { // a site of a past day: nothing is late that was not late then
    c.today = c.facts.today;
    main.prepend(el("p", { class: "banner small", role: "note" }, c.icon("clock"), el("span", {}, t("past", { day: c.longDay(c.today) }))));
  }
  document.querySelectorAll("time[data-due]").forEach(function (time) {
    if (time.dateTime.slice(0, 10) < c.today) {
      time.dataset.late = "";
      time.title = t("late");
    }
  });

  // ---- provenance panels: one open at a time, Esc and a click elsewhere close
  function closePanels(except) {
    document.querySelectorAll("details.origin[open]").forEach(function (panel) { if (panel !== except) panel.open = false; });
  }
  document.addEventListener("click", function (event) {
    closePanels(event.target.closest && event.target.closest("details.origin"));
  });

  // ---- pins and recently viewed customers
  var id = main.dataset.customer, pin = document.querySelector("[data-pin]");
  function entries(key) {
    var list = c.store(key);
    return Array.isArray(list) ? list.filter(function (x) { return x && /^[0-9a-z]{11}$/.test(x.id) && typeof x.name === "string"; }) : [];
  }
  c.entries = entries;
  function without(list) { return list.filter(function (x) { return x.id !== id; }); }
  if (id) {
    c.store("recent", [{ id: id, name: main.dataset.name }].concat(without(entries("recent"))).slice(0, 12));
    pin.hidden = false;
    showPin();
    pin.addEventListener("click", function () {
      var pins = entries("pins"), pinned = pins.length !== without(pins).length;
      c.store("pins", pinned ? without(pins) : pins.concat([{ id: id, name: main.dataset.name }]).slice(-30));
      showPin();
      showMine();
      c.say(t(pinned ? "unpinned" : "pinned"));
    });
    var printButton = document.querySelector("[data-print-page]");
    printButton.hidden = false;
    printButton.addEventListener("click", function () { window.print(); });
  }
  function showPin() {
    var pinned = entries("pins").some(function (x) { return x.id === id; });
    pin.setAttribute("aria-pressed", String(pinned));
    pin.replaceChildren(c.icon(pinned ? "starred" : "star"));
  }

  // ---- personal views, kept by the list in this browser only
  function myViews() {
    var list = c.store("views");
    return Array.isArray(list) ? list.filter(function (v) { return v && typeof v.title === "string" && /^(\?[^#]*)?$/.test(v.query); }) : [];
  }
  var personal = document.querySelector("[data-personal]");
  function showPersonal() {
    var list = el("ul", { class: "viewlist" });
    myViews().forEach(function (v) {
      var drop = el("button", { class: "btn quiet icon", type: "button", "aria-label": t("views.remove", { title: v.title }) }, c.icon("x"));
      drop.addEventListener("click", function () { c.store("views", myViews().filter(function (x) { return x.title !== v.title; })); showPersonal(); showMine(); });
      list.append(el("li", {}, el("div", {}, el("p", {}, el("a", { class: "strong", href: "customers.html" + v.query }, v.title))), drop));
    });
    if (personal.querySelector("ul")) personal.querySelector("ul").remove();
    personal.append(list);
    personal.hidden = !list.firstChild;
  }
  if (personal) showPersonal();

  // ---- the side bar's lower half: saved views, pinned, recent
  function showMine() {
    var host = document.querySelector("[data-mine]"), views = (c.facts && c.facts.views) || [];
    host.replaceChildren();
    section("side.views", views.slice(0, 8).map(function (v) { return [c.up + v.list, v.title]; }));
    section("views.mine", myViews().slice(-6).map(function (v) { return [c.up + "customers.html" + v.query, v.title]; }));
    section("side.pins", entries("pins").map(customer));
    section("side.recent", entries("recent").filter(function (x) { return x.id !== id; }).slice(0, 5).map(customer));
    host.hidden = !host.firstChild;
    function customer(x) { return [c.up + "c/" + x.id + ".html", x.name]; }
    function section(title, links) {
      if (!links.length) return;
      var list = el("ul");
      links.forEach(function (link) { list.append(el("li", {}, el("a", { href: link[0] }, el("span", {}, link[1])))); });
      host.append(el("h2", {}, t(title)), list);
    }
  }
  showMine();
  c.showMine = showMine;

  // ---- what was built, and whether it is old
  var built = document.querySelector("[data-built]");
  if (c.facts && c.facts.commit) {
    built.append(t("built", { commit: c.facts.commit, when: c.facts.when }));
    if (c.facts.iso && !c.facts.today && (Date.parse(c.today) - Date.parse(c.facts.iso.slice(0, 10))) / 864e5 > 14) {
      built.append(el("span", { class: "stale" }, t("built.old")));
    }
  }

  // ---- the way back to the list as it was
  var back = document.querySelector("[data-back]"), lastList = c.store("list");
  if (back && typeof lastList === "string" && /^\?[^#]*$/.test(lastList)) back.href = back.getAttribute("href") + lastList;

  // ---- a part of the page that is addressed is opened
  function openTarget() {
    var name = "", target;
    try { name = decodeURIComponent(location.hash.slice(1)); } catch (error) { return; /* a broken % escape in the address */ }
    target = name && (document.getElementById(name) || eventOf(name));
    // an event that the timeline does not show at the moment
    if (target && target.closest(".timeline") && !target.getClientRects().length) document.querySelector('.segments [value="all"]').checked = true;
    for (var node = target; node; node = node.parentElement) if (node.tagName === "DETAILS") node.open = true;
    if (target && target.closest("details")) target.scrollIntoView();
  }
  // #on-2026-03-02-note is the first such event of a day; events that are not here stand on an older part of the timeline
  function eventOf(name) {
    var wanted = /^(?:on-(\d{4}-\d\d-\d\d)-([a-z]+)|e-(\d{4}-\d\d-\d\d).*)$/.exec(name), older = document.querySelector(".timeline .events ~ .more a");
    if (!wanted || !id) return null;
    var day = wanted[1] || wanted[3], here = Array.from(document.querySelectorAll('[id^="e-' + day + '"]'));
    var found = wanted[1] && (here.find(function (node) { return node.dataset.kind === wanted[2]; }) || here[0]);
    if (found) { location.replace("#" + found.id); return found; }
    var days = Array.from(document.querySelectorAll('.event[id^="e-"]'), function (node) { return node.id.slice(2, 12); }).sort();
    if (older && days.length && day <= days[0]) location.replace(older.href + "#" + name);
    return null;
  }
  openTarget();
  window.addEventListener("hashchange", openTarget);

  // ---- keys
  var pages = { h: "index.html", c: "customers.html", t: "tasks.html", v: "views.html", s: "staff.html", l: "changes.html", q: "health.html" };
  var pending = false, pendingTimer;
  c.typing = function (event) {
    var node = event.target;
    return node.isContentEditable || /^(TEXTAREA|SELECT)$/.test(node.tagName) ||
      (node.tagName === "INPUT" && !/^(checkbox|radio|button)$/.test(node.type));
  };
  document.addEventListener("keydown", function (event) {
    if (event.key === "Escape") closePanels();
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || c.typing(event) || document.querySelector("dialog[open]")) return;
    if (pending && pages[event.key]) { event.preventDefault(); location.href = c.up + pages[event.key]; }
    pending = event.key === "g";
    clearTimeout(pendingTimer);
    pendingTimer = setTimeout(function () { pending = false; }, 1200);
    if (event.key === "?") { event.preventDefault(); showKeys(); }
  });

  var sheet;
  function showKeys() {
    if (!sheet) {
      var rows = [["/", "search"], ["Ctrl K", "search2"], ["j k", "move"], ["Enter", "open"], ["x", "pick"], ["g h", "home"], ["g c", "customers"], ["g t", "tasks"], ["g l", "changes"], ["?", "help"], ["Esc", "close"]];
      var body = el("tbody");
      rows.forEach(function (row) {
        var keys = el("th", { scope: "row" });
        row[0].split(" ").forEach(function (key) { keys.append(el("kbd", {}, key), " "); });
        body.append(el("tr", {}, keys, el("td", {}, t("keys." + row[1]))));
      });
      var close = el("button", { class: "btn quiet icon close", type: "button", "aria-label": t("close") }, c.icon("x"));
      close.addEventListener("click", function () { sheet.close(); });
      sheet = el("dialog", { class: "sheet", "aria-labelledby": "keys-title" }, el("div", { class: "sheet-in" }, close, el("h2", { id: "keys-title" }, t("keys")), el("table", {}, body)));
      document.body.append(sheet);
    }
    sheet.showModal();
  }
})();
