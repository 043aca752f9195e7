/* The columns of the list for the search: stage:lead, owner:li-wen, last_note:[2026-01 TO 2026-03].

   c.columnsReady(query) -> Promise, kept when the search can answer what the query asks of columns; at once where
   it asks nothing. Elsewhere than on the list page the data of the list are loaded on first use. */
(function () {
  "use strict";
  var c = window.custodex, provided = null;

  c.columnsReady = function (query) {
    var named = [];
    try { named = c.search.columns(query); } catch (error) { /* whoever runs the query tells */ }
    if (!named.length) return Promise.resolve();
    if (!provided) {
      provided = model().then(provide);
      provided.catch(function () { provided = null; });
    }
    return provided;
  };
  function model() {
    if (c.tableReady) return new Promise(function (resolve) { c.tableReady(resolve); });
    return c.loadScript(c.root + "assets/listmodel.js")
      .then(function () { return c.loadScript(c.root + "data/table." + c.lang + ".js"); })
      .then(function () { return new Promise(function (resolve) { c.tableReady(resolve); }); });
  }
  function provide(table) {
    var places = c.searchPlaces(table);
    c.search.provide(function (column) {
      var fits = table.fits(column, c.search.fold);
      return fits && Uint8Array.from(places, function (row) { return row < 0 ? 0 : fits[row]; });
    });
  }
  // The rows of the list by the rows of the search, -1 for none.
  var places = null;
  c.searchPlaces = function (table) {
    if (!places) places = Int32Array.from(c.search.every(), function (id) { var row = table.row(id); return row === undefined ? -1 : row; });
    return places;
  };
})();
