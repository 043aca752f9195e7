/* The words typed in the list: which rows they mean. Names at once, full text when it has come.

   c.listQuery(table, changed) -> {run(text), clear(), order() -> rows best first or null, mask() -> Uint8Array or null,
   trouble() -> text or "", exact() -> false while rows are shown whose texts were not read} */
(function () {
  "use strict";
  var c = window.custodex, MOST_TEXTS = 8, PAUSE = 250; // texts read, a few kB each; ms without a key before full text is asked

  c.listQuery = function (table, changed) {
    var order = null, mask = null, trouble = "", exact = true, turn = 0, timer;

    function take(rows, places) {
      order = [];
      mask = new Uint8Array(table.n);
      for (var i = 0; i < rows.length; i++) { var row = places ? places[rows[i]] : rows[i]; if (row >= 0) { mask[row] = 1; order.push(row); } }
    }
    function clear() { turn++; clearTimeout(timer); order = mask = null; trouble = ""; exact = true; }
    function run(text) {
      clear();
      var query = text.trim(), mine = turn;
      if (!query) return;
      if (!c.search || !c.search.loaded) {
        if (!/[:："“()（）*-]/.test(query)) take(plain(query));
        c.searchReady().then(function () { if (mine === turn) { run(text); changed(); } }, told);
        return;
      }
      try { take(c.search.rows(query), c.searchPlaces(table)); } catch (error) { take([]); trouble = c.searchError(error, query); return; }
      timer = setTimeout(function () {
        c.columnsReady(query).then(function () { return c.search.all(query, MOST_TEXTS); }).then(function (all) {
          if (mine !== turn) return;
          var before = order;
          take(all.rows, c.searchPlaces(table));
          exact = all.exact;
          if (!exact || order.length !== before.length || order.some(function (row, at) { return row !== before[at]; })) changed();
        }).catch(told);
      }, PAUSE);
      function told(error) {
        if (mine !== turn) return;
        trouble = c.searchError(error, query);
        changed();
      }
    }
    function plain(query) { // before search.js is there: names that contain the words
      var words = query.toLowerCase().split(/\s+/), name = table.by.get("name"), out = [];
      for (var i = 0; i < table.n; i++) {
        var low = table.text(name, i).toLowerCase();
        if (words.every(function (w) { return low.indexOf(w) >= 0; })) out.push(i);
      }
      return out;
    }
    return {
      run: run, clear: clear,
      order: function () { return order; }, mask: function () { return mask; },
      trouble: function () { return trouble; }, exact: function () { return exact; },
    };
  };
})();
