/* Rows of the list for other programs: c.listCsv downloads them, c.listCopy puts them on the clipboard. */
(function () {
  "use strict";
  var c = window.custodex, el = c.el, t = c.t;

  // A cell that a spreadsheet would take for a formula gets an apostrophe.
  function inert(text) {
    return /^[\s\u0000-\u0020]*[=+\-@\uff0b\uff0d\uff1d\uff20]/.test(text) && !/^-?\d+(\.\d+)?$/.test(text) ? "'" + text : text;
  }
  function lines(table, rows, cols, cell) {
    var out = [["id"].concat(cols.map(function (col) { return col.label; })).map(cell)];
    rows.forEach(function (row) { out.push([table.id(row)].concat(cols.map(function (col) { return table.text(col, row); })).map(cell)); });
    return out;
  }
  c.listCsv = function (table, rows, cols) {
    function quoted(text) {
      text = inert(text);
      return /[",\n\r]/.test(text) ? '"' + text.replace(/"/g, '""') + '"' : text;
    }
    var text = lines(table, rows, cols, quoted).map(function (line) { return line.join(","); }).join("\r\n");
    // the mark at the start tells Excel the encoding
    var url = URL.createObjectURL(new Blob(["\ufeff" + text + "\r\n"], { type: "text/csv;charset=utf-8" }));
    var link = el("a", { href: url, download: "custodex-customers.csv" });
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(function () { URL.revokeObjectURL(url); }, 10000);
    c.say(t("list.csv.done", { n: rows.length }));
  };
  c.listCopy = function (table, rows, cols) {
    function plain(text) { return inert(text.replace(/[\t\r\n]+/g, " ")); }
    var text = lines(table, rows, cols, plain).map(function (line) { return line.join("\t"); }).join("\n");
    return c.copy(text, t("list.copied", { n: rows.length }));
  };
})();
