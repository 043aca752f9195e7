/* What the list shows, and its address. The address is an interface: links in mails and saved views use it.

   customers.html?v=1&q=华为&stage=lead&stage=customer&owner!=li&grade=&last_note=2026-01..2026-03
     &sort=-last_note,name&cols=stage,owner&density=compact&layout=board
   v          version of this grammar; an address without it is read as version 1
   q          words to search, in the language of the search box
   <column>   a value it has (repeated: any of them); empty: it has none; a column of text: a part of it;
              a date or number: from..to, either end may be empty; a date may be a month or a year
   <column>!  a value it must not have
   sort       columns, a leading - for descending;   cols  columns beside the name
   What names no column is left out, so an old link opens what is left of it. */
(function () {
  "use strict";
  var c = window.custodex, OWN = { v: 1, q: 1, sort: 1, cols: 1, density: 1, layout: 1 };

  c.listState = function (table) {
    function empty() { return { q: "", facets: new Map(), sort: [], cols: null, density: "", layout: "" }; }
    function facet(facets, id) {
      if (!facets.has(id)) facets.set(id, { yes: new Set(), no: new Set(), none: false });
      return facets.get(id);
    }
    function range(f, col, from, to) {
      f.from = col.type === "date" ? c.day(from, false) : from && !isNaN(from) ? +from : undefined;
      f.to = col.type === "date" ? c.day(to, true) : to && !isNaN(to) ? +to : undefined;
      return f;
    }
    function filter(s, key, value) {
      var not = key.slice(-1) === "!", id = not ? key.slice(0, -1) : key, col = table.by.get(id);
      if (!col || OWN[key]) return;
      var f = facet(s.facets, id);
      if (col.coded && value) (not ? f.no : f.yes).add(value);
      else if (!value) f.none = true;
      else if (col.type === "text") f.text = value;
      else {
        var ends = value.split("..");
        f.raw = value;
        range(f, col, ends[0], ends.length > 1 ? ends[1] : ends[0]);
      }
    }
    function read(search) {
      var s = empty();
      new URLSearchParams(search).forEach(function (value, key) {
        if (key === "q") s.q = value.slice(0, 200);
        else if (key === "sort") s.sort = value.split(",").map(function (x) { return { id: x.replace(/^-/, ""), down: x[0] === "-" }; }).filter(function (x) { return table.by.has(x.id); });
        else if (key === "cols") s.cols = value.split(",").filter(function (x, i, all) { return table.by.has(x) && x !== "name" && all.indexOf(x) === i; });
        else if (key === "density") s.density = value === "compact" ? value : "";
        else if (key === "layout") s.layout = value === "board" && table.by.has("stage") ? value : "";
        else filter(s, key, value);
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
    return { empty: empty, facet: facet, range: range, read: read, write: write };
  };
})();
