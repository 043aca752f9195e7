/* Keeping what the list shows: for oneself in this browser, or as the file that makes it a view of everybody.

   c.listKeep(query, yaml): query is the address of the list, yaml(title) -> {path, text} (see c.viewYaml: an empty value asks for none). */
(function () {
  "use strict";
  var c = window.custodex, el = c.el, t = c.t;

  // ---- a state of the list as records/views/<id>.yaml
  function scalar(text) {
    return /^[A-Za-z\u3400-\u9fff][\w\u3400-\u9fff.:/-]*$/.test(text) && !/:$/.test(text) && !/^(true|false|null|yes|no|on|off|y|n)$/i.test(text) ? text : JSON.stringify(text);
  }
  function items(values) { return values.map(function (value) { return "  - " + scalar(value) + "\n"; }).join(""); }
  function ranged(id, f) {
    var ends = f.raw ? f.raw.split("..") : [];
    return f.raw ? id + ":[" + ends[0] + " TO " + (ends.length > 1 ? ends[1] : ends[0]) + "]" : f.none ? id + ':""' : "";
  }
  /** A short name for a title without Latin letters: two titles must not be one file. */
  function told(title) {
    return Array.from(title).reduce(function (sum, char) { return (sum * 31 + char.codePointAt(0)) >>> 0; }, 7).toString(36);
  }
  c.viewYaml = function (table, state, title) {
    var where = "", words = state.q ? [state.q] : [];
    var slug = title.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^[^a-z]+|-+$/g, "").slice(0, 40) || "view-" + told(title);
    state.facets.forEach(function (f, id) {
      var values = Array.from(f.yes).concat(Array.from(f.no, function (v) { return "!" + v; }));
      if (f.none && table.by.get(id).coded) values.push("");
      if (values.length) where += "  " + id + ":\n" + items(values).replace(/^/gm, "  ").replace(/ +$/, "");
      else if (ranged(id, f)) words.push(ranged(id, f));
      if (f.text) words.push(JSON.stringify(f.text));
    });
    var label = scalar(title);
    var text = "id: " + slug + "\ntitle:\n  zh: " + label + "\n  en: " + label + "\n";
    if (words.length) text += "query: " + scalar(words.join(" ")) + "\n";
    if (where) text += "where:\n" + where;
    if (state.cols) text += "columns:\n" + items(["name"].concat(state.cols));
    if (state.sort.length) text += "sort:\n" + items(state.sort.map(function (s) { return (s.down ? "-" : "") + s.id; }));
    return { path: "records/views/" + slug + ".yaml", text: text };
  };

  c.listKeep = function (query, yaml) {
    var input = el("input", { class: "field", type: "text", maxlength: "60" });
    var path = el("code"), code = el("code"), shared = el("pre", { class: "command", tabindex: "0", "aria-label": t("list.keep.file") }, code);
    var ok = el("button", { type: "button", class: "btn primary" }, t("list.keep.save")), copy = el("button", { type: "button", class: "btn" }, c.icon("copy"), t("list.keep.copy"));
    var close = el("button", { class: "btn quiet icon close", type: "button", "aria-label": t("close") }, c.icon("x"));
    var dialog = el("dialog", { class: "sheet", "aria-labelledby": "keep-title" }, el("div", { class: "sheet-in" }, close,
      el("h2", { id: "keep-title" }, t("list.keep")), el("label", { class: "named" }, el("span", {}, t("list.keep.name")), input),
      el("p", { class: "quiet" }, t("list.keep.help")), el("p", { class: "actions" }, ok), el("h3", {}, t("list.keep.shared")), el("p", { class: "quiet" }, t("list.keep.shared.help"), " ", path), shared, el("p", { class: "actions" }, copy)));
    function show() {
      var made = yaml(input.value.trim() || t("list.keep.untitled"));
      path.textContent = made.path;
      code.textContent = made.text;
    }
    function done() {
      var title = input.value.trim();
      if (!title) { input.setAttribute("aria-invalid", "true"); input.focus(); return; }
      var mine = (c.store("views") || []).filter(function (v) { return v.title !== title; });
      c.store("views", mine.concat({ title: title, query: query }).slice(-50));
      c.say(t("list.keep.done", { title: title }));
      if (c.showMine) c.showMine();
      dialog.close();
    }
    ok.addEventListener("click", done);
    copy.addEventListener("click", function () { c.copy(code.textContent, t("list.keep.copied", { path: path.textContent }), dialog); });
    close.addEventListener("click", function () { dialog.close(); });
    input.addEventListener("input", show);
    input.addEventListener("keydown", function (event) { if (event.key === "Enter" && !event.isComposing) { event.preventDefault(); done(); } });
    dialog.addEventListener("close", function () { dialog.remove(); });
    show();
    document.body.append(dialog);
    dialog.showModal();
    input.focus();
  };
})();
