/* The rows of the interactive list: columns in typed arrays, filters with facet counts, sorting.

   Data (written by the build, described in scripts/custodex/site/tabledata.py):
   custodex.table({v: 2, rows, chunks: [file, ...], columns: [{id, label, type, facet, show, values, link}]})
     type text | code | codes | date | number; values of code(s): [value, label, parent or "", sort text or ""]
   custodex.rows(file, {n, ids: "…11 characters each…", columns: {id: data}})
     text "a\nb"; all others [what occurs, digits]: so many digits a row, 0 none, k the k-th that occurs
   Rows come in the order of the names. A coded column keeps one number a row, its combination of values. */
(function () {
  "use strict";
  var c = window.custodex, NONE = -2147483648, ID = 11, DIGIT = new Uint8Array(128), BASE = 0;
  for (var code = 32; code < 127; code++) if ('"&<>\\'.indexOf(String.fromCharCode(code)) < 0) DIGIT[code] = BASE++;
  var chunks = {}, waiting = null;

  c.table = function (data) {
    c.tableAsked = true;
    var model = new Table(data);
    waiting = Promise.all(data.chunks.map(function (name) { return c.loadScript(c.root + "data/" + name); }))
      .then(function () { model.fill(data.chunks.map(function (name) { return chunks[name]; })); chunks = {}; return model; });
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
    this.parts = parts;
    this.starts = parts.map(function (part) { var at = n; n += part.n; return at; });
    this.n = n;
    this.columns.forEach(function (col) {
      if (col.type === "text") col.parts = parts.map(function (part) { return part.columns[col.id] || ""; });
      else if (col.coded) fillCoded(col, self);
      else fillNumbers(col, self);
    });
    parts.forEach(function (part) { part.columns = null; });
  };

  function unpack(digits, n, each) {
    var width = digits.length / n, at = 0;
    for (var row = 0; row < n; row++) {
      var number = 0;
      for (var k = 0; k < width; k++) number = number * BASE + DIGIT[digits.charCodeAt(at++)];
      if (number) each(row, number - 1);
    }
  }
  function fillNumbers(col, table) {
    var data = (col.data = new Float64Array(table.n).fill(NONE));
    table.parts.forEach(function (part, at) {
      var given = part.columns[col.id], start = table.starts[at];
      if (given) unpack(given[1], part.n, function (row, k) { data[start + row] = given[0][k]; });
    });
  }
  // combos[k] = the codes of the k-th combination of values, [] for none; data[row] = k
  function fillCoded(col, table) {
    var data = (col.data = new Uint32Array(table.n)), known = new Map();
    col.combos = [[]];
    table.parts.forEach(function (part, at) {
      var given = part.columns[col.id], start = table.starts[at];
      if (!given) return;
      var map = given[0].map(function (values) {
        var codes = (Array.isArray(values) ? values : [values]).map(function (v) { return codeOf(col, v); }), key = codes.join();
        if (!known.has(key)) { known.set(key, col.combos.length); col.combos.push(codes); }
        return known.get(key);
      });
      unpack(given[1], part.n, function (row, k) { data[start + row] = map[k]; });
    });
    tree(col);
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
    col.wide = col.combos.map(function (codes) {
      var all = new Set();
      codes.forEach(function (code) { col.ancestors[code].forEach(function (one) { all.add(one); }); });
      return Array.from(all);
    });
  }

  // ---- one row
  Table.prototype.part = function (row) {
    var low = 0, high = this.starts.length;
    while (high - low > 1) { var middle = (low + high) >> 1; if (this.starts[middle] <= row) low = middle; else high = middle; }
    return low;
  };
  Table.prototype.id = function (row) {
    var at = this.part(row);
    return this.parts[at].ids.substr((row - this.starts[at]) * ID, ID);
  };
  Table.prototype.row = function (id) {
    if (!this.rowOf) {
      this.rowOf = new Map();
      for (var at = 0, row = 0; at < this.parts.length; at++) {
        for (var i = 0; i < this.parts[at].n; i++) this.rowOf.set(this.parts[at].ids.substr(i * ID, ID), row++);
      }
    }
    return this.rowOf.get(id);
  };
  c.dayText = function (days) { return new Date(days * 864e5).toISOString().slice(0, 10); };
  Table.prototype.codes = function (col, row) { return col.combos[col.data[row]]; };
  Table.prototype.text = function (col, row) {
    if (col.type === "text") return this.line(col, row);
    if (col.coded) return this.codes(col, row).map(function (k) { return col.values[k][1]; }).join(c.t("comma"));
    if (col.data[row] === NONE) return "";
    return col.type === "date" ? c.dayText(col.data[row]) : String(col.data[row]);
  };
  /** The same as people read it: days the way of the language. */
  Table.prototype.said = function (col, row) {
    return col.type === "date" && col.data[row] !== NONE ? c.shortDay(col.data[row]) : this.text(col, row);
  };
  Table.prototype.line = function (col, row) { // a file's lines are split when one of them is shown
    var at = this.part(row);
    if (typeof col.parts[at] === "string") col.parts[at] = col.parts[at] ? col.parts[at].split("\n") : [];
    return col.parts[at][row - this.starts[at]] || "";
  };

  // ---- filter: {query: Uint8Array of rows that fit, or null; facets: Map id -> {yes, no: Set of values, none: bool,
  // from, to, text}}. A row that fails exactly one facet still counts for the options of that facet.
  Table.prototype.filter = function (state) {
    var self = this, n = this.n, failed = new Uint8Array(n), rows = [], row, tests = 0;
    if (state.query) for (row = 0; row < n; row++) if (!state.query[row]) failed[row] = 255;
    this.columns.forEach(function (col) { col.mark = 254; });
    state.facets.forEach(function (wanted, id) {
      var col = self.by.get(id), fits = col && self.test(col, wanted), mark = Math.min(++tests, 253);
      if (!fits) return;
      for (var r = 0; r < n; r++) if (failed[r] !== 255 && !fits(r)) failed[r] = failed[r] ? 255 : mark;
      col.mark = mark;
    });
    for (row = 0; row < n; row++) if (!failed[row]) rows.push(row);
    this.failed = failed;
    return rows;
  };
  // What the options of a facet would give, after the latest filter: col.counts by code, col.none.
  Table.prototype.count = function (col) {
    var tally = new Uint32Array(col.combos.length), data = col.data, mark = col.mark, failed = this.failed, n = this.n;
    for (var row = 0; row < n; row++) if (!failed[row] || failed[row] === mark) tally[data[row]]++;
    col.counts = new Uint32Array(col.values.length);
    col.none = tally[0];
    for (var k = 1; k < tally.length; k++) {
      if (tally[k]) for (var i = 0, wide = col.wide[k]; i < wide.length; i++) col.counts[wide[i]] += tally[k];
    }
  };
  Table.prototype.test = function (col, want) {
    var data = col.data, self = this;
    if (col.coded) {
      var fits = verdicts(col, want);
      return fits && function (row) { return fits[data[row]]; };
    }
    if (col.type === "text") {
      var low = (want.text || "").toLowerCase();
      return low ? function (row) { return self.line(col, row).toLowerCase().indexOf(low) >= 0; } : null;
    }
    var from = want.from === undefined ? -Infinity : want.from, to = want.to === undefined ? Infinity : want.to;
    if (want.none) return function (row) { return data[row] === NONE; };
    if (from === -Infinity && to === Infinity) return null;
    return function (row) { return data[row] !== NONE && data[row] >= from && data[row] <= to; };
  };
  function verdicts(col, want) {
    var some = want.yes.size > 0 || want.none;
    if (!some && !want.no.size) return null;
    function holds(set, wide) { return wide.some(function (code) { return set.has(col.values[code][0]); }); }
    return col.wide.map(function (wide) {
      if (!wide.length) return want.none || !some;
      return !holds(want.no, wide) && (!some || holds(want.yes, wide));
    });
  }

  // ---- the columns a search may name: {name, value}, an empty value for none, or {name, first, last}
  // Returns a Uint8Array, 1 for each row that fits; null for no such column; throws where it asks for no day.
  var ALIASES = { tag: "tags", industries: "industry", regions: "region" };
  Table.prototype.fits = function (column, fold) {
    var col = this.by.get(Object.hasOwn(ALIASES, column.name) ? ALIASES[column.name] : column.name), out = new Uint8Array(this.n), row;
    if (!col || !(col.coded || col.type === "date")) return null;
    var ranged = column.value === undefined, none = column.value === "", test;
    if (col.coded) {
      test = col.wide.map(function (wide) { return none ? !wide.length : wide.some(function (code) { return within(fold(col.values[code][0]), column, ranged, fold); }); });
      for (row = 0; row < this.n; row++) out[row] = test[col.data[row]] ? 1 : 0;
      return out;
    }
    var from = days(ranged ? column.first : column.value, false), to = days(ranged ? column.last : column.value, true);
    for (row = 0; row < this.n; row++) {
      var day = col.data[row];
      out[row] = none ? day === NONE : day !== NONE && (from === undefined || day >= from) && (to === undefined || day <= to) ? 1 : 0;
    }
    return out;
  };
  function within(value, column, ranged, fold) {
    if (!ranged) return value === fold(column.value);
    return value >= column.first && (!column.last || value.slice(0, column.last.length) <= column.last);
  }
  function days(text, end) {
    var day = c.day(text, end);
    if (day === undefined && text) throw new c.search.QueryError(0, "“" + text + "”不是日期", "“" + text + "” is not a day");
    return day;
  }
  // 2026, 2026-03, 2026-03-02, today or today-30d -> days since 1970; the end of a period is its last day
  c.day = function (text, end) {
    var m = /^(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?$/.exec(text || ""), now = /^today(?:([+-]\d{1,5})d)?$/.exec(text || "");
    if (now) return Date.parse(c.today) / 864e5 + (+now[1] || 0);
    if (!m) return undefined;
    var y = +m[1], mo = m[2] ? m[2] - 1 : end ? 11 : 0;
    return Date.UTC(y, mo, m[3] ? +m[3] : end ? new Date(Date.UTC(y, mo + 1, 0)).getUTCDate() : 1) / 864e5;
  };

  // ---- order: a rank a row and column, made once
  Table.prototype.rank = function (col) {
    if (col.rank) return col.rank;
    var n = this.n, rank = (col.rank = new Float64Array(n)), i;
    if (col.id === "name") for (i = 0; i < n; i++) rank[i] = i;
    else if (col.type === "text") this.rankTexts(col, rank);
    else if (!col.coded) for (i = 0; i < n; i++) rank[i] = col.data[i] === NONE ? NaN : col.data[i];
    else for (i = 0; i < n; i++) rank[i] = col.data[i] ? col.combos[col.data[i]][0] : NaN;
    return rank;
  };
  Table.prototype.rankTexts = function (col, rank) {
    var texts = [], order = [], compare = new Intl.Collator(c.lang === "zh" ? "zh-Hans-CN" : "en", { numeric: true }).compare;
    for (var i = 0; i < this.n; i++) { texts.push(this.line(col, i)); if (texts[i]) order.push(i); else rank[i] = NaN; }
    order.sort(function (a, b) { return compare(texts[a], texts[b]) || a - b; });
    order.forEach(function (row, place) {
      var before = order[place - 1];
      rank[row] = place && texts[row] === texts[before] ? rank[before] : place;
    });
  };
  Table.prototype.sort = function (rows, sorts) { // rows as they come from the filter: by name
    var self = this;
    for (var k = sorts.length - 1; k >= 0; k--) rows = stable(rows, self.rank(self.by.get(sorts[k].id)), sorts[k].down);
    return rows;
  };
  function stable(rows, rank, down) {
    var some = [], none = []; // rows without a value stay last in both directions
    rows.forEach(function (row) { (rank[row] === rank[row] ? some : none).push(row); });
    var low = Infinity, high = -Infinity;
    some.forEach(function (row) { if (rank[row] < low) low = rank[row]; if (rank[row] > high) high = rank[row]; });
    var span = high - low + 1;
    if (!(span < 262144) || some.length < 1000) some.sort(function (a, b) { return down ? rank[b] - rank[a] : rank[a] - rank[b]; });
    else some = counted(some, rank, down ? high : low, span, down ? -1 : 1);
    return some.concat(none);
  }
  function counted(rows, rank, origin, span, sign) { // one pass to count, one to place
    var starts = new Uint32Array(span + 1), out = new Array(rows.length), i;
    for (i = 0; i < rows.length; i++) starts[sign * (rank[rows[i]] - origin) + 1]++;
    for (i = 0; i < span; i++) starts[i + 1] += starts[i];
    for (i = 0; i < rows.length; i++) out[starts[sign * (rank[rows[i]] - origin)]++] = rows[i];
    return out;
  }
})();
