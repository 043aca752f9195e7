/* The interactive customer list: search box, facets, a table that draws only the rows in sight. All state is in the address:
   ?v=1&q=…&stage=lead&stage=customer&owner!=li&grade=&last_note=2026-01..2026-03&sort=-last_note,name&cols=stage,owner&density=compact&layout=board */
(function () {
  "use strict";
  var c = window.custodex, el = c.el, t = c.t;
  var app = document.querySelector("[data-app]"), counter = document.querySelector("[data-count]");
  var OWN = { v: 1, q: 1, sort: 1, cols: 1, density: 1, layout: 1 }, MAX_ROWS = 54;
  var WIDTH = { name: 240, text: 150, code: 122, codes: 200, date: 112, number: 96 };
  var table, state, rows = [], hits = null, turn = 0, busy = null, drawFacets, ui = {}, top = -1, cursor = -1;
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

  // ---- state and address
  function empty() { return { q: "", facets: new Map(), sort: [], cols: null, density: "", layout: "" }; }
  function facet(s, id) {
    if (!s.facets.has(id)) s.facets.set(id, { yes: new Set(), no: new Set(), none: false });
    return s.facets.get(id);
  }
  function day(text, end) { // 2026, 2026-03 or 2026-03-02 -> days since 1970; the end of a period is its last day
    var m = /^(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?$/.exec(text || "");
    if (!m) return undefined;
    var y = +m[1], mo = m[2] ? m[2] - 1 : end ? 11 : 0;
    return Date.UTC(y, mo, m[3] ? +m[3] : end ? new Date(Date.UTC(y, mo + 1, 0)).getUTCDate() : 1) / 864e5;
  }
  function read(search) {
    var s = empty();
    new URLSearchParams(search).forEach(function (value, key) {
      var not = key.slice(-1) === "!", id = not ? key.slice(0, -1) : key, col = table.by.get(id);
      if (key === "q") s.q = value.slice(0, 200);
      else if (key === "sort") s.sort = value.split(",").map(function (x) { return { id: x.replace(/^-/, ""), down: x[0] === "-" }; }).filter(function (x) { return table.by.has(x.id); });
      else if (key === "cols") s.cols = value.split(",").filter(function (x) { return table.by.has(x) && x !== "name"; });
      else if (key === "density") s.density = value === "compact" ? value : "";
      else if (key === "layout") s.layout = value === "board" ? value : "";
      else if (col && !OWN[key]) {
        var f = facet(s, id);
        if (col.coded && value) (not ? f.no : f.yes).add(value);
        else if (!value) f.none = true;
        else if (col.type === "text") f.text = value;
        else {
          var ends = value.split("..");
          f.raw = value;
          f.from = col.type === "date" ? day(ends[0], false) : ends[0] ? +ends[0] : undefined;
          f.to = col.type === "date" ? day(ends.length > 1 ? ends[1] : ends[0], true) : ends[1] ? +ends[1] : undefined;
        }
      }
    });
    return s;
  }
  function write(s) {
    var p = new URLSearchParams();
    p.set("v", "1");
    if (s.q) p.set("q", s.q);
    s.facets.forEach(function (f, id) {
      f.yes.forEach(function (v) { p.append(id, v); });
      f.no.forEach(function (v) { p.append(id + "!", v); });
      if (f.none) p.append(id, "");
      if (f.text) p.set(id, f.text);
      if (f.raw) p.set(id, f.raw);
    });
    if (s.sort.length) p.set("sort", s.sort.map(function (x) { return (x.down ? "-" : "") + x.id; }).join(","));
    if (s.cols) p.set("cols", s.cols.join(","));
    if (s.density) p.set("density", s.density);
    if (s.layout) p.set("layout", s.layout);
    var text = p.toString();
    return text === "v=1" ? "" : "?" + text;
  }
  function changed(replace) {
    var query = write(state), address = query || location.pathname.split("/").pop();
    if (query !== location.search) history[replace ? "replaceState" : "pushState"]({ list: 1 }, "", address);
    c.store("list", query);
    update();
  }

  // ---- start
  function start() {
    build();
    state = read(location.search);
    c.store("list", write(state));
    ui.input.value = state.q;
    if (state.q) runQuery();
    update();
    window.addEventListener("popstate", function () { state = read(location.search); ui.input.value = state.q; runQuery(); update(); });
    document.addEventListener("keydown", onKey);
  }
  function sorts() {
    if (state.sort.length) return state.sort;
    if (state.q && hits && hits.order) return [];
    var out = table.by.has("last_note") ? [{ id: "last_note", down: true }] : [];
    return out.concat({ id: "name", down: false });
  }
  function shown() {
    var ids = state.cols || table.columns.filter(function (col) { return col.show && !col.hidden && col.id !== "name"; }).map(function (col) { return col.id; });
    return ids.map(function (id) { return table.by.get(id); });
  }

  // ---- the query: names at once, full text when it has come
  function runQuery() {
    var query = fields(state.q.trim()), mine = ++turn;
    hits = null;
    busy = null;
    if (!query) return;
    function take(list) {
      hits = { rows: new Set(), order: new Map() };
      list.forEach(function (hit, i) { var row = table.row(hit.id); if (row !== undefined && !hits.rows.has(row)) { hits.rows.add(row); hits.order.set(row, i); } });
    }
    if (c.search && c.search.loaded) { try { take(c.search.names(query, 1e9)); } catch (error) { take([]); } }
    else take(plain(query));
    busy = "search";
    c.searchReady().then(function () {
      if (mine !== turn) return null;
      try { take(c.search.names(query, 1e9)); update(); } catch (error) { /* the full search tells */ }
      return c.search.full(query);
    }).then(function (found) {
      if (mine !== turn) return;
      if (found) take(found.hits || found);
      busy = null;
      update();
    }).catch(function (error) {
      if (mine !== turn) return;
      busy = c.searchError(error);
      update();
    });
  }
  // stage:customer -region:CN-44 last_note:[2026-01 TO ]: words that name a column filter by it, the rest is searched
  function fields(query) {
    state.extra = new Map();
    if (/[()]|\bOR\b/.test(query)) return query;
    return query.replace(/(^|\s)(-?)([a-z_]+)[:：](\[[^\]]*\]|"[^"]*"|\S+)/g, function (all, space, not, id, value) {
      var col = table.by.get(id), f = state.extra.get(id) || { yes: new Set(), no: new Set(), none: false }, ends = /^\[(.*?)\s*TO\s*(.*?)\]$/.exec(value);
      if (!col || col.hidden || (col.coded ? ends : !ends || not || col.type === "text")) return all;
      if (col.coded) (not ? f.no : f.yes).add(value.replace(/"/g, ""));
      else if (col.type === "date") { f.from = day(ends[1], false); f.to = day(ends[2], true); }
      else { f.from = ends[1] ? +ends[1] : undefined; f.to = ends[2] ? +ends[2] : undefined; }
      state.extra.set(id, f);
      return space;
    }).trim();
  }
  function plain(query) { // before search.js is there: names that contain the words
    var words = query.toLowerCase().split(/\s+/), names = table.by.get("name").data, out = [];
    for (var i = 0; i < table.n; i++) {
      var low = names[i].toLowerCase();
      if (words.every(function (w) { return low.indexOf(w) >= 0; })) out.push({ id: table.ids[i] });
    }
    return out;
  }

  // ---- skeleton
  function button(icon, label, action, extra) {
    var b = el("button", Object.assign({ type: "button", class: "btn" + (extra && extra.icon ? " icon" : ""), title: label }, extra && extra.icon ? { "aria-label": label } : {}), c.icon(icon), extra && extra.icon ? "" : label);
    b.addEventListener("click", action);
    return b;
  }
  function build() {
    ui.input = el("input", { type: "search", "aria-label": t("list.search"), placeholder: t("list.search.placeholder"), autocomplete: "off", spellcheck: "false", maxlength: "200" });
    var timer;
    ui.input.addEventListener("input", function () {
      state.q = ui.input.value;
      runQuery();
      update();
      clearTimeout(timer);
      timer = setTimeout(function () { changed(true); }, 300);
    });
    ui.input.addEventListener("focus", function () { c.searchReady().catch(function () { /* told on use */ }); }, { once: true });
    ui.input.addEventListener("keydown", function (event) { if (event.key === "ArrowDown" || (event.key === "Enter" && !event.isComposing)) { event.preventDefault(); move(1, true); } });
    ui.filters = button("filter", t("list.filters"), function () { var on = ui.root.classList.toggle("show-facets"); ui.filters.setAttribute("aria-expanded", String(on)); });
    ui.filters.classList.add("facets-button");
    ui.filters.setAttribute("aria-expanded", "false");
    ui.density = button("density", t("list.density"), function () { state.density = state.density ? "" : "compact"; changed(); }, { icon: true });
    ui.density.classList.add("wide-only");
    ui.board = button("board", t("list.board"), function () { state.layout = state.layout ? "" : "board"; changed(); }, { icon: true });
    ui.columns = button("columns", t("list.columns"), toggleColumns, { icon: true });
    ui.columns.setAttribute("aria-expanded", "false");
    ui.columnHost = el("span", { class: "pop-host wide-only" }, ui.columns);
    ui.bar = el("div", { class: "list-bar", role: "toolbar", "aria-label": t("list.tools") },
      el("label", { class: "list-search" }, c.icon("search"), ui.input), ui.filters, table.by.has("stage") ? ui.board : "", ui.columnHost, ui.density,
      button("link", t("list.copy"), function () { c.copy(location.href); }, { icon: true }),
      button("star", t("list.keep"), function () { c.listKeep(write(state)); }, { icon: true }),
      button("download", t("list.csv"), function () { c.listCsv(table, rows, [table.by.get("name")].concat(shown())); }, { icon: true }));
    ui.chips = el("div", { class: "chips" });
    ui.facets = el("div", { class: "facets", role: "region", "aria-label": t("list.filters") });
    drawFacets = c.listFacets(ui.facets, table, { facet: facet, day: day, changed: changed });
    ui.body = el("tbody");
    ui.head = el("thead");
    ui.cols = el("colgroup");
    ui.table = el("table", { class: "grid", "aria-label": t("list.table") }, ui.cols, ui.head, ui.body);
    ui.scroll = el("div", { class: "grid-wrap", tabindex: "0", role: "region", "aria-label": t("list.table") }, ui.table);
    ui.scroll.addEventListener("scroll", function () { requestAnimationFrame(function () { paint(false); }); }, { passive: true });
    window.addEventListener("resize", function () { paint(true); });
    ui.boardView = el("div", { class: "boardview", tabindex: "0", role: "region", "aria-label": t("list.board") });
    ui.status = el("p", { class: "sr", role: "status", "aria-live": "polite" });
    ui.note = el("p", { class: "banner small", role: "alert", hidden: true }, c.icon("info"), el("span"));
    ui.main = el("div", {}, ui.bar, ui.chips, ui.note, ui.status, ui.scroll, ui.boardView);
    ui.root = el("div", { class: "list" }, ui.facets, ui.main);
    app.replaceChildren(ui.root);
  }

  // ---- everything that follows from the state
  function update() {
    rows = table.filter({ query: hits && hits.rows, facets: state.facets });
    if (state.extra && state.extra.size) {
      var keep = new Set(table.filter({ query: hits && hits.rows, facets: state.extra }));
      rows = table.filter({ query: keep, facets: state.facets });
    }
    var by = sorts();
    if (by.length) table.sort(rows, by);
    else rows.sort(function (a, b) { return hits.order.get(a) - hits.order.get(b); });
    counter.textContent = rows.length === table.n ? number.format(table.n) : t("list.of", { n: number.format(rows.length), total: number.format(table.n) });
    ui.note.hidden = !busy || busy === "search";
    ui.note.lastChild.textContent = ui.note.hidden ? "" : busy;
    ui.status.textContent = t("list.count", { n: number.format(rows.length) });
    ui.root.className = "list " + (state.density || "comfortable") + (ui.root.classList.contains("show-facets") ? " show-facets" : "");
    ui.density.setAttribute("aria-pressed", String(!!state.density));
    ui.board.setAttribute("aria-pressed", String(!!state.layout));
    chips();
    drawFacets(state);
    ui.boardView.hidden = !state.layout;
    ui.scroll.hidden = !!state.layout;
    cursor = -1;
    if (state.layout) c.listBoard(ui.boardView, table, rows);
    else { header(by); ui.scroll.scrollTop = 0; paint(true); }
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
      if (f.text || f.raw) chip(col.label + ": " + (f.text || f.raw), "", function () { state.facets.delete(id); });
    });
    if (out.length) {
      var all = el("button", { type: "button", class: "chip plain" }, t("list.clear"));
      all.addEventListener("click", function () { state.facets.clear(); state.q = ui.input.value = ""; hits = null; turn++; changed(); });
      out.push(all);
    }
    ui.chips.replaceChildren.apply(ui.chips, out);
  }

  // ---- the table: only the rows in sight are in the document
  function header(by) {
    var cols = [table.by.get("name")].concat(shown()), tr = el("tr", { "aria-rowindex": "1" });
    ui.cols.replaceChildren();
    cols.forEach(function (col) {
      var width = WIDTH[col.id === "name" ? "name" : col.type];
      ui.cols.append(el("col", { width: String(width) }));
      var i = by.findIndex(function (s) { return s.id === col.id; }), s = i === 0 || state.sort.length ? by[i] : undefined;
      var b = el("button", { type: "button", title: t("list.sort.help") }, col.label, s ? c.icon(s.down ? "down" : "up") : "", s && by.length > 1 && state.sort.length > 1 ? el("sup", {}, String(i + 1)) : "");
      b.addEventListener("click", function (event) { sortBy(col, event.shiftKey); });
      tr.append(el("th", { scope: "col", class: col.type === "number" ? "num" : "", "aria-sort": s ? (s.down ? "descending" : "ascending") : "none" }, b));
    });
    ui.head.replaceChildren(tr);
    ui.table.style.minWidth = matchMedia("(max-width: 600px)").matches ? "0" : cols.reduce(function (sum, col) { return sum + WIDTH[col.id === "name" ? "name" : col.type]; }, 0) + "px";
    ui.table.setAttribute("aria-rowcount", String(rows.length + 1));
    ui.table.setAttribute("aria-colcount", String(cols.length));
  }
  function sortBy(col, more) {
    var now = state.sort.findIndex(function (s) { return s.id === col.id; }), first = col.type === "date" || col.type === "number";
    var next = now < 0 ? { id: col.id, down: first } : state.sort[now].down === first ? { id: col.id, down: !first } : null;
    var list = more ? state.sort.slice() : [];
    if (more && now >= 0) list.splice(now, 1, next);
    else list.push(next);
    state.sort = list.filter(Boolean);
    changed();
  }
  function rowHeight() { return matchMedia("(max-width: 600px)").matches ? 56 : state.density ? 28 : 36; }
  function paint(force) {
    if (!table || !state || state.layout) return;
    var h = rowHeight(), view = Math.min(MAX_ROWS - 10, Math.ceil(innerHeight / h) + 1);
    var first = Math.max(0, Math.min(Math.floor(ui.scroll.scrollTop / h) - 4, rows.length - view - 8));
    if (!force && first === top) return;
    var held = document.activeElement && ui.body.contains(document.activeElement) ? document.activeElement.dataset.row : null;
    top = first;
    var last = Math.min(rows.length, first + view + 8), cols = shown(), out = [];
    out.push(pad(first * h, cols.length + 1));
    for (var i = first; i < last; i++) out.push(line(i, cols));
    out.push(pad((rows.length - last) * h, cols.length + 1));
    if (!rows.length) {
      var reset = button("x", t("list.clear"), function () { state = Object.assign(empty(), { cols: state.cols, density: state.density }); ui.input.value = ""; hits = null; turn++; changed(); });
      out = [el("tr", {}, el("td", { class: "grid-empty", colspan: String(cols.length + 1) }, el("p", {}, t(table.n ? "list.nothing" : "list.no.records")), table.n ? reset : ""))];
    }
    ui.scroll.style.height = rows.length ? rows.length * h + 38 + "px" : "260px";
    ui.body.replaceChildren.apply(ui.body, out);
    if (held !== null) { var link = ui.body.querySelector('[data-row="' + held + '"]'); if (link) link.focus({ preventScroll: true }); else ui.scroll.focus({ preventScroll: true }); }
  }
  function pad(height, span) {
    var td = el("td", { colspan: String(span) }), tr = el("tr", { class: "pad", "aria-hidden": "true" }, td);
    td.style.height = height + "px";
    if (!height) tr.hidden = true;
    return tr;
  }
  function line(i, cols) {
    var row = rows[i], name = table.by.get("name").data[row] || table.ids[row];
    var link = el("a", { href: "c/" + table.ids[row] + ".html", "data-row": String(i) }, state.q ? c.marked(name, state.q) : name);
    var sub = el("span", { class: "sub" });
    cols.slice(0, 2).forEach(function (col) { var text = table.text(col, row); if (text) sub.append(el("span", {}, text)); });
    var tr = el("tr", { "aria-rowindex": String(i + 2) }, el("th", { scope: "row" }, link, sub));
    cols.forEach(function (col) { tr.append(cell(col, row)); });
    return tr;
  }
  function cell(col, row) {
    var text = table.text(col, row), td = el("td", { class: col.type === "number" ? "num" : "" });
    if (!text) return td;
    if (col.id === "stage") td.append(el("span", { class: "stage-dot", "data-value": col.values[table.codes(col, row)[0]][0] }, text));
    else if (col.type === "codes" && !col.link) { table.codes(col, row).forEach(function (k) { td.append(el("span", { class: "badge tag" }, col.values[k][1]), " "); }); td.title = text; }
    else if (col.link && col.type === "code") td.append(el("a", { href: col.link + encodeURIComponent(col.values[col.data[row]][0]) + ".html" }, text));
    else { td.append(text); if (col.id === "next_due" && text < c.today) td.classList.add("late"); if (text.length > 14) td.title = text; }
    return td;
  }

  // ---- columns
  function toggleColumns() {
    if (ui.menu) { closeMenu(); return; }
    ui.menu = el("div", { class: "pop-menu", role: "group", "aria-label": t("list.columns") });
    table.columns.forEach(function (col) {
      if (col.hidden || col.id === "name") return;
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

  // ---- keys
  function move(step, first) {
    if (!rows.length) return;
    cursor = first ? 0 : Math.max(0, Math.min(rows.length - 1, cursor + step));
    var h = rowHeight(), y = cursor * h, view = ui.scroll.clientHeight - 34;
    if (y < ui.scroll.scrollTop) ui.scroll.scrollTop = y;
    else if (y + h > ui.scroll.scrollTop + view) ui.scroll.scrollTop = y + h - view;
    paint(false);
    var link = ui.body.querySelector('[data-row="' + cursor + '"]');
    if (link) link.focus({ preventScroll: true });
  }
  function onKey(event) {
    if (event.key === "Escape" && ui.menu) closeMenu();
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || c.typing(event) || state.layout || document.querySelector("dialog[open]")) return;
    var step = event.key === "j" || (event.key === "ArrowDown" && cursor >= 0) ? 1 : event.key === "k" || (event.key === "ArrowUp" && cursor >= 0) ? -1 : 0;
    if (!step) return;
    event.preventDefault();
    var focused = document.activeElement && document.activeElement.dataset ? document.activeElement.dataset.row : undefined;
    if (focused !== undefined) cursor = +focused;
    move(step);
  }
})();
