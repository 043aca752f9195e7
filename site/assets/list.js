/* The interactive customer list: puts address, words, facets, table and board together (see the list*.js beside it). */
(function () {
  "use strict";
  var c = window.custodex, el = c.el, t = c.t;
  var app = document.querySelector("[data-app]"), counter = document.querySelector("[data-count]");
  var table, states, state, words, grid, rows = [], drawFacets, ui = {};
  var number = new Intl.NumberFormat(c.lang === "zh" ? "zh-CN" : "en");

  app.append(el("p", { class: "busy", role: "status" }, t("list.loading")));
  c.tableReady(function (promise) {
    promise.then(function (model) { table = model; start(); }).catch(function () {
      document.documentElement.classList.add("no-data");
      app.replaceChildren(el("p", { class: "banner small" }, c.icon("alert"), el("span", {}, t("list.failed"))));
    });
  });
  window.addEventListener("load", function () { // the data file is missing: show the plain table
    if (!c.tableAsked) { document.documentElement.classList.add("no-data"); app.replaceChildren(); }
  });

  function start() {
    states = c.listState(table);
    state = states.read(location.search);
    words = c.listQuery(table, update);
    build();
    c.store("list", states.write(state));
    ui.input.value = state.q;
    words.run(state.q);
    update();
    window.addEventListener("popstate", function () { state = states.read(location.search); ui.input.value = state.q; words.run(state.q); update(); });
    document.addEventListener("keydown", function (event) {
      if (event.key === "Escape" && ui.menu) closeMenu();
      else if (event.key === "Escape" && ui.root.classList.contains("show-facets")) showFacets(false);
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || c.typing(event) || state.layout || document.querySelector("dialog[open]")) return;
      grid.key(event);
    });
  }
  function changed() { remember("pushState"); update(); }
  function remember(how) {
    var query = states.write(state), address = query || location.pathname.split("/").pop();
    if (query !== location.search) history[how]({ list: 1 }, "", address);
    c.store("list", query);
  }
  function clear() {
    state = Object.assign(states.empty(), { cols: state.cols, density: state.density, layout: state.layout });
    ui.input.value = "";
    words.clear();
    changed();
  }
  function sorts() {
    if (state.sort.length) return state.sort;
    if (words.order()) return [];
    return [table.by.has("last_note") ? { id: "last_note", down: true } : { id: "name", down: false }];
  }
  function shown() {
    var ids = state.cols || table.columns.filter(function (col) { return col.show && col.id !== "name"; }).map(function (col) { return col.id; });
    return ids.map(function (id) { return table.by.get(id); });
  }

  // ---- skeleton
  function button(icon, label, action, cls, word) { // the word stands beside the icon where there is room
    var b = el("button", { type: "button", class: "btn icon " + (cls || ""), title: label, "aria-label": label }, c.icon(icon), word ? el("span", { class: "word" }, word) : "");
    b.addEventListener("click", action);
    return b;
  }
  function build() {
    var timer;
    ui.input = el("input", { type: "search", "aria-label": t("list.search"), placeholder: t("list.search.placeholder"), autocomplete: "off", spellcheck: "false", maxlength: "200" });
    ui.input.addEventListener("input", function () {
      state.q = ui.input.value;
      words.run(state.q);
      update();
      clearTimeout(timer);
      timer = setTimeout(function () { remember("replaceState"); }, 400);
    });
    // whoever opens a customer at once comes back to what was typed
    ui.input.addEventListener("blur", function () { clearTimeout(timer); remember("replaceState"); });
    ui.input.addEventListener("focus", function () { c.searchReady().catch(function () { /* told on use */ }); }, { once: true });
    ui.input.addEventListener("keydown", function (event) { if (event.key === "ArrowDown" || (event.key === "Enter" && !event.isComposing)) { event.preventDefault(); grid.move(1, true); } });
    ui.filters = button("filter", t("list.filters"), function () { showFacets(!ui.root.classList.contains("show-facets")); }, "facets-button", t("list.filters"));
    ui.filters.setAttribute("aria-expanded", "false");
    ui.density = button("density", t("list.density"), function () { state.density = state.density ? "" : "compact"; changed(); }, "wide-only");
    ui.board = button("board", t("list.board"), function () { state.layout = state.layout ? "" : "board"; changed(); }, "", t("list.board.word"));
    ui.columns = button("columns", t("list.columns"), toggleColumns, "", t("list.columns.word"));
    ui.columns.setAttribute("aria-expanded", "false");
    ui.columnHost = el("span", { class: "pop-host wide-only" }, ui.columns);
    ui.bar = el("div", { class: "list-bar", role: "toolbar", "aria-label": t("list.tools") },
      el("label", { class: "list-search" }, c.icon("search"), ui.input), ui.filters, table.by.has("stage") ? ui.board : "", ui.columnHost, ui.density,
      button("link", t("list.copy"), function () { c.copy(location.href); }),
      button("star", t("list.keep"), function () { c.listKeep(states.write(state), function (title) { return c.viewYaml(table, state, title); }); }),
      button("download", t("list.csv"), function () { c.listCsv(table, wanted(), columns()); }, "", "CSV"));
    ui.chips = el("div", { class: "chips" });
    ui.facets = el("div", { class: "facets", role: "region", "aria-label": t("list.filters") });
    drawFacets = c.listFacets(ui.facets, table, { facet: states.facet, range: states.range, changed: changed, close: function () { showFacets(false); } });
    grid = c.listTable(table, { state: function () { return state; }, changed: changed, clear: clear, chose: chose });
    ui.boardView = el("div", { class: "boardview", tabindex: "0", role: "region", "aria-label": t("list.board") });
    ui.status = el("p", { class: "sr", role: "status", "aria-live": "polite" });
    ui.note = el("p", { class: "banner small", role: "alert", hidden: true }, c.icon("info"), el("span"));
    ui.chosen = el("div", { class: "chosen", role: "group", "aria-label": t("list.chosen.tools"), hidden: true });
    ui.main = el("div", {}, ui.bar, ui.chips, ui.note, ui.status, grid.node, ui.boardView, ui.chosen);
    ui.root = el("div", { class: "list" }, ui.facets, ui.main);
    app.replaceChildren(ui.root);
  }

  function showFacets(on) { // small screens only: elsewhere the facets always stand beside the list
    ui.root.classList.toggle("show-facets", on);
    ui.filters.setAttribute("aria-expanded", String(on));
    var first = on ? ui.facets.querySelector("summary") : ui.filters;
    if (first) first.focus();
  }

  // ---- everything that follows from the state
  function update() {
    rows = table.filter({ query: words.mask(), facets: state.facets });
    var by = sorts();
    if (by.length) rows = table.sort(rows, by);
    else rows = inOrder(rows, words.order());
    var n = (words.exact() ? "" : "≈ ") + number.format(rows.length);
    counter.textContent = rows.length === table.n ? number.format(table.n) : t("list.of", { n: n, total: number.format(table.n) });
    ui.note.hidden = !words.trouble();
    ui.note.lastChild.textContent = words.trouble();
    ui.status.textContent = t("list.count", { n: n });
    ui.root.className = "list " + (state.density || "comfortable") + (ui.root.classList.contains("show-facets") ? " show-facets" : "");
    ui.density.setAttribute("aria-pressed", String(!!state.density));
    ui.board.setAttribute("aria-pressed", String(!!state.layout));
    chips();
    drawFacets(state, rows.length);
    ui.boardView.hidden = !state.layout;
    grid.node.hidden = !!state.layout;
    if (state.layout) c.listBoard(ui.boardView, table, rows, function (value) { states.facet(state.facets, "stage").yes.add(value); state.layout = ""; changed(); });
    else grid.show(rows, by, shown());
    chose();
  }
  function inOrder(found, order) { // as the search ranks them
    if (found.length === order.length) return order;
    var fits = new Uint8Array(table.n);
    found.forEach(function (row) { fits[row] = 1; });
    return order.filter(function (row) { return fits[row]; });
  }

  function chips() {
    var out = [];
    function chip(label, cls, drop) {
      var b = el("button", { type: "button", class: "chip " + cls, "aria-label": t("list.drop", { label: label }) }, label, c.icon("x"));
      b.addEventListener("click", function () { drop(); changed(); });
      out.push(b);
    }
    state.facets.forEach(function (f, id) {
      var col = table.by.get(id);
      function name(v) { var k = col.index.get(v); return col.label + ": " + (k === undefined ? v : col.values[k][1]); }
      f.yes.forEach(function (v) { chip(name(v), "", function () { f.yes.delete(v); }); });
      f.no.forEach(function (v) { chip(t("list.not", { label: name(v) }), "not", function () { f.no.delete(v); }); });
      if (f.none) chip(col.label + ": " + t("list.none"), "", function () { f.none = false; });
      if (f.text || f.raw) chip(col.label + ": " + (f.text || span(col, f.raw)), "", function () { state.facets.delete(id); });
    });
    function span(col, raw) { // 2026-01-05..2026-03 in words: a whole day as people write it, a month as it was typed
      return raw.split("..").map(function (end) { return col.type === "date" && /^\d{4}-\d\d-\d\d$/.test(end) ? c.shortDay(c.day(end)) : end; }).join(" – ").trim();
    }
    if (out.length) {
      var all = el("button", { type: "button", class: "chip plain" }, t("list.clear"));
      all.addEventListener("click", clear);
      out.push(all);
    }
    ui.chips.replaceChildren.apply(ui.chips, out);
  }

  // ---- the rows that were chosen, else all that are shown
  function columns() { return [table.by.get("name")].concat(shown()); }
  function wanted() {
    return grid.chosen.size ? rows.filter(function (row) { return grid.chosen.has(table.id(row)); }) : rows;
  }
  function chose() {
    var n = grid.chosen.size, here = n ? wanted().length : 0;
    ui.chosen.hidden = !n || !!state.layout;
    if (ui.chosen.hidden) return;
    if (!ui.chosen.firstChild) {
      ui.chosen.append(el("span", { role: "status" }),
        labelled("copy", "list.chosen.copy", function () { c.listCopy(table, wanted(), columns()); }),
        labelled("download", "list.chosen.csv", function () { c.listCsv(table, wanted(), columns()); }),
        labelled("x", "list.chosen.clear", function () { grid.clearChosen(); grid.node.focus(); }));
    }
    ui.chosen.firstChild.textContent = t(here < n ? "list.chosen.part" : "list.chosen", { n: number.format(n), here: number.format(here) });
  }
  function labelled(icon, text, action) {
    var b = el("button", { type: "button", class: "btn" }, c.icon(icon), t(text));
    b.addEventListener("click", action);
    return b;
  }

  // ---- columns
  function toggleColumns() {
    if (ui.menu) { closeMenu(); return; }
    ui.menu = el("div", { class: "pop-menu", role: "group", "aria-label": t("list.columns") });
    table.columns.forEach(function (col) {
      if (col.id === "name") return;
      var check = el("input", { type: "checkbox" });
      check.checked = shown().indexOf(col) >= 0;
      check.addEventListener("change", function () {
        var ids = shown().map(function (x) { return x.id; });
        state.cols = check.checked ? ids.concat(col.id) : ids.filter(function (id) { return id !== col.id; });
        changed();
      });
      ui.menu.append(el("label", {}, check, col.label));
    });
    var usual = el("button", { type: "button", class: "chip plain" }, t("list.columns.reset"));
    usual.addEventListener("click", function () { state.cols = null; closeMenu(); changed(); });
    ui.menu.append(usual);
    ui.columnHost.append(ui.menu);
    ui.columns.setAttribute("aria-expanded", "true");
    ui.menu.querySelector("input").focus();
  }
  function closeMenu() {
    if (!ui.menu) return;
    ui.menu.remove();
    ui.menu = null;
    ui.columns.setAttribute("aria-expanded", "false");
    ui.columns.focus();
  }
  document.addEventListener("click", function (event) { if (ui.menu && !ui.columnHost.contains(event.target)) closeMenu(); });

})();
