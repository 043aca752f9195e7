/* The words typed in the list: which rows they mean. Names at once, full text when it has come.

   c.listQuery(table, states, changed) -> {run(text), order() -> rows best first or null, mask() -> Uint8Array or null,
   also() -> Map of filters from words like stage:lead, trouble() -> text or "", exact() -> bool, clear()} */
(function () {
  "use strict";
  var c = window.custodex, MOST_TEXTS = 48, PAUSE = 120;

  c.listQuery = function (table, states, changed) {
    var order = null, mask = null, also = new Map(), trouble = "", exact = true, turn = 0, timer;

    function take(ids) {
      order = [];
      mask = new Uint8Array(table.n);
      ids.forEach(function (id) { var row = table.row(id); if (row !== undefined && !mask[row]) { mask[row] = 1; order.push(row); } });
    }
    function clear() { turn++; clearTimeout(timer); order = mask = null; also = new Map(); trouble = ""; exact = true; }
    function run(text) {
      clear();
      var query = fields(text.trim()), mine = turn;
      if (!query) return;
      if (!c.search || !c.search.loaded) {
        plain(query);
        c.searchReady().then(function () { if (mine === turn) { run(text); changed(); } }, told);
        return;
      }
      try { take(c.search.ids(query)); } catch (error) { take([]); trouble = c.searchError(error); return; }
      timer = setTimeout(function () {
        c.search.all(query, MOST_TEXTS).then(function (found) {
          if (mine !== turn) return;
          var before = order.length;
          take(found.ids);
          exact = found.exact;
          if (order.length !== before || !exact) changed();
        }).catch(told);
      }, PAUSE);
      function told(error) {
        if (mine !== turn) return;
        trouble = c.searchError(error);
        changed();
      }
    }
    // stage:customer -region:CN-44 last_note:[2026-01 TO ]: words that name a column filter by it, the rest is searched
    function fields(query) {
      if (/[()（）]|\bOR\b/.test(query)) return query;
      return query.replace(/(^|\s)(-?)([a-z_]+)[:：](\[[^\]]*\]|"[^"]*"|\S+)/g, function (all, space, not, id, value) {
        var col = table.by.get(id), ends = /^\[\s*(\S*?)\s*TO\s*(\S*?)\s*\]$/.exec(value);
        if (!col || (col.coded ? ends : col.type === "text" || not || (!ends && col.type !== "date"))) return all;
        var f = states.facet(also, id);
        if (col.coded) (not ? f.no : f.yes).add(value.replace(/"/g, ""));
        else states.range(f, col, ends ? ends[1] : value, ends ? ends[2] : value);
        return space;
      }).trim();
    }
    function plain(query) { // before search.js is there: names that contain the words
      var words = query.toLowerCase().split(/\s+/), name = table.by.get("name");
      order = [];
      mask = new Uint8Array(table.n);
      for (var i = 0; i < table.n; i++) {
        var low = table.text(name, i).toLowerCase();
        if (words.every(function (w) { return low.indexOf(w) >= 0; })) { mask[i] = 1; order.push(i); }
      }
    }
    return {
      run: run, clear: clear,
      order: function () { return order; }, mask: function () { return mask; }, also: function () { return also; },
      trouble: function () { return trouble; }, exact: function () { return exact; },
    };
  };
})();
