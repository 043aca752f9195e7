/* What becomes of a filled form: shown as the exact change, then sent by the way that is there. */
(function () {
  "use strict";
  var c = window.custodex, y = c.yaml, t = c.t, el = c.el, LONGEST = 6000;
  var article = document.querySelector("[data-kind]"), section = article.querySelector("[data-handover]");
  var ways = section.querySelector("[data-ways]"), answer = section.querySelector("[data-answer]");
  var who = { name: section.querySelector("#author-name"), email: section.querySelector("#author-email") };
  var kept = c.store("author") || {}, forge = article.dataset;
  who.name.value = kept.name || "";
  who.email.value = kept.email || "";
  section.addEventListener("change", function () { c.store("author", { name: who.name.value, email: who.email.value }); });

  c.handOver = function (change) {
    showDiff(change);
    answer.hidden = true;
    ways.replaceChildren.apply(ways, offers(change));
    section.querySelector("[data-author]").hidden = Boolean(c.editing);
    section.hidden = false;
    section.focus();
  };

  function showDiff(change) {
    var pre = section.querySelector("[data-diff]"), lines = y.compare(change.before, change.after), last = -4;
    pre.replaceChildren(el("span", { class: "path" }, change.path + "\n"));
    lines.forEach(function (line, at) {
      var near = lines.slice(Math.max(at - 3, 0), at + 4).some(function (one) { return one[0] !== " "; });
      if (!near) return;
      if (last >= 0 && at > last + 1) pre.append(el("span", { class: "gap" }, "⋯\n"));
      last = at;
      pre.append(el(line[0] === "+" ? "ins" : line[0] === "-" ? "del" : "span", {}, line[0] + " " + line[1] + "\n"));
    });
  }

  function button(name, act, primary) {
    var made = el("button", { type: "button", class: primary ? "btn primary" : "btn" }, t("form." + name));
    made.addEventListener("click", function () {
      if (!c.editing) c.formKept();  // a program that takes the change answers first
      act();
    });
    return made;
  }
  function full(change) { return (forge.prefix || "") + change.path; }
  function link(pattern, change, more) {
    var values = Object.assign({ path: encodeURI(full(change)), folder: encodeURI(full(change).replace(/\/[^/]*$/, "")) }, more);
    return pattern.replace(/\{(\w+)\}/g, function (all, name) { return name in values ? values[name] : all; });
  }
  function visit(address) { window.open(address, "_blank", "noopener"); }

  function offers(change) {
    var found = [];
    if (c.editing) return [button("send", function () { send(change); }, true), button("copy", function () { c.copy(change.after); })];
    if (change.before && forge.edit) found.push(button("forge.edit", function () {
      c.copy(change.after);
      visit(link(forge.edit, change));
    }, true));
    if (!change.before && forge["new"]) found.push(button("forge.new", function () {
      var value = encodeURIComponent(change.after), fits = value.length < LONGEST && forge["new"].includes("{value}");
      if (!fits) c.copy(change.after);
      visit(link(forge["new"], change, { value: fits ? value : "" }));
    }, true));
    if (forge.report) found.push(button("forge.report", function () { report(change); }));
    found.push(button("patch", function () { download(change); }, !found.length));
    found.push(button("copy", function () { c.copy(change.after); }));
    return found;
  }

  function report(change) {
    var lines = y.compare(change.before, change.after).filter(function (line) { return line[0] !== " "; });
    var body = "`" + full(change) + "`\n\n```diff\n" + lines.map(function (line) { return line.join(" "); }).join("\n") + "\n```\n";
    if (encodeURIComponent(body).length > LONGEST) {
      c.copy(body);
      body = "`" + full(change) + "`\n\n";
    }
    visit(link(forge.report, change, { title: encodeURIComponent(subject(change)), body: encodeURIComponent(body) }));
  }
  /** A title names the record by its id alone: mails and lists of proposals are read by many. */
  function subject(change) { return (change.before ? "Change " : "Add ") + change.kind + " of customer " + change.id; }

  function download(change) {
    var author = { name: who.name.value.trim(), email: who.email.value.trim() };
    if (!author.name || !/^[^ @<>]+@[^ @<>]+$/.test(author.email)) {
      section.querySelector("[data-author]").open = true;
      (author.name ? who.email : who.name).focus();
      say(t("form.author.missing"));
      return;
    }
    var now = new Date().toUTCString().replace("GMT", "+0000");
    var text = y.mail(author, subject(change), now, [{ path: full(change), before: change.before, after: change.after }]);
    var address = URL.createObjectURL(new Blob([text], { type: "text/plain;charset=utf-8" }));
    var anchor = el("a", { href: address, download: change.id + "-" + change.kind + ".patch" });
    document.body.append(anchor);
    anchor.click();
    anchor.remove();
    setTimeout(function () { URL.revokeObjectURL(address); }, 10000);
    say(t("form.patch.done"));
  }

  function say() {
    answer.replaceChildren.apply(answer, Array.from(arguments));
    answer.hidden = false;
    answer.focus();
  }

  // ---- a preview that takes changes (`custodex serve --edit`)

  function send(change) {
    ways.querySelectorAll("button").forEach(function (one) { one.disabled = true; });
    fetch("/.edit", {
      method: "POST", headers: { "Content-Type": "application/json", "X-Custodex-Token": c.editing.token },
      body: JSON.stringify({ path: change.path, base: change.blob, before: change.before, text: change.after, lang: c.lang })
    }).then(function (response) { return response.json(); }).then(function (said) { answered(change, said); }, function () {
      say(t("form.unreached"));
    }).finally(function () {
      ways.querySelectorAll("button").forEach(function (one) { one.disabled = false; });
    });
  }

  function answered(change, said) {
    if (said.outcome === "proposed") {
      c.formKept();
      ways.replaceChildren();
      say(t("form.proposed", { branch: said.branch }), listed(said.findings));
    } else if (said.outcome === "changed") {
      meanwhile(change, said);
    } else {
      say(el("b", {}, said.message || ""), listed(said.findings));
    }
  }

  function listed(findings) {
    var list = el("ul", {});
    (findings || []).forEach(function (finding) {
      list.append(el("li", {}, finding.message + " (" + finding.code + ")"));
    });
    return list;
  }

  /** A field as the form calls it, "stage" or "people.p1.name", and what the form says for its codes. */
  function part(place) {
    var node = article.querySelector("[data-form]"), labels = [];
    place.split(".").forEach(function (name) {
      var inner = node.querySelector('[data-f="' + CSS.escape(name) + '"]'), label = inner && inner.querySelector("label, legend");
      if (!inner) return;
      node = inner;
      if (label) labels.push(label.firstChild.textContent.trim());
    });
    return { label: labels.join(" · "), word: function (value) {
      var option = value && node.querySelector('option[value="' + CSS.escape(value) + '"]');
      return option ? option.textContent : value;
    } };
  }

  /** Somebody else changed the file: each field with what it was, what it is now and what was typed here. */
  function meanwhile(change, said) {
    var rows = said.fields.map(function (field) {
      var known = part(field.place);
      return el("tr", {}, el("th", { scope: "row" }, known.label || field.place), el("td", {}, known.word(field.base)), el("td", {}, known.word(field.now)), el("td", {}, known.word(field.yours)));
    });
    var head = el("tr", {});
    ["field", "was", "now", "yours"].forEach(function (name) { head.append(el("th", { scope: "col" }, t("form.m." + name))); });
    var body = el("tbody", {});
    body.append.apply(body, rows);
    say(el("b", {}, t(said.text ? "form.changed" : "form.conflict")), el("table", { class: "plain" }, el("thead", {}, head), body));
    if (!said.text) {
      answer.append(button("reload", function () { c.formKept(); location.reload(); }, true));
      return;
    }
    var merged = Object.assign({}, change, { blob: said.base, before: said.now, after: said.text });
    answer.append(button("send.both", function () { c.handOver(merged); send(merged); }, true));
  }
})();
