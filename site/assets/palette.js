/* The command palette: one box over names, numbers, mails and texts of all customers, and the pages of the site.

   Search itself is search.js, loaded on first use: .load(base), .names(query, limit) at once,
   .full(query, {limit}) -> Promise of {total, hits}; a hit has id, name, reason, the value that matched and, in an
   event, the day and, where there are several, which one: it leads to the event on the customer's page. */
(function () {
  "use strict";
  var c = window.custodex, el = c.el, t = c.t;
  var LIMIT = 24;
  var dialog, input, list, status, options = [], active = -1, ready = null, turn = 0;

  c.searchReady = function () {
    // One promise for all users of search; a failed load may be tried again.
    if (!ready) {
      ready = (c.search ? Promise.resolve() : c.loadScript(c.root + "assets/search.js"))
        .then(function () { return c.search.load(c.root + "search/"); })
        .catch(function (error) { ready = null; throw error; });
    }
    return ready;
  };

  // Text with what the query matches in <mark>, never as HTML. Without search.js: its plain words.
  c.marked = function (text, query, ranges) {
    if (!ranges) ranges = c.search && c.search.mark ? c.search.mark(text, query) : words(text, query);
    var out = el("span"), at = 0;
    ranges.forEach(function (range) {
      out.append(text.slice(at, range[0]), el("mark", {}, text.slice(range[0], range[1])));
      at = range[1];
    });
    out.append(text.slice(at));
    return out;
  };
  function words(text, query) {
    var start = query ? text.toLowerCase().indexOf(query.trim().toLowerCase()) : -1;
    return start < 0 ? [] : [[start, start + query.trim().length]];
  }
  c.reason = function (name) { return (c.messages || {})["js.reason." + name] || name; };
  /** What went wrong, with the command to use where the command line can answer what the page cannot. */
  c.searchError = function (error, query) {
    var said = (error && error[c.lang]) || t("palette.failed");
    return error && error.elsewhere ? said + t("colon") + "custodex search '" + query.replace(/'/g, "'\\''") + "'" : said;
  };

  function build() {
    input = el("input", { type: "text", role: "combobox", "aria-expanded": "true", "aria-controls": "palette-list", "aria-autocomplete": "list", "aria-label": t("palette.label"), placeholder: t("palette.placeholder"), autocomplete: "off", autocapitalize: "off", spellcheck: "false", maxlength: "200" });
    list = el("div", { class: "palette-list", id: "palette-list", role: "listbox", "aria-label": t("palette.results") });
    status = el("span", { role: "status" });
    dialog = el("dialog", { class: "palette", "aria-label": t("palette.label") },
      el("div", { class: "palette-box" }, c.icon("search"), input, el("kbd", {}, "Esc")), list,
      el("div", { class: "palette-foot" }, status, el("span", {}, el("kbd", {}, "↑"), " ", el("kbd", {}, "↓"), " " + t("keys.choose")), el("span", {}, el("kbd", {}, "Enter"), " " + t("keys.open"))));
    document.body.append(dialog);
    input.addEventListener("input", search);
    dialog.addEventListener("keydown", onKey);
    dialog.addEventListener("click", function (event) { if (event.target === dialog) dialog.close(); });
    list.addEventListener("mousemove", function (event) {
      var option = event.target.closest('[role="option"]');
      if (option) choose(options.indexOf(option), true);
    });
    list.addEventListener("click", function (event) {
      var option = event.target.closest('[role="option"]');
      if (option) go(option, event.ctrlKey || event.metaKey);
    });
  }

  c.openPalette = function () {
    if (!dialog) build();
    if (dialog.open) { dialog.close(); return; }
    dialog.showModal();
    input.select();
    search();
    c.searchReady().then(search, function () { status.textContent = t("palette.failed"); });
  };

  function onKey(event) {
    if (event.isComposing) return; // Enter and arrows belong to the input method while it composes
    if (event.key === "ArrowDown" || (event.ctrlKey && event.key === "n")) choose((active + 1) % options.length);
    else if (event.key === "ArrowUp" || (event.ctrlKey && event.key === "p")) choose((active - 1 + options.length) % options.length);
    else if (event.key === "Enter" && options[active]) go(options[active], event.ctrlKey || event.metaKey);
    else return;
    event.preventDefault();
  }

  function choose(index, byMouse) {
    if (!options.length || isNaN(index)) return;
    if (options[active]) options[active].setAttribute("aria-selected", "false");
    active = index;
    options[active].setAttribute("aria-selected", "true");
    input.setAttribute("aria-activedescendant", options[active].id);
    if (!byMouse) options[active].scrollIntoView({ block: "nearest" });
  }

  function go(option, aside) {
    if (aside) window.open(option.dataset.href, "_blank", "noopener");
    else { dialog.close(); location.href = option.dataset.href; }
  }

  function search() {
    var query = input.value.trim(), mine = ++turn;
    if (!query) { show([], "", t("palette.hint")); return; }
    if (!c.search || !c.search.loaded) { show([], query, t("palette.loading"), true); return; }
    var hits = [];
    try { hits = c.search.names(query, LIMIT); } catch (error) { show([], query, c.searchError(error, query), true); return; }
    show(hits, query, "", true);
    setTimeout(function () {
      if (mine !== turn) return;
      c.columnsReady(query).then(function () { return c.search.full(query, { limit: LIMIT }); }).then(function (found) {
        if (mine === turn) show(found.hits, query, t(found.exact === false ? "palette.about" : "palette.count", { n: found.total }));
      }).catch(function (error) {
        if (mine === turn) status.textContent = c.searchError(error, query);
      });
    }, 90);
  }

  function show(hits, query, note, quiet) {
    var keep = active > 0 && options[active] ? options[active].dataset.href : "";
    list.replaceChildren();
    options = [];
    active = -1;
    if (query) {
      hits.forEach(function (hit) {
        var lines = el("span", { class: "hit" }, c.marked(hit.name || hit.id, query));
        if (hit.value && hit.end > hit.start && !(hit.reason === "name" && c.search.fold(hit.name || "").indexOf(hit.value) >= 0)) {
          var shown = c.marked(hit.value, "", [[hit.start, hit.end]]);
          shown.className = "quiet";
          lines.append(shown);
        }
        var why = hit.reason === "name" ? "" : c.reason(hit.reason);
        if (hit.day) add("c/" + hit.id + ".html#" + (hit.event ? "e-" + hit.event : "on-" + hit.day + "-" + hit.reason), "customers", lines, t("palette.of", { what: why, day: c.longDay(hit.day) }));
        else add("c/" + hit.id + ".html", "customers", lines, why);
      });
      if (hits.length) add("customers.html?v=1&q=" + encodeURIComponent(query), "filter", el("span", { class: "hit" }, t("palette.all", { q: query })), "");
      else if (!quiet) list.append(el("p", { class: "palette-group" }, t("palette.none", { q: query })));
    } else {
      group("side.pins", c.entries("pins"));
      group("side.recent", c.entries("recent").slice(0, 6));
    }
    pages(query);
    status.textContent = note;
    var again = options.findIndex(function (o) { return o.dataset.href === keep; });
    if (options.length) choose(again >= 0 ? again : 0);
  }

  function group(title, entries) {
    if (!entries.length) return;
    list.append(el("p", { class: "palette-group", role: "presentation" }, t(title)));
    entries.forEach(function (x) { add("c/" + x.id + ".html", "customers", el("span", { class: "hit" }, el("span", {}, x.name)), ""); });
  }

  function pages(query) {
    var links = Array.prototype.slice.call(document.querySelectorAll("#menu > ul a, .side-mine [href*='customers.html']"));
    var low = query.toLowerCase();
    var fit = links.filter(function (a) { return a.textContent.toLowerCase().indexOf(low) >= 0; });
    if (!fit.length) return;
    list.append(el("p", { class: "palette-group", role: "presentation" }, t("palette.pages")));
    fit.forEach(function (a) {
      var href = a.getAttribute("href").slice(c.up.length);
      add(href, (a.querySelector(".i") || { className: "i-views" }).className.replace(/.*i-/, ""), el("span", { class: "hit" }, el("span", {}, a.textContent)), "");
    });
  }

  function add(href, icon, lines, why) {
    var option = el("div", { role: "option", id: "o" + options.length, "aria-selected": "false", "data-href": c.up + href }, c.icon(icon), lines, why ? el("span", { class: "why" }, why) : "");
    options.push(option);
    list.append(option);
  }

  document.addEventListener("keydown", function (event) {
    var k = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k";
    var slash = event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey && !c.typing(event);
    if (!k && (!slash || document.querySelector("dialog[open]"))) return;
    event.preventDefault();
    c.openPalette();
  });
  document.addEventListener("click", function (event) {
    var opener = event.target.closest && event.target.closest("[data-palette]");
    if (!opener || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    c.openPalette();
  });
})();
