/* The side bar of the list: a folded block per facet with live counts, exclusion, date ranges.

   On small screens the block covers the page, with a button that leads back to the list.
   c.listFacets(host, table, {facet, range, changed, close}) -> draw(state, rows), called after each change. It counts
   and draws after the frame that shows the rows, so that typing does not wait for it; a block that says what it said
   before stays as it is, and what a folded one holds is made when it is opened. */
(function () {
  "use strict";
  var c = window.custodex, el = c.el, t = c.t;

  c.listFacets = function (host, table, tools) {
    var facetOpen = {}, facetFind = {}, facetAll = {}, blocks = {}, state = null, found = 0, waiting = false;
    var done = el("button", { type: "button", class: "btn primary", "data-key": "done" }), foot = el("p", { class: "facets-done" }, done);
    done.addEventListener("click", tools.close);
    var number = new Intl.NumberFormat(c.lang === "zh" ? "zh-CN" : "en");

    function facets() {
      var focus = document.activeElement && host.contains(document.activeElement) ? document.activeElement.dataset.key : null;
      var at = host.scrollTop, shownOnes = 0, out = [];
      if (table.n) table.columns.forEach(function (col) {
        if (!col.facet || !(col.coded || col.type === "date")) return;
        if (col.coded) { table.count(col); if (isEmpty(col)) return; }
        if (facetOpen[col.id] === undefined) facetOpen[col.id] = shownOnes < 4 || state.facets.has(col.id);
        shownOnes++;
        out.push(block(col));
      });
      done.textContent = t("list.show", { n: number.format(found) });
      out.push(foot);
      // what stays is not touched: a field that is taken out and put back loses the place in it
      Array.from(host.children).forEach(function (node) { if (out.indexOf(node) < 0) node.remove(); });
      out.forEach(function (node, i) { if (host.children[i] !== node) host.insertBefore(node, host.children[i] || null); });
      host.scrollTop = at;
      if (focus && !host.contains(document.activeElement)) { var node = Array.prototype.find.call(host.querySelectorAll("[data-key]"), function (x) { return x.dataset.key === focus; }); if (node) { node.focus(); if (node.type === "search") node.setSelectionRange(node.value.length, node.value.length); } }
    }
    function isEmpty(col) {
      var want = state.facets.get(col.id);
      return !col.none && !(want && (want.yes.size || want.no.size)) && !col.counts.some(function (count) { return count; });
    }
    function block(col) {
      var kept = blocks[col.id], says = facetOpen[col.id] ? said(col) : "";
      if (!kept) {
        kept = blocks[col.id] = { node: el("details", { class: "facet", open: facetOpen[col.id] }, el("summary", { "data-key": "s:" + col.id }, col.label)) };
        kept.node.addEventListener("toggle", function () { if (facetOpen[col.id] !== kept.node.open) { facetOpen[col.id] = kept.node.open; facets(); } });
      }
      // a date is typed part by part, each of which is a date: a new field would lose the place
      var typed = kept.body && kept.body.contains(document.activeElement) && document.activeElement.type === "date";
      if (says && kept.says !== says && !typed) {
        if (kept.body) kept.body.remove();
        kept.body = col.coded ? options(col) : dates(col);
        kept.node.append(kept.body);
        kept.says = says;
      }
      return kept.node;
    }
    function said(col) { // everything a block depends on
      var want = state.facets.get(col.id) || {};
      return JSON.stringify([col.coded ? Array.from(col.counts) : 0, col.none, want.yes && Array.from(want.yes), want.no && Array.from(want.no), !!want.none, want.raw, want.from, want.to, facetFind[col.id], facetAll[col.id]]);
    }
    function options(col) {
      var want = state.facets.get(col.id) || { yes: new Set(), no: new Set() }, list = el("ul"), seen = 0, total = 0, find = (facetFind[col.id] || "").toLowerCase(), limit = facetAll[col.id] ? 400 : 10, items = [];
      col.values.forEach(function (v, code) {
        var on = want.yes.has(v[0]), off = want.no.has(v[0]), count = col.counts[code];
        if (!count && !on && !off) return;
        total++;
        var parentOpen = !v[2] || find || on || off || col.ancestors[code].some(function (k) { return k !== code && want.yes.has(col.values[k][0]); }) || !col.counts[col.index.get(v[2])];
        if (!parentOpen || (find && v[1].toLowerCase().indexOf(find) < 0 && v[0].toLowerCase().indexOf(find) < 0)) return;
        items.push({ v: v, code: code, on: on, off: off, count: count });
      });
      var flat = !col.depth.some(function (d) { return d; });
      if (flat && items.length > limit) items.sort(function (a, b) { return (b.on || b.off) - (a.on || a.off) || b.count - a.count || a.code - b.code; });
      if (!flat) items = nested(col, items);
      items.forEach(function (item) {
        if (seen++ >= limit && !item.on && !item.off) return;
        list.append(option(col, item.v[0], item.v[1], item.count, item.on, item.off, Math.min(col.depth[item.code], 3)));
      });
      if (col.none && !find) list.append(option(col, "", t("list.none"), col.none, !!want.none, false, 0));
      var box = el("div");
      if (total > 12 || find) {
        var input = el("input", { class: "field", type: "search", placeholder: t("list.find"), "aria-label": t("list.find.in", { label: col.label }), "data-key": "f:" + col.id });
        input.value = facetFind[col.id] || "";
        input.addEventListener("input", function () { facetFind[col.id] = input.value; facets(); });
        box.append(input);
      }
      box.append(list);
      if (items.length > limit && !facetAll[col.id]) {
        var more = el("button", { type: "button", class: "chip plain", "data-key": "m:" + col.id }, t("list.more", { n: items.length - limit }));
        more.addEventListener("click", function () { facetAll[col.id] = true; facets(); });
        box.append(more);
      }
      return box;
    }
    function nested(col, items) { // parents by count, children below their parent
      var below = {}, out = [], codes = {};
      items.forEach(function (item) { codes[item.code] = true; });
      items.forEach(function (item) {
        var parent = col.ancestors[item.code].slice(1).find(function (k) { return codes[k]; });
        (below[parent] = below[parent] || []).push(item);
      });
      (function walk(parent) {
        (below[parent] || []).sort(function (a, b) { return b.count - a.count || a.code - b.code; }).forEach(function (item) { out.push(item); walk(item.code); });
      })(undefined);
      return out;
    }
    function option(col, value, label, count, on, off, depth) {
      var check = el("input", { type: "checkbox", "data-key": "c:" + col.id + ":" + value });
      check.checked = on;
      check.addEventListener("change", function () {
        var f = tools.facet(state.facets, col.id);
        if (!value) f.none = check.checked;
        else { f.no.delete(value); if (check.checked) f.yes.add(value); else f.yes.delete(value); }
        tidy(col.id);
        tools.changed();
      });
      var text = el("span", { title: label }, col.id === "stage" && value ? el("span", { class: "stage-dot", "data-value": value }, label) : label);
      var item = el("li", { class: (off ? "off" : "") + (depth ? " deep" + depth : "") }, el("label", {}, check, text, el("span", { class: "num" }, number.format(count))));
      if (value) {
        var not = el("button", { type: "button", class: "not", "aria-pressed": String(off), "aria-label": t("list.exclude", { label: label }), title: t("list.exclude", { label: label }), "data-key": "x:" + col.id + ":" + value }, c.icon("ban"));
        not.addEventListener("click", function () { var f = tools.facet(state.facets, col.id); f.yes.delete(value); if (f.no.has(value)) f.no.delete(value); else f.no.add(value); tidy(col.id); tools.changed(); });
        item.append(not);
      } else item.append(el("span", { class: "gap" }));
      return item;
    }
    function tidy(id) { var f = state.facets.get(id); if (f && !f.yes.size && !f.no.size && !f.none && !f.raw && !f.text) state.facets.delete(id); }
    function dates(col) {
      var box = el("div", { class: "dates" }), f = state.facets.get(col.id) || {};
      function end(i, label) {
        var input = el("input", { class: "field", type: "date", max: "9999-12-31", "data-key": "d" + i + ":" + col.id, "aria-label": col.label + " " + label });
        var d = i ? f.to : f.from;
        if (d !== undefined) input.value = c.dayText(d);
        input.addEventListener("change", function () {
          if (input.value && input.value < "1000") return; // the first digits of a year
          var now = state.facets.get(col.id) || {};
          var from = i ? (now.from === undefined ? "" : c.dayText(now.from)) : input.value, to = i ? input.value : now.to === undefined ? "" : c.dayText(now.to);
          none.checked = false;
          state.facets.delete(col.id);
          if (from || to) tools.range(tools.facet(state.facets, col.id), col, from, to).raw = from + ".." + to;
          tools.changed();
        });
        box.append(el("label", {}, el("span", {}, label), input));
      }
      var none = el("input", { type: "checkbox", "data-key": "n:" + col.id });
      end(0, t("list.from"));
      end(1, t("list.to"));
      box.addEventListener("focusout", function (event) { if (!box.contains(event.relatedTarget)) setTimeout(facets); });
      none.checked = !!f.none;
      none.addEventListener("change", function () { state.facets.delete(col.id); if (none.checked) tools.facet(state.facets, col.id).none = true; tools.changed(); });
      box.append(el("label", {}, none, el("span", { class: "none-label" }, t("list.none"))));
      return box;
    }

    return function (now, rows) {
      var first = !state;
      state = now;
      found = rows;
      if (first) facets();
      else if (!waiting) {
        waiting = true;
        requestAnimationFrame(function () { setTimeout(function () { waiting = false; facets(); }); });
      }
    };
  };
})();
