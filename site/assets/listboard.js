/* The board of the list: a lane a stage, the first customers of each. c.listBoard(host, table, rows) draws it. */
(function () {
  "use strict";
  var c = window.custodex, el = c.el, t = c.t, LANE = 60;

  c.listBoard = function (host, table, rows, more) {
    var number = new Intl.NumberFormat(c.lang === "zh" ? "zh-CN" : "en"), name = table.by.get("name");
    var stage = table.by.get("stage"), lanes = stage.values.map(function () { return []; }), out = [];
    rows.forEach(function (row) { table.codes(stage, row).slice(0, 1).forEach(function (k) { lanes[k].push(row); }); });
    lanes.forEach(function (lane, k) {
      if (!lane.length) return;
      var list = el("ul"), title = "lane-" + k;
      lane.slice(0, LANE).forEach(function (row) {
        var meta = el("p", { class: "meta" });
        ["owner", "next_due"].forEach(function (id) { var col = table.by.get(id), text = col && table.said(col, row); if (text) meta.append(el("span", { class: id === "next_due" && table.text(col, row) < c.today ? "late" : "" }, text)); });
        list.append(el("li", {}, el("a", { href: "c/" + table.id(row) + ".html" }, table.text(name, row) || table.id(row)), meta));
      });
      if (lane.length > LANE) {
        var rest = el("button", { type: "button", class: "chip plain" }, t("list.lane.more", { n: number.format(lane.length - LANE) }));
        rest.addEventListener("click", function () { more(stage.values[k][0]); });
        list.append(el("li", { class: "more" }, rest));
      }
      out.push(el("section", { class: "lane", "aria-labelledby": title }, el("h2", { id: title }, el("span", { class: "stage-dot", "data-value": stage.values[k][0] }, stage.values[k][1]), el("span", { class: "num" }, number.format(lane.length))), list));
    });
    if (!out.length) out.push(el("p", { class: "grid-empty" }, t("list.nothing")));
    host.replaceChildren.apply(host, out);
  };
})();
