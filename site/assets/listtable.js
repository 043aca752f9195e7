/* The table of the list: only the rows in sight are in the document; sorting by its heads, choosing rows, keys.

   c.listTable(table, {state() -> state, changed(), chose()}) -> {node, show(rows, sorts, columns), move(step, first),
   chosen: Set of ids, key(event)} */
(function () {
  "use strict";
  var c = window.custodex, el = c.el, t = c.t, MOST_ROWS = 54, MOST_PRINTED = 5000, HEAD = 34;
  // the widest day of a language fits, and the usual columns a window of 1366
  var zh = c.lang === "zh", WIDTH = { name: 214, text: 150, code: zh ? 96 : 108, codes: 200, date: zh ? 124 : 100, number: 96 };
  function width(col) { return WIDTH[col.id === "name" ? "name" : col.type]; }
  function isNarrow() { return matchMedia("(max-width: 600px)").matches; }

  c.listTable = function (table, tools) {
    var rows = [], cols = [], top = -1, cursor = -1, chosen = new Set(), lastChosen = -1, name = table.by.get("name"), frame = 0, headed = "", paper = false;
    var body = el("tbody"), head = el("thead"), group = el("colgroup");
    var grid = el("table", { class: "grid", "aria-label": t("list.table") }, group, head, body);
    var node = el("div", { class: "grid-wrap", tabindex: "0", role: "region", "aria-label": t("list.table") }, grid);
    node.addEventListener("scroll", function () { if (!frame) frame = requestAnimationFrame(function () { frame = 0; paint(false); }); }, { passive: true });
    window.addEventListener("resize", function () { if (!node.hidden) paint(true); });
    // paper does not scroll
    window.addEventListener("beforeprint", function () { paper = true; paint(true); });
    window.addEventListener("afterprint", function () { paper = false; paint(true); });
    body.addEventListener("click", function (event) {
      if (event.target.type === "checkbox") choose(+event.target.dataset.pick, event.target.checked, event.shiftKey);
    });

    function show(found, sorts, columns) {
      rows = found;
      cols = columns;
      cursor = lastChosen = -1;
      heads(sorts);
      node.scrollTop = 0;
      paint(true);
    }

    // ---- heads
    function heads(sorts) {
      var says = JSON.stringify([sorts, tools.state().sort.length, cols.map(function (col) { return col.id; }), isNarrow()]);
      grid.setAttribute("aria-rowcount", String(rows.length + 1));
      if (says === headed) { head.querySelector(".pick").replaceWith(pickAll()); return; } // while typing only the rows differ
      headed = says;
      var tr = el("tr", { "aria-rowindex": "1" }), several = tools.state().sort.length > 1;
      group.replaceChildren();
      [name].concat(cols).forEach(function (col) {
        group.append(el("col", { width: String(width(col)) }));
        var i = sorts.findIndex(function (s) { return s.id === col.id; }), s = i === 0 || tools.state().sort.length ? sorts[i] : undefined;
        var b = el("button", { type: "button", title: t("list.sort.help") }, col.label, s ? c.icon(s.down ? "down" : "up") : "", s && several ? el("sup", {}, String(i + 1)) : "");
        b.addEventListener("click", function (event) { sortBy(col, event.shiftKey); });
        var th = el("th", { scope: "col", class: col.type === "number" ? "num" : "", "aria-sort": s ? (s.down ? "descending" : "ascending") : "none" }, b);
        if (col === name) th.prepend(pickAll());
        tr.append(th);
      });
      head.replaceChildren(tr);
      grid.style.minWidth = isNarrow() ? "0" : [name].concat(cols).reduce(function (sum, col) { return sum + width(col); }, 0) + "px";
      grid.setAttribute("aria-colcount", String(cols.length + 1));
    }
    function sortBy(col, more) {
      var state = tools.state(), now = state.sort.findIndex(function (s) { return s.id === col.id; }), first = col.type === "date" || col.type === "number";
      var next = now < 0 ? { id: col.id, down: first } : state.sort[now].down === first ? { id: col.id, down: !first } : null;
      var list = more ? state.sort.slice() : [];
      if (more && now >= 0) list.splice(now, 1, next);
      else list.push(next);
      state.sort = list.filter(Boolean);
      tools.changed();
      head.querySelectorAll("button")[1 + cols.indexOf(col)].focus();
    }

    // ---- rows
    function height() { return isNarrow() ? 56 : tools.state().density ? 28 : 36; }
    function paint(force) {
      var h = height(), view = paper ? MOST_PRINTED : Math.min(MOST_ROWS - 10, Math.ceil(innerHeight / h) + 1);
      var first = Math.max(0, Math.min(Math.floor(node.scrollTop / h) - 4, rows.length - view - 8));
      if (!force && first === top) return;
      var held = body.contains(document.activeElement) ? document.activeElement : null;
      var of = held && (held.dataset.row || held.dataset.pick) && held.closest("tr").querySelector("th a").getAttribute("href");
      top = first;
      var last = Math.min(rows.length, first + view + 8), out = [pad(first * h)];
      for (var i = first; i < last; i++) out.push(line(i));
      out.push(pad((rows.length - last) * h));
      node.style.height = rows.length ? rows.length * h + HEAD + 4 + "px" : "260px";
      body.replaceChildren.apply(body, rows.length ? out : [nothing()]);
      if (of) { // late answers may have moved the customer: Enter opens the one that was chosen, not who stands there now
        var link = body.querySelector('th a[href="' + of + '"]');
        (link ? held.dataset.row ? link : link.parentNode.querySelector(".pick") : node).focus({ preventScroll: true });
      }
    }
    function pad(height) {
      var td = el("td", { colspan: String(cols.length + 1) }), tr = el("tr", { class: "pad", "aria-hidden": "true", hidden: !height }, td);
      td.style.height = height + "px";
      return tr;
    }
    function nothing() {
      var reset = el("button", { type: "button", class: "btn" }, c.icon("x"), t("list.clear"));
      reset.addEventListener("click", tools.clear);
      return el("tr", {}, el("td", { class: "grid-empty", colspan: String(cols.length + 1) }, el("p", {}, t(table.n ? "list.nothing" : "list.no.records")), table.n ? reset : ""));
    }
    function line(i) {
      var row = rows[i], id = table.id(row), text = table.text(name, row) || id, q = tools.state().q;
      var pick = el("input", { type: "checkbox", class: "pick", "data-pick": String(i), "aria-label": t("list.pick", { name: text }) });
      pick.checked = chosen.has(id);
      var sub = el("span", { class: "sub" });
      cols.slice(0, 2).forEach(function (col) { var said = table.said(col, row); if (said) sub.append(el("span", col.id === "stage" ? { class: "stage-dot", "data-value": col.values[table.codes(col, row)[0]][0] } : {}, said)); });
      var due = table.by.get("next_due"), day = due && table.said(due, row);
      if (day && cols.indexOf(due) > 1) sub.append(el("span", { class: table.text(due, row) < c.today ? "when late" : "when" }, day));
      var tr = el("tr", { "aria-rowindex": String(i + 2), class: pick.checked ? "picked" : "" },
        el("th", { scope: "row" }, pick, el("a", { href: "c/" + id + ".html", "data-row": String(i) }, q ? c.marked(text, q) : text), sub));
      cols.forEach(function (col) { tr.append(cell(col, row)); });
      return tr;
    }
    function cell(col, row) {
      var text = table.said(col, row), td = el("td", { class: col.type === "number" ? "num" : "" });
      if (!text) return td;
      var codes = col.coded ? table.codes(col, row) : [];
      if (col.id === "stage") td.append(el("span", { class: "stage-dot", "data-value": col.values[codes[0]][0] }, text));
      else if (col.type === "codes") { codes.forEach(function (k) { td.append(el("span", { class: "badge tag" }, col.values[k][1]), " "); }); td.title = text; }
      else if (col.link) td.append(el("a", { href: col.link + encodeURIComponent(col.values[codes[0]][0]) + ".html" }, text));
      else { td.append(text); if (col.id === "next_due" && table.text(col, row) < c.today) td.classList.add("late"); if (text.length > 14) td.title = text; }
      return td;
    }

    // ---- choosing rows
    function pickAll() {
      var all = el("input", { type: "checkbox", class: "pick", "aria-label": t("list.pick.all") });
      var some = rows.length > 0 && chosen.size > 0, full = some && chosen.size >= rows.length && rows.every(function (row) { return chosen.has(table.id(row)); });
      all.checked = full;
      all.indeterminate = some && !full;
      all.addEventListener("change", function () {
        chosen.clear();
        if (all.checked) rows.forEach(function (row) { chosen.add(table.id(row)); });
        picked();
      });
      return all;
    }
    function choose(i, on, through) {
      var from = through && lastChosen >= 0 ? Math.min(i, lastChosen) : i, to = through && lastChosen >= 0 ? Math.max(i, lastChosen) : i;
      for (var at = from; at <= to; at++) { if (on) chosen.add(table.id(rows[at])); else chosen.delete(table.id(rows[at])); }
      lastChosen = i;
      picked();
    }
    function picked() {
      var box = head.querySelector(".pick"), held = document.activeElement === box;
      box.replaceWith(pickAll());
      if (held) head.querySelector(".pick").focus();
      paint(true);
      tools.chose();
    }

    // ---- keys
    function move(step, first) {
      if (!rows.length) return;
      cursor = first ? 0 : Math.max(0, Math.min(rows.length - 1, cursor + step));
      var h = height(), y = cursor * h, view = node.clientHeight - HEAD;
      if (y < node.scrollTop) node.scrollTop = y;
      else if (y + h > node.scrollTop + view) node.scrollTop = y + h - view;
      paint(false);
      var link = body.querySelector('[data-row="' + cursor + '"]');
      if (link) { link.focus({ preventScroll: true }); if (isNarrow()) link.scrollIntoView({ block: "nearest" }); }
    }
    function key(event) {
      var held = document.activeElement && document.activeElement.dataset || {}, at = held.row || held.pick;
      if (at !== undefined) cursor = +at;
      if (event.key === "x" && at !== undefined) { event.preventDefault(); choose(cursor, !chosen.has(table.id(rows[cursor])), false); return; }
      var far = at !== undefined && { Home: -rows.length, End: rows.length, PageUp: -Math.floor(node.clientHeight / height()), PageDown: Math.floor(node.clientHeight / height()) }[event.key];
      var step = far || (event.key === "j" || (event.key === "ArrowDown" && cursor >= 0) ? 1 : event.key === "k" || (event.key === "ArrowUp" && cursor >= 0) ? -1 : 0);
      if (!step) return;
      event.preventDefault();
      move(step);
    }
    return {
      node: node, show: show, move: move, key: key, chosen: chosen,
      clearChosen: function () { chosen.clear(); picked(); },
    };
  };
})();
