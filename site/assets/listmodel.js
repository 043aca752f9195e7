/* The rows of the interactive list: columns in typed arrays, filters with facet counts, sorting.

   Data (written by the build, see tabledata.py):
   custodex.table({v: 1, rows, chunks: ["rows-00.js"], columns: [{id, label, type, facet, show, values, sort, link, hidden}]})
     type text | code | codes | date | number; values of code(s): [value, label, parent or "", sort text or ""]
   custodex.rows("rows-00.js", {n, ids: "…11 characters each…", columns: {id: data}})
     text "a\nb"; code [values, indexes] (-1 none); codes [values, lists of indexes]; date (days since 1970), number: lists, null none */
(function () {
  "use strict";
  var c = window.custodex, NONE = -2147483648, ID = 11;
  var chunks = {}, model = null, waiting = null;

  c.table = function (data) {
    c.tableAsked = true;
    model = new Table(data);
    var left = data.chunks.map(function (name) { return c.loadScript(c.root + "data/" + name); });
    waiting = Promise.all(left).then(function () { model.fill(data.chunks.map(function (name) { return chunks[name]; })); chunks = {}; return model; });
    waiting.catch(function () { /* told by whoever waits */ });
    if (c.onTable) c.onTable(waiting);
  };
  c.rows = function (name, data) { chunks[name] = data; };
  c.tableReady = function (callback) { if (waiting) callback(waiting); else c.onTable = callback; };

  function Table(data) {
    var self = this;
    this.n = data.rows;
    this.columns = data.columns;
    this.by = new Map();
    this.columns.forEach(function (col) {
      col.coded = col.type === "code" || col.type === "codes";
      col.values = col.values || [];
      col.index = new Map();
      if (col.coded) col.values.forEach(function (v, i) { col.index.set(v[0], i); });
      self.by.set(col.id, col);
    });
  }

  Table.prototype.fill = function (parts) {
    var n = 0, self = this;
    parts.forEach(function (part) { n += part.n; });
    this.n = n;
    this.ids = new Array(n);
    var at = 0;
    parts.forEach(function (part) { for (var i = 0; i < part.n; i++) self.ids[at++] = part.ids.substr(i * ID, ID); });
    this.columns.forEach(function (col) { fillColumn(col, parts, n); });
  };

  function fillColumn(col, parts, n) {
    if (col.type === "text") {
      col.data = [];
      parts.forEach(function (part) {
        var text = part.columns[col.id], lines = text === undefined ? [] : text.split("\n");
        for (var i = 0; i < part.n; i++) col.data.push(lines[i] || "");
      });
      return;
    }
    if (col.type === "codes") { col.start = new Uint32Array(n + 1); col.flat = []; }
    else col.data = new Float64Array(col.coded ? 0 : n);
    if (col.type === "code") col.data = new Int32Array(n);
    var at = 0;
    parts.forEach(function (part) {
      var data = part.columns[col.id], map = data && col.coded ? data[0].map(function (v) { return codeOf(col, v); }) : null, i;
      for (i = 0; i < part.n; i++, at++) {
        if (col.type === "codes") {
          var codes = data ? data[1][i] : [];
          for (var k = 0; k < codes.length; k++) col.flat.push(map[codes[k]]);
          col.start[at + 1] = col.flat.length;
        } else if (col.type === "code") col.data[at] = data && data[1][i] >= 0 ? map[data[1][i]] : -1;
        else col.data[at] = data && data[i] !== null && data[i] !== undefined ? data[i] : NONE;
      }
    });
    if (col.coded) tree(col);
  }

  function codeOf(col, value) {
    var code = col.index.get(value);
    if (code === undefined) {
      code = col.values.length;
      col.values.push([value, value, "", ""]);
      col.index.set(value, code);
    }
    return code;
  }

  // ancestors[code] = the code itself and its parents, so that a region counts for its province and country
  function tree(col) {
    col.ancestors = col.values.map(function (value, code) {
      var chain = [code], next = value[2], guard = 0;
      while (next && guard++ < 8) {
        var parent = col.index.get(next);
        if (parent === undefined) break;
        chain.push(parent);
        next = col.values[parent][2];
      }
      return chain;
    });
    col.depth = col.ancestors.map(function (chain) { return chain.length - 1; });
  }

  Table.prototype.row = function (id) {
    if (!this.rowOf) {
      this.rowOf = new Map();
      for (var i = 0; i < this.n; i++) this.rowOf.set(this.ids[i], i);
    }
    return this.rowOf.get(id);
  };

  // ---- text of a cell, for the screen, sorting and CSV
  c.dayText = function (days) { return new Date(days * 864e5).toISOString().slice(0, 10); };
  Table.prototype.codes = function (col, row) {
    if (col.type === "code") return col.data[row] < 0 ? [] : [col.data[row]];
    var out = [];
    for (var k = col.start[row]; k < col.start[row + 1]; k++) out.push(col.flat[k]);
    return out;
  };
  Table.prototype.text = function (col, row) {
    if (col.type === "text") return col.data[row];
    if (col.coded) return this.codes(col, row).map(function (k) { return col.values[k][1]; }).join(c.t("comma"));
    if (col.data[row] === NONE) return "";
    return col.type === "date" ? c.dayText(col.data[row]) : String(col.data[row]);
  };

  // ---- filter: {query: Set of rows or null, facets: Map id -> {yes: Set of values, no: Set, none: bool, from, to}}
  // One pass: a row that fails exactly one facet still counts for the options of that facet.
  Table.prototype.filter = function (state) {
    var self = this, tests = [], counted = [], n = this.n, rows = [];
    this.columns.forEach(function (col) {
      var want = state.facets.get(col.id), test = want && self.test(col, want);
      if (test) { col.testIndex = tests.length; tests.push(test); } else col.testIndex = -1;
      if (col.facet && col.coded) { counted.push(col); col.counts = new Uint32Array(col.values.length); col.none = 0; }
    });
    for (var row = 0; row < n; row++) {
      if (state.query && !state.query.has(row)) continue;
      var failed = -1, failures = 0;
      for (var k = 0; k < tests.length && failures < 2; k++) if (!tests[k](row)) { failures++; failed = k; }
      if (failures > 1) continue;
      if (!failures) rows.push(row);
      for (var f = 0; f < counted.length; f++) if (!failures || counted[f].testIndex === failed) count(counted[f], row);
    }
    return rows;
  };

  function count(col, row) {
    var i, chain;
    if (col.type === "code") {
      if (col.data[row] < 0) { col.none++; return; }
      chain = col.ancestors[col.data[row]];
      for (i = 0; i < chain.length; i++) col.counts[chain[i]]++;
      return;
    }
    var start = col.start[row], end = col.start[row + 1];
    if (start === end) { col.none++; return; }
    if (end - start === 1) {
      chain = col.ancestors[col.flat[start]];
      for (i = 0; i < chain.length; i++) col.counts[chain[i]]++;
      return;
    }
    var seen = new Set();
    for (var k = start; k < end; k++) col.ancestors[col.flat[k]].forEach(function (code) { seen.add(code); });
    seen.forEach(function (code) { col.counts[code]++; });
  }

  Table.prototype.test = function (col, want) {
    if (col.coded) return codedTest(col, want);
    var data = col.data;
    if (col.type === "text") {
      var low = (want.text || "").toLowerCase();
      return low ? function (row) { return data[row].toLowerCase().indexOf(low) >= 0; } : null;
    }
    var from = want.from === undefined ? -Infinity : want.from, to = want.to === undefined ? Infinity : want.to;
    if (want.none) return function (row) { return data[row] === NONE; };
    if (from === -Infinity && to === Infinity) return null;
    return function (row) { return data[row] !== NONE && data[row] >= from && data[row] <= to; };
  };

  function codedTest(col, want) {
    if (!want.yes.size && !want.no.size && !want.none) return null;
    // verdict of a code: 1 wanted, 2 unwanted, from itself or any of its ancestors
    var verdict = col.ancestors.map(function (chain) {
      var v = 0;
      chain.forEach(function (k) { if (want.yes.has(col.values[k][0])) v |= 1; if (want.no.has(col.values[k][0])) v |= 2; });
      return v;
    });
    var some = want.yes.size > 0 || want.none;
    return function (row) {
      var start = 0, end = 1, single = col.type === "code", got = 0;
      if (single) { if (col.data[row] < 0) end = 0; } else { start = col.start[row]; end = col.start[row + 1]; }
      if (start === end) return want.none || !some;
      for (var k = start; k < end; k++) got |= verdict[single ? col.data[row] : col.flat[k]];
      return !(got & 2) && (!some || (got & 1) === 1);
    };
  }

  // ---- order: a rank per row and column, made once
  Table.prototype.rank = function (col) {
    if (col.rank) return col.rank;
    var n = this.n, rank = (col.rank = new Float64Array(n)), i;
    if (col.type === "date" || col.type === "number") {
      for (i = 0; i < n; i++) rank[i] = col.data[i] === NONE ? NaN : col.data[i];
      return rank;
    }
    if (col.coded) {
      for (i = 0; i < n; i++) { var codes = this.codes(col, i); rank[i] = codes.length ? codes[0] : NaN; }
      return rank;
    }
    var keyed = col.sort && this.by.get(col.sort), keys = (keyed || col).data, order = new Uint32Array(n);
    var compare = keyed ? null : new Intl.Collator(c.lang === "zh" ? "zh-Hans-CN" : "en", { numeric: true }).compare;
    for (i = 0; i < n; i++) order[i] = i;
    order.sort(function (a, b) {
      if (keys[a] === keys[b]) return a - b;
      if (!keys[a]) return 1;
      if (!keys[b]) return -1;
      return compare ? compare(keys[a], keys[b]) : keys[a] < keys[b] ? -1 : 1;
    });
    for (i = 0; i < n; i++) rank[order[i]] = i && keys[order[i]] === keys[order[i - 1]] ? rank[order[i - 1]] : i;
    return rank;
  };

  Table.prototype.sort = function (rows, sorts) {
    var self = this, keys = sorts.map(function (s) { return [self.rank(self.by.get(s.id)), s.down ? -1 : 1]; });
    var ids = this.ids;
    return rows.sort(function (a, b) {
      for (var k = 0; k < keys.length; k++) {
        var x = keys[k][0][a], y = keys[k][0][b];
        if (x === y) continue;
        if (x !== x) { if (y !== y) continue; return 1; } // rows without a value stay last in both directions
        if (y !== y) return -1;
        return x < y ? -keys[k][1] : keys[k][1];
      }
      return ids[a] < ids[b] ? -1 : 1;
    });
  };
})();
