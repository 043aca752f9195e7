/* A form of one record: filled from its file, read back into a value, checked by the schema. handover.js sends it. */
(function () {
  "use strict";
  var c = window.custodex, y = c.yaml, t = c.t, el = c.el;
  var article = document.querySelector("[data-kind]"), form = article.querySelector("[data-form]");
  var problems = form.querySelector("[data-problems]"), kind = article.dataset.kind, order = c.orders[kind];
  var asked = new URLSearchParams(location.hash.slice(1)).get("c") || "";
  var id = /^[a-hjkmnp-tv-z][0-9a-hjkmnp-tv-z]{10}$/.test(asked) ? asked : "", files = {}, count = 0;
  var draft = { kind: kind, id: id, path: "", blob: "", before: "", value: {} };

  // ---- identifiers: random, with the check character of the program (x^5 + x^2 + 1 over GF(32))

  var ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
  function random(length, from) {
    return Array.from(crypto.getRandomValues(new Uint8Array(length)), function (byte) {
      return ALPHABET[from + byte % (32 - from)];  // 22 letters do not divide 256: too little to matter for a name
    }).join("");
  }
  function newId() {
    var body = random(1, 10) + random(9, 0), total = 0;
    Array.from(body).forEach(function (char) {
      total = (total ^ ALPHABET.indexOf(char)) << 1;
      if (total & 32) total ^= 37;
    });
    return body + ALPHABET[total];
  }
  function stamp() {
    var now = new Date();
    return new Date(now.getTime() - now.getTimezoneOffset() * 60000).toISOString().slice(0, 19) + zoneAt(now);
  }
  function zoneAt(moment) {  // +08:00
    var zone = -moment.getTimezoneOffset(), far = Math.abs(zone), two = function (n) { return String(n).padStart(2, "0"); };
    return (zone < 0 ? "-" : "+") + two(Math.floor(far / 60)) + ":" + two(far % 60);
  }
  // A time as a clock shows it, 2026-03-02T14:30, and back: in the zone it was told in, else in that of this device.
  function timeOf(text, original) {
    var zone = /(?:Z|[+-]\d\d:\d\d)$/.exec(original || ""), full = text.length === 16 ? text + ":00" : text.slice(0, 19);
    var foreign = zone && new Date(original).getTime() && zone[0] !== zoneAt(new Date(original));
    return full + (foreign ? zone[0] : zoneAt(new Date(full)));
  }

  // ---- the parts of the form

  function parts(box) {
    return Array.from(box.querySelectorAll(".f")).filter(function (part) {
      return part.parentElement.closest(".f, [data-item], form") === box;
    });
  }
  function items(part) {
    return Array.from(part.querySelectorAll("[data-item]")).filter(function (item) { return item.closest(".f") === part; });
  }
  function label(box) {
    box.querySelectorAll("[data-single]").forEach(function (group) {
      group.querySelectorAll("input").forEach(function (one) { one.name = one.name || "g" + count; });
      count += 1;
    });
    box.querySelectorAll(".f").forEach(function (part) {
      var input = part.querySelector(":scope > [data-in]"), name = part.querySelector(":scope > label");
      if (!input || input.id) return;
      input.id = "f" + (count += 1);
      name.htmlFor = input.id;
    });
  }

  function fill(box, value) {
    parts(box).forEach(function (part) {
      var found = value[part.dataset.f], widget = part.dataset.w;
      part.original = found;
      if (widget === "object") fill(part, y.isMap(found) ? found : {});
      else if (widget === "items") (found || []).forEach(function (one) { addItem(part, one); });
      else if (widget === "checks") check(part, found || []);
      else if (widget === "pick") c.pick.show(part.querySelector("[data-in]"), found === undefined ? "" : String(found));
      else show(part.querySelector("[data-in]"), widget, found);
      if (found !== undefined) reveal(part);
    });
  }
  function show(input, widget, found) {
    if (widget === "check") { input.checked = found === true; return; }
    if (widget === "time" && found !== undefined && isNaN(Date.parse(found))) input.type = "text";  // shown to be mended
    input.value = found === undefined || found === null ? "" : widget === "time" && input.type !== "text" ? found.slice(0, 16) : widget === "lines" ? found.join("\n") : found instanceof y.Float ? found.text : String(found);
    // a select shows nothing for a value it does not know: what is not shown must not be lost
    if (input.tagName === "SELECT" && found !== undefined && input.value !== String(found)) {
      input.append(el("option", { value: found }, String(found)));
      input.value = String(found);
    }
    input.shown = input.value;
  }
  function check(part, values) {
    var box = part.querySelector(".checks"), pick = part.querySelector(":scope > [data-pick]");
    box.querySelectorAll("input").forEach(function (one) { one.checked = false; });
    values.forEach(function (value) {
      var known = Array.from(box.querySelectorAll("input")).find(function (one) { return one.value === value && !(one.type === "radio" && rival(one)); });
      if (known) { known.checked = true; return; }
      // a value no list knows, a second one of a group that allows one: what is not shown must not be lost
      var name = el("span", {}, value);
      box.append(el("label", {}, el("input", { type: "checkbox", value: value, checked: true }), name));
      if (pick) c.pick.name(pick, value).then(function (called) { name.textContent = called || value; });
    });
    box.querySelectorAll("[data-single]").forEach(function (group) {
      if (!group.querySelector(":checked")) group.querySelector('[value=""]').checked = true;
    });
    box.querySelectorAll("[data-gone]").forEach(function (one) { one.hidden = !one.firstChild.checked; });
  }
  function rival(radio) {
    var other = radio.closest("[data-single]").querySelector(":checked");
    return other && other !== radio;
  }
  function addItem(part, value) {
    var item = part.querySelector(":scope > template").content.firstElementChild.cloneNode(true);
    part.querySelector(":scope > [data-items]").append(item);
    item.original = value;
    label(item);
    fill(item, value || {});
    return item;
  }
  function reveal(node) {
    for (var more = node.closest("details"); more; more = more.parentElement.closest("details")) more.open = true;
  }

  function read(box, original) {
    var value = Object.assign({}, original);
    parts(box).forEach(function (part) {
      var found = valueOf(part);
      if (found === undefined) delete value[part.dataset.f];
      else value[part.dataset.f] = found;
    });
    return value;
  }
  function valueOf(part) {
    var widget = part.dataset.w, original = part.original;
    if (widget === "object") return filled(read(part, y.isMap(original) ? original : {}));
    if (widget === "items") return listOf(part);
    if (widget === "checks") return checked(part, original || []);
    if (widget === "pick") return c.pick.value(part.querySelector("[data-in]")) || undefined;
    var input = part.querySelector("[data-in]");
    if (widget === "check") return input.checked || (original === undefined ? undefined : false);
    if (input.value === input.shown) return original;
    var text = input.value.replace(/\r\n?/g, "\n");
    if (widget === "lines") return some(text.split("\n").map(function (line) { return line.trim(); }).filter(Boolean));
    text = text.trim();
    if (text === "") return undefined;
    if (widget === "time" && input.type !== "text") return timeOf(text, original);
    if (widget === "number" && /^-?(?:0|[1-9]\d*)$/.test(text)) return Number(text);
    if (widget === "number" && /^-?(?:0|[1-9]\d*)\.\d+$/.test(text)) return new y.Float(text);
    return text;
  }
  function some(list) { return list.length ? list : undefined; }
  function filled(value) { return Object.keys(value).length ? value : undefined; }
  function checked(part, original) {
    var on = Array.from(part.querySelectorAll(".checks input:checked"), function (one) { return one.value; }).filter(Boolean);
    var kept = original.filter(function (one) { return on.includes(one); });
    return some(kept.concat(on.filter(function (one) { return !kept.includes(one); })));
  }
  function listOf(part) {
    var key = part.dataset.key, found = items(part).map(function (item) { return read(item, item.original); });
    found = found.filter(filled);
    if (key === "id") {
      found.forEach(function (one) {
        if (one.id) return;
        var number = 1;
        while (found.some(function (other) { return other.id === part.dataset.f[0] + number; })) number += 1;
        one.id = part.dataset.f[0] + number;
      });
    }
    return some(found);
  }

  form.addEventListener("picked", function (event) {
    var part = event.target.closest(".f"), chosen = event.detail.value;
    check(part, checked(part, []) ? checked(part, []).concat(chosen) : [chosen]);
  });
  form.addEventListener("click", function (event) {
    var add = event.target.closest("[data-add]"), remove = event.target.closest("[data-remove]");
    if (add) {
      var first = addItem(add.closest(".f")).querySelector("[data-in]");
      if (first) first.focus();
    }
    if (remove) {
      var part = remove.closest(".f");
      remove.closest("[data-item]").remove();
      part.querySelector(":scope > [data-add]").focus();
    }
  });

  // ---- what was typed is not lost to a key pressed by mistake

  var unkept = false;
  form.addEventListener("input", function () { unkept = true; });
  c.formKept = function () { unkept = false; };
  window.addEventListener("beforeunload", function (event) { if (unkept) event.preventDefault(); });

  // ---- what is wrong

  function partAt(place) {
    var box = form, found = null;
    place.every(function (step) {
      var next = typeof step === "number" ? (found && found.dataset.w === "items" ? items(found)[step] : null)
        : parts(box).find(function (part) { return part.dataset.f === step; });
      if (!next) return false;
      if (typeof step !== "number") found = next;
      box = next;
      return true;
    });
    return found;
  }
  function wording(fault) {
    if (fault.message && fault.message[c.lang]) return fault.message[c.lang];
    return t("form.e." + fault.keyword, { want: [].concat(fault.want).join(", ") });
  }
  function tell(faults) {
    form.querySelectorAll("[data-err]").forEach(function (node) { node.hidden = true; });
    form.querySelectorAll("[aria-invalid]").forEach(function (node) { node.removeAttribute("aria-invalid"); });
    problems.replaceChildren();
    var first = null;
    faults.forEach(function (fault) {
      var part = partAt(fault.place), text = wording(fault);
      if (!part) { problems.append(el("p", {}, (fault.place.length ? fault.place.join(".") + ": " : "") + text)); return; }
      var node = part.querySelector(":scope > [data-err]"), input = part.querySelector("[data-in], .checks input, [data-add]");
      if (node.hidden) {
        node.id = node.id || "e" + (count += 1);
        node.textContent = text;
        node.hidden = false;
        reveal(part);
        if (input) { input.setAttribute("aria-invalid", "true"); input.setAttribute("aria-describedby", node.id); }
      }
      first = first || input;
    });
    if (faults.length) problems.prepend(el("p", {}, el("b", {}, t("form.wrong", { n: faults.length }))));
    problems.hidden = !faults.length;
    if (faults.length) (first || problems).focus();
  }
  c.formProblem = function (text) {
    problems.replaceChildren(el("p", {}, text));
    problems.hidden = false;
    problems.focus();
  };

  form.addEventListener("submit", function (event) {
    event.preventDefault();
    var value = read(form, draft.value), faults = c.schemaFaults(kind, value).concat(stageFaults(value));
    tell(faults);
    if (faults.length) return;
    try {
      var path = draft.path || eventPath(value);
      var after = draft.before ? y.edit(draft.before, value, order) : y.dump(value, order);
      if (after === draft.before) { c.formProblem(t("form.same")); return; }
      c.handOver({ kind: kind, id: draft.id, path: path, blob: draft.blob, before: draft.before, after: after });
    } catch (error) {
      if (!(error instanceof y.Refused) && !(error instanceof y.Unread)) throw error;
      c.formProblem(t("form.layout"));
    }
  });

  // ---- fields that belong to another type of customer or line of business

  var ranks = JSON.parse(article.dataset.ranks);
  function customer(value) {
    if (kind === "customer") return value;
    try { return files.customer ? y.parse(files.customer.text).value : {}; } catch (error) { return {}; }
  }
  /** What the stage asks for (x-required-from): the check refuses a customer without it. */
  function needed(part, value) { return Number(part.dataset.rank || 0) && part.dataset.rank <= (ranks[customer(value).stage] || 0); }
  function stageFaults(value) {
    var type = customer(value).type;
    return parts(form).filter(function (part) {
      return needed(part, value) && value[part.dataset.f] === undefined && (!part.dataset.only || part.dataset.only === type);
    }).map(function (part) { return { place: [part.dataset.f], keyword: "stage", want: "" }; });
  }

  function suit() {
    var value = read(form, draft.value), type = customer(value).type;
    parts(form).forEach(function (part) {
      var must = part.dataset.rank && part.querySelector(":scope > label > .must, :scope > legend > .must");
      if (must) {
        must.hidden = !needed(part, value);
        if (!must.hidden) reveal(part);
      }
    });
    form.querySelectorAll("[data-only]").forEach(function (part) {
      part.hidden = Boolean(type) && part.dataset.only !== type && part.original === undefined;
    });
    if (kind !== "customer") return;
    parts(form).forEach(function (part) {
      if (part.dataset.only || part.original !== undefined) return;
      var probe = {};
      probe[part.dataset.f] = {};
      part.hidden = part.dataset.w === "object" && c.schemaFaults(kind, Object.assign({}, value, probe)).some(function (fault) {
        return fault.keyword === "additional" && fault.place.length === 1 && fault.place[0] === part.dataset.f;
      });
    });
  }

  // ---- where the form starts

  function folder() { return "records/customers/" + draft.id.slice(0, 2) + "/" + draft.id + "/"; }
  function eventPath(value) {
    // one file an event: named when the change is made, so that two people never choose the same
    var day = String(value.occurred_at || value.created_at || stamp()).slice(0, 10);
    draft.stem = draft.stem && draft.stem.startsWith(day) ? draft.stem : day + "-" + random(6, 0);
    return folder() + (kind === "note" ? "notes/" + day.slice(0, 4) + "/" : "tasks/") + draft.stem + ".yaml";
  }
  function knownMe(value) {
    var me = c.store("me");
    Object.keys(value).forEach(function (name) { if (value[name] === undefined) value[name] = me || undefined; });
    Object.keys(value).forEach(function (name) { if (value[name] === undefined) delete value[name]; });
    return value;
  }
  var FRESH = {
    customer: function () { return { stage: "lead" }; },
    contacts: function () { return {}; },
    note: function () { return knownMe({ type: "call", occurred_at: stamp(), by: undefined }); },
    task: function () { return knownMe({ state: "open", created_by: undefined, created_at: stamp() }); }
  };

  function start() {
    var file = files[kind], about = article.querySelector("[data-about]"), shown;
    if (kind === "customer" && !id) draft.id = newId();
    if (file) {
      try { draft.value = y.parse(file.text).value; } catch (error) { refuse(t("form.layout")); return; }
      draft.before = file.text; draft.path = file.path; draft.blob = file.blob;
      shown = draft.value;
    } else {
      draft.value = kind === "customer" ? { id: draft.id } : {};
      shown = FRESH[kind]();
      if (kind === "customer" || kind === "contacts") draft.path = folder() + kind + ".yaml";
    }
    people();
    label(form);
    fill(form, shown);
    if (!file) {
      // nothing of this stands anywhere yet: what is cleared again is not to come back
      form.querySelectorAll(".f").forEach(function (part) { part.original = undefined; });
      form.querySelectorAll("[data-in]").forEach(function (input) { input.shown = ""; });
    }
    if (id) {
      var name = nameOf(), back = article.querySelector("[data-back]");
      back.href = c.up + "c/" + id + ".html";
      about.replaceChildren(el("a", { href: back.href }, name || id));
    }
    if (kind === "customer" && id) article.querySelector("[data-title]").textContent = t("form.edit");
    if (kind !== "customer" && (contacts().preferences || {}).do_not_contact === true) {
      form.before(el("p", { class: "banner bad", role: "note" }, c.icon("ban"), el("span", {}, el("b", {}, t("form.do_not_contact")), " " + (contacts().preferences.note || ""))));
    }
    suit();
    form.hidden = false;
  }
  function nameOf() { return customer(draft.value).name || ""; }
  function contacts() {
    var found = null;
    try { found = files.contacts && y.parse(files.contacts.text).value; } catch (error) { /* a layout of its own: nobody to choose */ }
    return found && typeof found === "object" ? found : {};
  }
  function people() {
    var part = parts(form).find(function (one) { return one.dataset.f === "people" && one.dataset.w === "checks"; });
    if (!part) return;
    [].concat(contacts().people || []).forEach(function (person) {
      if (!person || !person.id) return;
      part.querySelector(".checks").append(el("label", {}, el("input", { type: "checkbox", value: person.id }), person.name || person.id));
    });
    part.hidden = !part.querySelector(".checks input");
  }
  function refuse(text) {
    var list = el("a", { class: "btn", href: c.up + "customers.html" }, c.icon("customers"), t("form.list"));
    article.querySelector("[data-about]").textContent = text;
    article.append(el("p", { class: "form-end" }, list));
  }

  c.source = function (name, found) { if (name === id) files = found; };
  if (id) {
    c.loadScript(c.root + "data/src/" + id + ".js").then(start, function () { refuse(t("form.closed")); });
  } else if (kind === "customer") start();
  else refuse(t("form.choose"));
  form.addEventListener("change", function (event) {
    var part = event.target.closest(".f");
    suit();
    if (part && (part.dataset.f === "by" || part.dataset.f === "created_by")) c.store("me", valueOf(part) || null);
  });
})();
