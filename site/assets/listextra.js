/* What the list can do besides its table: board by stage, CSV of the rows shown, personal views. */
(function () {
  "use strict";
  var c = window.custodex, el = c.el, t = c.t, LANE = 60;

  // ---- board by stage
  c.listBoard = function (host, table, rows) {
    var number = new Intl.NumberFormat(c.lang === "zh" ? "zh-CN" : "en");
    var stage = table.by.get("stage"), lanes = stage.values.map(function () { return []; }), out = [];
    rows.forEach(function (row) { var k = stage.data[row]; if (k >= 0) lanes[k].push(row); });
    lanes.forEach(function (lane, k) {
      if (!lane.length) return;
      var list = el("ul"), title = "lane-" + k;
      lane.slice(0, LANE).forEach(function (row) {
        var meta = el("p", { class: "meta" });
        ["owner", "next_due"].forEach(function (id) { var col = table.by.get(id), text = col && table.text(col, row); if (text) meta.append(el("span", { class: id === "next_due" && text < c.today ? "late" : "" }, text)); });
        list.append(el("li", {}, el("a", { href: "c/" + table.ids[row] + ".html" }, table.by.get("name").data[row]), meta));
      });
      if (lane.length > LANE) list.append(el("li", { class: "more" }, t("list.lane.more", { n: number.format(lane.length - LANE) })));
      out.push(el("section", { class: "lane", "aria-labelledby": title }, el("h2", { id: title }, el("span", { class: "stage-dot", "data-value": stage.values[k][0] }, stage.values[k][1]), el("span", { class: "num" }, number.format(lane.length))), list));
    });
    if (!out.length) out.push(el("p", { class: "grid-empty" }, t("list.nothing")));
    host.replaceChildren.apply(host, out);
  };

  c.listCsv = function (table, rows, cols) {
    // A cell that a spreadsheet would take for a formula gets an apostrophe; the mark at the start tells Excel the encoding.
    function quoted(text) {
      if (/^[=+\-@\t\r]/.test(text) && !/^-?\d+(\.\d+)?$/.test(text)) text = "'" + text;
      return /[",\n\r]/.test(text) ? '"' + text.replace(/"/g, '""') + '"' : text;
    }
    var lines = [["id"].concat(cols.map(function (col) { return col.label; })).map(quoted).join(",")];
    rows.forEach(function (row) { lines.push([table.ids[row]].concat(cols.map(function (col) { return table.text(col, row); })).map(quoted).join(",")); });
    var url = URL.createObjectURL(new Blob(["\ufeff" + lines.join("\r\n") + "\r\n"], { type: "text/csv;charset=utf-8" }));
    var link = el("a", { href: url, download: "custodex-customers.csv" });
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(function () { URL.revokeObjectURL(url); }, 10000);
    c.say(t("list.csv.done", { n: rows.length }));
  };
  c.listKeep = function (query) {
    var dialog = el("dialog", { class: "sheet", "aria-labelledby": "keep-title" }), input = el("input", { class: "field", type: "text", maxlength: "60", "aria-labelledby": "keep-title" });
    var form = el("div", { class: "sheet-in" }, el("h2", { id: "keep-title" }, t("list.keep.name")), input, el("p", { class: "quiet" }, t("list.keep.help")));
    function done() {
      var title = input.value.trim(), mine = (c.store("views") || []).filter(function (v) { return v.title !== title; });
      if (title) { c.store("views", mine.concat({ title: title, query: query }).slice(-50)); c.say(t("list.keep.done", { title: title })); }
      dialog.close();
    }
    var ok = el("button", { type: "button", class: "btn primary" }, t("list.keep.save"));
    ok.addEventListener("click", done);
    input.addEventListener("keydown", function (event) { if (event.key === "Enter" && !event.isComposing) { event.preventDefault(); done(); } });
    dialog.addEventListener("close", function () { dialog.remove(); });
    form.append(el("p", { class: "actions" }, ok));
    dialog.append(form);
    document.body.append(dialog);
    dialog.showModal();
  };
})();
