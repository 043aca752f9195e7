/* A field that holds the id of a record, or a code, chosen by what people call it: type a name, its reading, its
   initials or the id, choose with the arrows and Enter. Customers come from the search files of this site, which
   hold nobody the audience may not see; colleagues, products and codes stand in the page. Where nothing is chosen,
   what is typed counts, so an id can always be written by hand.

   c.pick.show(input, value)   put a value into a field
   c.pick.value(input)         the id or code a field stands for
   c.pick.name(ref, value)     Promise of what a value is called, "" where nobody knows */
(function () {
  "use strict";
  var c = window.custodex, t = c.t, el = c.el, MOST = 12, count = 0;
  var open = null, options = [], active = -1;

  function fold(text) { return text.normalize("NFKC").toLowerCase().replace(/\s+/g, " ").trim(); }

  // ---- where names come from: (text) -> [{value, label}], best first

  function inPage(input) {
    var list = input.parentElement.querySelector(":scope > datalist");
    return Array.from(list ? list.options : [], function (one) {
      return { value: one.value, label: one.textContent, words: fold([one.textContent, one.value, one.dataset.words || ""].join("\n")) };
    });
  }
  function found(input, text) {
    if (input.dataset.pick !== "customer") {
      var wanted = fold(text);
      return Promise.resolve(inPage(input).filter(function (one) { return one.words.includes(wanted); }).sort(function (a, b) {
        return rank(a, wanted) - rank(b, wanted);
      }));
    }
    return c.searchReady().then(function () {
      var own = c.search.called(text.trim()), hits = [];
      if (own) return [{ value: text.trim(), label: own }];
      try { hits = c.search.names(text, MOST + 1); } catch (error) { /* an unfinished query: nothing fits yet */ }
      return hits.map(function (hit) { return { value: hit.id, label: hit.name }; });
    });
  }
  function rank(one, wanted) { return one.words.startsWith(wanted) ? 0 : one.words.includes("\n" + wanted) ? 1 : 2; }

  function named(input, value) {
    if (input.dataset.pick === "customer") return c.searchReady().then(function () { return c.search.called(value); }, function () { return ""; });
    var one = inPage(input).find(function (each) { return each.value === value; });
    return Promise.resolve(one ? one.label : "");
  }

  // ---- what a field stands for

  function take(input, value, label) {
    input.picked = { value: value, label: label };
    input.value = label;
    told(input, label === value ? "" : value);
  }
  function told(input, text) {
    var node = input.parentElement.querySelector(":scope > .picked");
    if (!node) input.after(node = el("p", { class: "picked mono" }));
    node.textContent = text;
    node.hidden = !text;
  }
  function chosen(input) { return input.picked && input.value === input.picked.label; }

  c.pick = {
    show: function (input, value) {
      input.value = value;
      if (!value) return;
      named(input, value).then(function (label) { if (label && input.value === value) take(input, value, label); });
    },
    value: function (input) { return chosen(input) ? input.picked.value : input.value.trim(); },
    name: named
  };

  // ---- the list below the field

  function close() {
    if (!open) return;
    open.list.remove();
    open.input.setAttribute("aria-expanded", "false");
    open.input.removeAttribute("aria-activedescendant");
    open = null; options = []; active = -1;
  }
  function show(input, rows, note) {
    close();
    var list = el("div", { class: "picks", role: "listbox", id: "picks-" + (count += 1), "aria-label": t("pick.results") });
    rows.slice(0, MOST).forEach(function (row, at) {
      var option = el("div", { role: "option", id: list.id + "-" + at, "aria-selected": "false" }, el("span", {}, row.label), row.label === row.value ? "" : el("span", { class: "mono quiet" }, row.value));
      option.row = row;
      list.append(option);
      options.push(option);
    });
    if (note) list.append(el("p", { role: "presentation" }, note));
    open = { input: input, list: list };
    input.after(list);
    list.scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-controls", list.id);
    input.setAttribute("aria-expanded", String(options.length > 0));
    if (options.length) mark(0);
  }
  function mark(at) {
    if (options[active]) options[active].setAttribute("aria-selected", "false");
    active = (at + options.length) % options.length;
    options[active].setAttribute("aria-selected", "true");
    open.input.setAttribute("aria-activedescendant", options[active].id);
    options[active].scrollIntoView({ block: "nearest" });
  }
  function look(input) {
    var text = input.value;
    if (!text.trim() && input.dataset.pick === "customer") { close(); return; }
    found(input, chosen(input) ? "" : text).then(function (rows) {
      if (input.value !== text || document.activeElement !== input) return;
      show(input, rows, rows.length > MOST ? t("pick.more") : rows.length ? "" : t("pick.none"));
    }, function () {
      if (document.activeElement === input) show(input, [], t("pick.closed"));
    });
  }
  function choose(option) {
    var input = open.input, row = option.row;
    close();
    if (input.dataset.in === undefined) { input.value = ""; input.dispatchEvent(new CustomEvent("picked", { bubbles: true, detail: row })); return; }
    take(input, row.value, row.label);
    input.dispatchEvent(new Event("change", { bubbles: true }));
  }

  document.addEventListener("input", function (event) {
    var input = event.target;
    if (!input.matches("[data-pick]")) return;
    told(input, "");
    look(input);
  });
  /* Whoever types a whole name or id and goes on has chosen as well. */
  document.addEventListener("change", function (event) {
    var input = event.target, text = input.value;
    if (!input.matches("[data-pick][data-in]") || !text.trim() || chosen(input)) return;
    found(input, text).then(function (rows) {
      var same = rows.filter(function (row) { return row.value === text.trim() || fold(row.label) === fold(text); });
      if (same.length === 1 && input.value === text) take(input, same[0].value, same[0].label);
    }, function () { /* without names, what was typed counts */ });
  });
  document.addEventListener("focusout", function (event) { if (open && event.target === open.input) close(); });
  document.addEventListener("mousedown", function (event) {
    var option = open && event.target.closest('.picks [role="option"]');
    if (!option) return;
    event.preventDefault();  // the field keeps the focus
    choose(option);
  });
  document.addEventListener("keydown", function (event) {
    var input = event.target;
    if (event.isComposing || !input.matches || !input.matches("[data-pick]")) return;
    if (event.key === "ArrowDown" && !open) look(input);
    else if (!open || !options.length && event.key !== "Escape") {
      // Enter in a field that only adds to a list must not send the form
      if (event.key !== "Enter" || input.dataset.in !== undefined) return;
    } else if (event.key === "ArrowDown") mark(active + 1);
    else if (event.key === "ArrowUp") mark(active - 1);
    else if (event.key === "Enter") choose(options[active]);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
  });
})();
