/* Records as text: read, written in the program's canonical layout, changed in place, compared line by line.
   Only the layout people and the program write is read; anything else is refused rather than guessed. */
(function () {
  "use strict";
  var WORDS = new Set("y n yes no on off true false null nan inf".split(" "));
  var PLAIN = /^(?:[\p{L}\p{Nl}\p{No}](?:[^\n:#\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff]|:(?=\S)|(?<=\S)#)*|[（【「《￥¥€£](?:[^\n:#\x00-\x1f])*)$/u;
  var UNSAFE = /[^\n\t\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\u{10000}-\u{10ffff}]|[\u2028\u2029]/u;
  var KEY = /^("(?:[^"\\]|\\.)*"|[A-Za-z_][A-Za-z0-9_-]*):(?: +(.*))?$/;
  var CONSTANTS = { "true": true, "false": false, "null": null, "~": null };

  /** A number with a fraction, as it is written: 1.0 is not 1. */
  function Float(text) { this.text = text; }
  Float.prototype.valueOf = function () { return Number(this.text); };
  Float.prototype.toJSON = Float.prototype.valueOf;

  function isMap(value) { return value !== null && typeof value === "object" && !Array.isArray(value) && !(value instanceof Float); }

  function same(one, other) {
    if (one instanceof Float || other instanceof Float) {
      return one instanceof Float && other instanceof Float && one.text === other.text;
    }
    if (Array.isArray(one)) {
      return Array.isArray(other) && one.length === other.length && one.every(function (item, at) { return same(item, other[at]); });
    }
    if (isMap(one)) {
      var keys = Object.keys(one);
      return isMap(other) && keys.length === Object.keys(other).length &&
        keys.every(function (key) { return Object.hasOwn(other, key) && same(one[key], other[key]); });
    }
    return one === other;
  }

  // ---- writing

  function isPlain(text) { return PLAIN.test(text) && !/[ :]$/.test(text) && !WORDS.has(text.toLowerCase()); }

  function quoted(text) {
    return JSON.stringify(text).replace(/[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]/g, function (char) {
      return "\\u" + char.charCodeAt(0).toString(16).padStart(4, "0");
    });
  }

  function scalar(value) {
    if (value === null || typeof value === "boolean" || typeof value === "number") return String(value);
    if (value instanceof Float) return value.text;
    return isPlain(value) ? value : quoted(value);
  }

  function sortedKeys(value, order) {
    var known = Object.keys(order).filter(function (key) { return Object.hasOwn(value, key); });
    return known.concat(Object.keys(value).filter(function (key) { return !Object.hasOwn(order, key); }));
  }

  function mapping(value, order, indent) {
    return sortedKeys(value, order).map(function (key) {
      var name = isPlain(key) ? key : quoted(key);
      return entry(indent + name + ":", value[key], order[key] || {}, indent);
    }).join("");
  }

  function entry(head, value, order, indent) {
    if (isMap(value)) return Object.keys(value).length ? head + "\n" + mapping(value, order, indent + "  ") : head + " {}\n";
    if (Array.isArray(value)) {
      if (!value.length) return head + " []\n";
      return head + "\n" + value.map(function (one) { return item(one, order, indent + "  "); }).join("");
    }
    if (typeof value === "string" && value.includes("\n") && fitsLiteral(value)) return literal(head, value, indent + "  ");
    return head + " " + scalar(value) + "\n";
  }

  function item(value, order, indent) {
    if (isMap(value) && Object.keys(value).length) return indent + "- " + mapping(value, order, indent + "  ").slice(indent.length + 2);
    if (Array.isArray(value) && value.length) {
      return indent + "- " + value.map(function (one) { return item(one, order, indent + "  "); }).join("").slice(indent.length + 2);
    }
    return entry(indent + "-", value, order, indent);
  }

  function fitsLiteral(text) {
    var first = text.split("\n", 1)[0];
    return first !== "" && first[0] !== " " && first[0] !== "\t" && !UNSAFE.test(text);
  }

  function literal(head, text, indent) {
    var body = text.replace(/\n+$/, ""), trailing = text.length - body.length;
    var lines = body.split("\n").map(function (line) { return line ? indent + line + "\n" : "\n"; });
    return head + " |" + (trailing === 0 ? "-" : trailing === 1 ? "" : "+") + "\n" + lines.join("") + "\n".repeat(Math.max(trailing - 1, 0));
  }

  function dump(value, order) { return mapping(value, order || {}, ""); }

  // ---- reading

  function Unread(line) { this.line = line; }

  /** Return {value, spots}: spots maps a place (JSON text of its path) to [start, end] of the scalar there. */
  function parse(text) {
    if (!text.endsWith("\n") || /[\r\t]|^\ufeff|^---|^\.\.\./m.test(text)) throw new Unread(1);
    var lines = text.slice(0, -1).split("\n"), starts = [0], spots = new Map(), at = 0;
    lines.forEach(function (line) { starts.push(starts[starts.length - 1] + line.length + 1); });
    var value = block(indentAt(), []);
    skip();
    if (at < lines.length || !isMap(value)) fail();
    return { value: value, spots: spots };

    function fail() { throw new Unread(at + 1); }
    function skip() { while (at < lines.length && /^ *(?:#.*)?$/.test(lines[at])) at += 1; }
    function indentAt() {
      skip();
      return at < lines.length ? lines[at].search(/[^ ]/) : -1;
    }
    function isItem(indent) { return indentAt() === indent && /^-(?: |$)/.test(lines[at].slice(indent)); }

    function block(indent, place) {
      if (indent < 0) fail();
      return isItem(indent) ? sequence(indent, place) : map(indent, place);
    }

    function map(indent, place) {
      var found = {};
      while (indentAt() === indent && !isItem(indent)) {
        var match = KEY.exec(lines[at].slice(indent));
        if (!match) fail();
        var key = match[1][0] === '"' ? JSON.parse(match[1]) : match[1], rest = match[2] || "";
        if (Object.hasOwn(found, key) || key === "__proto__") fail();
        found[key] = inner(rest, indent, place.concat(key), lines[at].length - rest.length);
      }
      if (indentAt() > indent) fail();
      return found;
    }

    function sequence(indent, place) {
      var found = [];
      while (isItem(indent)) {
        var here = place.concat(found.length), rest = lines[at].slice(indent + 1).trimStart();
        var column = lines[at].length - rest.length;
        if (rest && (KEY.test(rest) || /^-(?: |$)/.test(rest))) {
          lines[at] = " ".repeat(column) + rest;
          found.push(block(column, here));
        } else {
          found.push(inner(rest, indent, here, column));
        }
      }
      if (indentAt() > indent) fail();
      return found;
    }

    function inner(rest, indent, place, column) {
      if (/^#/.test(rest)) rest = "";
      if (rest === "") {
        at += 1;
        var next = indentAt();
        if (next > indent || (next === indent && isItem(indent) && typeof place[place.length - 1] === "string")) return block(next, place);
        return null;
      }
      if (/^\|[-+]?$/.test(rest)) return text_(rest[1] || "", indent);
      var end = ending(rest), said = rest.slice(0, end);
      if (!/^ *(?:#.*)?$/.test(rest.slice(end)) || (end < rest.length && rest[end] !== " ")) fail();
      spots.set(JSON.stringify(place), [starts[at] + column, starts[at] + column + end]);
      var value = spoken(said);
      at += 1;
      return value;
    }

    function ending(rest) {
      var match = /^"(?:[^"\\]|\\.)*"|^'(?:[^']|'')*'/.exec(rest);
      if (match) return match[0].length;
      var comment = rest.search(/ +#/);
      return (comment < 0 ? rest : rest.slice(0, comment)).trimEnd().length;
    }

    function spoken(said) {
      if (said[0] === '"') {
        try { return JSON.parse(said); } catch (error) { return fail(); }
      }
      if (said[0] === "'") return said.slice(1, -1).replace(/''/g, "'");
      if (said === "[]") return [];
      if (said === "{}") return {};
      if (/^[[\]{}&*!|>%@`,?'"]|^[-:] |: |:$/.test(said)) fail();
      if (Object.hasOwn(CONSTANTS, said)) return CONSTANTS[said];
      if (/^-?(?:0|[1-9][0-9]*)$/.test(said)) return Number.isSafeInteger(Number(said)) ? Number(said) : said;
      return /^-?(?:0|[1-9][0-9]*)\.[0-9]+$/.test(said) ? new Float(said) : said;
    }

    function text_(chomp, indent) {
      var inside = -1, found = [];
      for (at += 1; at < lines.length; at += 1) {
        var column = lines[at].search(/[^ ]/);
        if (column < 0) { found.push(""); continue; }
        if (inside < 0) inside = column;
        if (inside <= indent || column < inside) break;
        found.push(lines[at].slice(inside));
      }
      if (inside <= indent) fail();
      var blank = 0;
      while (found.length && found[found.length - 1] === "") { found.pop(); blank += 1; }
      return found.join("\n") + (chomp === "-" ? "" : chomp === "+" ? "\n".repeat(blank + 1) : "\n");
    }
  }

  // ---- changing

  /** Throws {place} where a text with a layout of its own would lose it. */
  function Refused(place) { this.place = place; }

  function edit(text, value, order) {
    var old = parse(text);
    if (same(old.value, value)) return text;
    var fresh = dump(old.value, order) === text ? dump(value, order) : patched();
    if (!same(parse(fresh).value, value)) throw new Refused([]);
    return fresh;

    function patched() {
      var changes = [];
      compare(old.value, value, []);
      changes.sort(function (one, other) { return other.spot[0] - one.spot[0]; });
      return changes.reduce(function (said, change) {
        return said.slice(0, change.spot[0]) + scalar(change.value) + said.slice(change.spot[1]);
      }, text);

      function compare(before, after, place) {
        if (same(before, after)) return;
        var keys = isMap(before) && isMap(after) ? Object.keys(before) : null;
        if (keys && keys.length === Object.keys(after).length && keys.every(function (key) { return Object.hasOwn(after, key); })) {
          keys.forEach(function (key) { compare(before[key], after[key], place.concat(key)); });
        } else if (Array.isArray(before) && Array.isArray(after) && before.length === after.length) {
          before.forEach(function (one, index) { compare(one, after[index], place.concat(index)); });
        } else {
          var spot = old.spots.get(JSON.stringify(place));
          if (!spot || isMap(after) || Array.isArray(after) || String(after).includes("\n")) throw new Refused(place);
          changes.push({ spot: spot, value: after });
        }
      }
    }
  }

  // ---- comparing

  /** Return the lines of both texts as [" " | "-" | "+", line], in the order of a unified diff. */
  function compareLines(before, after) {
    var a = before ? before.replace(/\n$/, "").split("\n") : [], b = after ? after.replace(/\n$/, "").split("\n") : [];
    var start = 0, endA = a.length, endB = b.length, found = [];
    while (start < endA && start < endB && a[start] === b[start]) start += 1;
    while (endA > start && endB > start && a[endA - 1] === b[endB - 1]) { endA -= 1; endB -= 1; }
    var width = endB - start + 1, table = new Uint32Array((endA - start + 1) * width);
    for (var i = endA - start - 1; i >= 0; i -= 1) {
      for (var j = endB - start - 1; j >= 0; j -= 1) {
        table[i * width + j] = a[start + i] === b[start + j] ? table[(i + 1) * width + j + 1] + 1
          : Math.max(table[(i + 1) * width + j], table[i * width + j + 1]);
      }
    }
    a.slice(0, start).forEach(function (line) { found.push([" ", line]); });
    i = 0; j = 0;
    while (i < endA - start || j < endB - start) {
      if (i < endA - start && j < endB - start && a[start + i] === b[start + j]) { found.push([" ", a[start + i]]); i += 1; j += 1; }
      else if (i < endA - start && (j === endB - start || table[(i + 1) * width + j] >= table[i * width + j + 1])) { found.push(["-", a[start + i]]); i += 1; }
      else { found.push(["+", b[start + j]]); j += 1; }
    }
    a.slice(endA).forEach(function (line) { found.push([" ", line]); });
    return found;
  }

  /** Return the hunks of a unified diff with three lines of context. */
  function hunks(lines) {
    var keep = new Set();
    lines.forEach(function (line, at) {
      if (line[0] !== " ") for (var near = at - 3; near <= at + 3; near += 1) keep.add(near);
    });
    var said = [], old = 1, now = 1, current = null;
    lines.forEach(function (line, at) {
      if (keep.has(at)) {
        if (!current) { current = { old: old, now: now, a: 0, b: 0, lines: [] }; said.push(current); }
        current.lines.push(line[0] + line[1]);
        if (line[0] !== "+") current.a += 1;
        if (line[0] !== "-") current.b += 1;
      } else current = null;
      if (line[0] !== "+") old += 1;
      if (line[0] !== "-") now += 1;
    });
    return said.map(function (hunk) {
      var from = hunk.a ? hunk.old : hunk.old - 1, to = hunk.b ? hunk.now : hunk.now - 1;
      return "@@ -" + from + "," + hunk.a + " +" + to + "," + hunk.b + " @@\n" + hunk.lines.join("\n") + "\n";
    }).join("");
  }

  /** Return a mail that `git am` takes: changes are [{path, before, after}], an empty `before` makes a file. */
  function mail(author, subject, date, changes) {
    var said = changes.map(function (change) {
      var path = change.path, head = "diff --git a/" + path + " b/" + path + "\n";
      head += change.before ? "--- a/" + path + "\n" : "new file mode 100644\n--- /dev/null\n";
      return head + "+++ b/" + path + "\n" + hunks(compareLines(change.before, change.after));
    });
    return "From 0000000000000000000000000000000000000000 Mon Sep 17 00:00:00 2001\nFrom: " + word(author.name) +
      " <" + author.email + ">\nDate: " + date + "\nSubject: [PATCH] " + word(subject) +
      "\nMIME-Version: 1.0\nContent-Type: text/plain; charset=UTF-8\nContent-Transfer-Encoding: 8bit\n\n---\n" +
      said.join("") + "-- \ncustodex\n";
  }

  /** A word of a mail header (RFC 2047); a line end in a name must not begin a header of its own. */
  function word(text) {
    var clean = text.replace(/[\r\n<>]+/g, " ");
    if (/^[\x20-\x7e]*$/.test(clean)) return clean;
    var bytes = Array.from(new TextEncoder().encode(clean), function (byte) { return String.fromCharCode(byte); });
    return "=?UTF-8?B?" + btoa(bytes.join("")) + "?=";
  }

  window.custodex.yaml = {
    Float: Float, Unread: Unread, Refused: Refused, isMap: isMap, same: same, parse: parse, dump: dump, edit: edit,
    compare: compareLines, mail: mail
  };
})();
