/* Search in the browser, over files that the build exported from the index. A classic script without
   dependencies: it reads nothing but script files below one folder, so it works from file:// and under
   `default-src 'none'; script-src 'self'`.

   custodex.search.load(base)            Promise; base is the folder of the tiers ("../search/"). Loads the names; the
                                         numbers and e-mails follow, and whoever asks for everything waits for them
   custodex.search.loaded                true once the names are there
   custodex.search.names(query, limit)   hits by name, reading, number or e-mail, at once, best first
   custodex.search.full(query, options)  Promise of {total, exact, hits}: all of that and full text.
                                         options.limit: confirm and return only the best so many; `exact` is then
                                         false while `total` counts candidates that were not looked at.
   custodex.search.rows(query)           like names, all of them, as rows: places in custodex.search.every()
   custodex.search.all(query, limit)     Promise of {exact, rows}: like full, as rows; reads at most `limit` texts
   custodex.search.mark(text, query)     [[start, end], ...]: what to mark in a text as it is shown
   custodex.search.fold(text)            the form in which texts are compared
   A hit is {id, name, level, reason, value, start, end, day, event}: `value` is the folded value that matched and
   [start, end) the match in it; `reason` is name, initials, pinyin, number, email or the kind of document a text
   stands in, `day` the day of that document ("2026-03-02") or "", `event` its name where the customer has several such
   documents of that day ("2026-03-02-9fj2k1"), else "".
   A query that cannot be read rejects or throws a custodex.search.QueryError {at, zh, en}, {elsewhere: true} where
   the command line can answer it.

   The meaning of a query is that of the command line: words, "phrases", AND, OR, NOT or -, ( ), prefix*,
   field:value, field:[from TO to]. Fields of names (name, pinyin, number, phone, email), of texts (note,
   summary, ...) and values of keyword fields (stage, owner, note.by, task.state, ...) are looked up here. Days and
   ranges (last_note, since, grade:[A TO B]) are not in these files but in those of the list:
   custodex.search.columns(query)        the columns a query names, so that whoever asks can provide them
   custodex.search.provide(rows)         rows(column) -> Uint8Array with 1 for each of custodex.search.every() that
                                         fits, or null for no such column; column is {name, value} or
                                         {name, first, last}. Without it such a query finds nothing.
   custodex.search.every()               the ids of all customers
   custodex.search.called(id)            the name of one, "" where there is none */
var custodex = window.custodex || {};
window.custodex = custodex;
(function () {
  "use strict";
  const EXACT = 100, PREFIX = 90, INITIALS_EXACT = 80, NAME = 70, PINYIN = 60, INITIALS = 50, NUMBER = 40, EMAIL = 30, TEXT = 20, FILTER = 10;
  const FEW_ROWS = 20000, FEW_KEPT = 8, FIRST = 6, VALUE = "\b", COLUMN = "\t", LINE = "\n", WITHIN = "\f", WORD_KEY = 4, LONGEST_WORD = 32, AROUND = 24;
  const DIGITS = Array.from({ length: 95 }, function (_, at) { return String.fromCharCode(32 + at); }).filter(function (char) { return !'"&<>\\'.includes(char); });
  const DIGIT = new Uint8Array(128), BASE = DIGITS.length, NO_DAY = 48;
  DIGITS.forEach(function (char, at) { DIGIT[char.charCodeAt(0)] = at; });
  const ALIASES = { tag: "tags", industries: "industry", regions: "region" };
  const MOST_SECONDS = 0xffffffff, MOST_ROWS = 0x200000; // their product is a number without rounding
  const LONGEST = 2000, MOST_TERMS = 50, DEEPEST = 20, MOST_SHARDS = 3;
  const LATIN = "0-9a-z\\u00df-\\u00f6\\u00f8-\\u024f\\u1e00-\\u1eff";
  const PLAIN = "\\u0000-\\u00bf\\u00d7\\u00f7\\u2000-\\u206f\\u3000-\\u3004\\u3008-\\u303f\\u{100000}-\\u{10ffff}";
  const LATIN_CHAR = new RegExp("[" + LATIN + "]", "u");
  const PIECES = new RegExp("([" + LATIN + "]+)|([^" + LATIN + PLAIN + "]+)|([^\\s])", "gu");
  const SPACES = /[\t\n\v\f\r\u001c-\u0020\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/g;
  const CLASSES = "ABCDEFGHIJKLMNOPQRSTUVWXYZÀÁÂÃÄÅÆÇÈÉÊËÌÍ";

  const MOST_READINGS = 12, PARTS = /[a-z]|[0-9]+|[\u3007\u3400-\u9fff\u{20000}-\u{31fff}]/gu, HAN = /[\u3400-\u9fff\u{20000}-\u{31fff}]/u;
  const ID = /.{11}/g, SYLLABLES = /[A-Z][a-z]*/g;

  let base = "", meta = null, simplified = new Map(), lower = new Map(), book = null, loading = null, numbers = null;
  const waiting = new Map(), kept = new Map();

  /* --- files */

  custodex.tier = function (tier, number, content) {
    const key = tier + "/" + number;
    if (waiting.has(key)) waiting.get(key)(content);
  };

  function fetchTier(tier, file, number) {
    const key = tier + "/" + number;
    if (kept.has(key)) return kept.get(key);
    const promise = new Promise(function (resolve, reject) {
      const script = document.createElement("script");
      let content = null;
      waiting.set(key, function (given) { content = given; });
      script.onload = script.onerror = function () {
        script.remove();
        waiting.delete(key);
        if (content === null) { kept.delete(key); reject(new Error("cannot read " + file)); } else resolve(content);
      };
      script.src = base + file;
      document.head.appendChild(script);
    });
    kept.set(key, promise);
    return promise;
  }

  function load(folder) {
    if (loading) return loading;
    base = folder.endsWith("/") ? folder : folder + "/";
    loading = fetchTier("index", "index.js", 0).then(function (directory) {
      meta = directory;
      const pairs = Array.from(meta.fold);
      for (let at = 0; at < pairs.length; at += 2) simplified.set(pairs[at], pairs[at + 1]);
      meta.lower.forEach(function (pair) { lower.set(pair[0], pair[1]); });
      return Promise.all([fetchAll("names", "n-"), meta.added ? fetchTier("added", "d-0.js", 0) : ""]);
    }).then(function ([shards, added]) {
      const columns = added.split(COLUMN); // of customers newer than the files of names
      open(shards.concat(columns.slice(0, FIRST).join(COLUMN)));
      api.loaded = true;
      numbers = fetchAll("numbers", "m-").then(function (shards) { addNumbers(shards.concat(columns.slice(FIRST).join(COLUMN))); });
      numbers.catch(function () { /* told by whoever asks for everything */ });
    });
    loading.catch(function () { loading = null; });
    return loading;
  }

  function fetchAll(tier, letter) {
    return Promise.all(Array.from({ length: meta.names }, function (_, number) {
      return fetchTier(tier, letter + number + ".js", number);
    }));
  }

  /* Files of the names tier as columns of cells. */
  function columnsOf(shards, count, done) {
    const columns = Array.from({ length: count }, function () { return []; });
    shards.forEach(function (shard) {
      if (shard) shard.split(COLUMN).forEach(function (column, at) {
        const cells = at || count === 2 ? column.split(LINE) : column.match(ID); // ids stand without anything between
        for (const cell of cells) columns[at].push(cell);
      });
      done(columns[0].length);
    });
    return columns;
  }

  /* The names tier: one long string a column, a line a customer. */
  function open(shards) {
    const files = [], all = columnsOf(shards, FIRST, function (end) { files.push(end); }), stays = staying(all[0], files[meta.names - 1]);
    const [ids, times, sorts, shown, referring, told] = all.map(function (cells) { return living(cells, stays); });
    const names = referring.map(wholeNames), table = readingTable(), pinyin = told.map(function (cell, row) { return readings(cell, names[row], table); });
    const letters = pinyin.map(function (cell) { return cell.replace(/[a-z0-9]/g, "").toLowerCase(); });
    book = {
      ids: ids, shown: shown,
      time: times.map(seconds),
      sort: sorts, ranked: null, settled: 0,
      names: packed(names), pinyin: packed(pinyin), spoken: null, letters: packed(letters), emails: packed([]), numbers: packed([]),
      files: files, based: all[0], stays: stays, later: null, rowOf: null, levels: new Map(), keywords: new Map(),
    };
    book.spoken = { text: book.pinyin.text.toLowerCase(), starts: book.pinyin.starts, known: [] };
    startRanking();
  }

  /* The places of customers that are there, null for all. Who is gone keeps its place in the files of names, without a
     name, so that nobody's number changes; who came back stands at the end as well. */
  function staying(ids, based) {
    if (!meta.gone.length) return null;
    const gone = new Set(meta.gone);
    return Array.from(ids.keys()).filter(function (place) { return place >= based || !gone.has(ids[place]); });
  }

  function living(cells, stays) { return stays ? stays.map(function (place) { return cells[place]; }) : cells; }

  /* A time: minutes in DIGITS, the seconds behind a sign of their own. */
  function seconds(cell) {
    const [digits, rest] = cell.split(WITHIN);
    let minutes = 0;
    for (let at = 0; at < digits.length; at++) minutes = minutes * BASE + DIGIT[digits.charCodeAt(at)];
    return minutes * 60 + (+rest || 0);
  }

  /* Names that are a part of the first one are told by where it stands: a sign, start, length. */
  function wholeNames(cell) {
    if (!cell.includes(WITHIN)) return cell;
    const values = cell.split(VALUE), first = values[0];
    return values.map(function (value) {
      const start = DIGIT[value.charCodeAt(1)];
      return value[0] === WITHIN ? first.slice(start, start + DIGIT[value.charCodeAt(2)]) : value;
    }).join(VALUE);
  }

  function addNumbers(shards) {
    const [emails, numbers] = columnsOf(shards, 2, function () { /* the same customers */ });
    book.emails = packed(living(emails, book.stays));
    book.numbers = packed(living(numbers, book.stays));
    book.levels.clear();
  }

  /* Readings of characters as the build knows them: {ways: char -> [commonest, others ...], surnames, compounds}. */
  function readingTable() {
    const ways = new Map(), spoken = meta.spoken;
    for (const line of spoken.first.split(LINE)) {
      const way = /^[A-Z][a-z]*/.exec(line)[0];
      for (const char of line.slice(way.length)) ways.set(char, [way]);
    }
    for (const line of spoken.more.split(LINE)) ways.get(line[0]).push(...line.match(SYLLABLES));
    return { ways: ways, surnames: new Map(spoken.surnames), compounds: new Map(spoken.compounds) };
  }

  /* The readings of a name by its characters; scripts/custodex/hanzi.py (plain_readings) is the twin. */
  function read(name, person, table, out) {
    if (!HAN.test(name)) return;
    const parts = name.match(PARTS);
    const likely = parts.map(function (part) { return table.ways.has(part) ? table.ways.get(part)[0] : part[0].toUpperCase() + part.slice(1); });
    let best = likely;
    if (person) {
      const family = table.compounds.get(parts.slice(0, 2).join("")) || [table.surnames.get(parts[0]) || likely[0]];
      best = family.concat(likely.slice(family.length));
    }
    const found = new Set([best.join(""), likely.join("")]);
    if (/[LN]ve?(?![a-z])/.test(best.join(""))) for (const vowel of ["u", "yu"]) found.add(best.map(function (one) { return one.replace(/^([LN])v(e?)$/, "$1" + vowel + "$2"); }).join(""));
    for (let at = 0; at < parts.length && found.size < MOST_READINGS; at++) {
      const ways = table.ways.get(parts[at]);
      if (!ways || ways.length < 2) continue;
      const before = best.slice(0, at).join(""), after = best.slice(at + 1).join("");
      for (const way of ways) if (way !== best[at] && found.size < MOST_READINGS) found.add(before + way + after);
    }
    found.forEach(function (reading) { out.add(reading); });
  }

  /* The readings of a customer's names. What is told of them: nothing or `=5` where they follow from the characters
     (a bit for each name of a person), else the first one and the syllables in which others differ: `ChongQing`, `-0Zhong`. */
  function readings(cell, names, table) {
    if (!cell || cell[0] === "=") {
      const out = new Set(), persons = +cell.slice(1);
      if (HAN.test(names)) names.split(VALUE).forEach(function (name, at) { read(name, (persons >> at) & 1, table, out); });
      return Array.from(out).join(VALUE);
    }
    if (!cell.includes("-")) return cell;
    let whole = [];
    return cell.split(VALUE).map(function (told) {
      if (told[0] !== "-") { whole = told.match(/[A-Z][^A-Z]*/g) || []; return told; }
      const parts = whole.slice();
      for (const [, at, syllable] of told.matchAll(/(\d+)([A-Z][a-z]*)/g)) parts[at] = syllable;
      return parts.join("");
    }).join(VALUE);
  }

  /* The name as it is written; a folded English one that only lost its capitals gets them back. */
  function shownName(row) {
    const shown = book.shown[row], first = shown && shown !== VALUE ? shown : cell(book.names, row).split(VALUE)[0];
    return shown === VALUE ? first.replace(/(^| )([a-z])/g, function (all, space, letter) { return space + letter.toUpperCase(); }) : first;
  }

  function sortKey(row) {
    if (book.sort[row]) return book.sort[row].replace(VALUE, "\t");
    const first = cell(book.names, row).split(VALUE)[0];
    return (cell(book.pinyin, row).split(VALUE)[0] || first).toLowerCase() + "\t" + first;
  }

  function packed(cells) {
    const starts = new Uint32Array(cells.length + 1);
    let position = 0;
    for (let row = 0; row < cells.length; row++) { starts[row] = position; position += cells[row].length + 1; }
    starts[cells.length] = position;
    return { text: cells.join(LINE) + LINE, starts: starts, known: [] };
  }

  function cell(column, row) { return column.text.slice(column.starts[row], column.starts[row + 1] - 1); }

  function rowAt(starts, position) {
    let low = 0, high = starts.length - 1;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (starts[middle] <= position) low = middle; else high = middle;
    }
    return low;
  }

  /* --- folding: one character after the other, so that a part folds to a part of the whole */

  function foldChar(char) {
    let folded = lower.get(char);
    if (folded === undefined) folded = char.toLowerCase();
    return folded;
  }

  function fold(text) {
    let out = "";
    for (const char of text.normalize("NFKC")) out += foldChar(char);
    let plain = "";
    for (const char of out.normalize("NFKC")) plain += simplified.get(char) || char;
    return plain.replace(SPACES, " ").replace(/^ +| +$/g, "");
  }

  function fnv(text) {
    let value = 0x811c9dc5;
    for (const char of text) value = Math.imul(value ^ char.codePointAt(0), 0x01000193);
    return (value ^ (value >>> 15)) >>> 0;
  }

  function isLatin(char) { return char !== undefined && char !== "" && LATIN_CHAR.test(char); }

  function compact(term) {
    const number = term.replace(/[\s().+\-]+/g, "");
    return /^[0-9a-z]+$/.test(number) && (number.match(/[0-9]/g) || []).length >= 3 ? number : "";
  }

  /* --- the query language (scripts/custodex/search/query.py is its twin) */

  class QueryError extends Error {
    constructor(at, zh, en) { super(en); this.at = at; this.zh = zh; this.en = en; }
  }

  const SAME = { "（": "(", "）": ")", "：": ":", "［": "[", "］": "]", "＂": '"', "－": "-", "＊": "*" };
  const TOKEN = /(\s+)|(\()|(\))|["“”「]([^"”」]*)["”」]|(-)(?=[^\s-])|(?:([A-Za-z_][A-Za-z0-9_.]*):(?=\S|$))|([^\s()"“”「」]+)/y;
  const SPAN = /\[\s*([^[\]\s]*?)\s*\bTO\b\s*([^[\]\s]*?)\s*\]/y, WORD = /["“”「]([^"”」]*)["”」]|[^\s()"“”「」]*/y;
  const NAME_FIELDS = new Map([["name", "names"], ["pinyin", "pinyin"], ["number", "numbers"], ["phone", "numbers"], ["email", "emails"]]);

  function parse(query) {
    query = query.replace(/[（）：［］＂－＊]/g, function (char) { return SAME[char]; });
    if (query.length > LONGEST) throw new QueryError(LONGEST, "查询超过 " + LONGEST + " 个字符", "a query has at most " + LONGEST + " characters");
    let at = 0, count = 0;
    function peek() {
      for (;;) {
        TOKEN.lastIndex = at;
        const match = TOKEN.exec(query);
        if (!match) {
          if (at < query.length) throw new QueryError(at, "引号没有闭合", "the quotation mark is not closed");
          return null;
        }
        if (match[1] === undefined) return match;
        at = TOKEN.lastIndex;
      }
    }
    function missing(word) { return new QueryError(at, word + " 旁边缺少条件", word + " lacks a condition beside it"); }
    function takeWord(word) {
      const match = peek();
      if (!match || match[7] !== word) return false;
      at += match[0].length;
      return true;
    }
    function anyOf(depth) {
      if (depth > DEEPEST) throw new QueryError(at, "括号超过 " + DEEPEST + " 层", "parentheses deeper than " + DEEPEST);
      const parts = [allOf(depth)];
      while (takeWord("OR")) parts.push(allOf(depth));
      const found = parts.filter(Boolean);
      if (found.length < parts.length && parts.length > 1) throw missing("OR");
      return found.length > 1 ? { kind: "or", parts: found } : found[0] || null;
    }
    function allOf(depth) {
      const parts = [];
      let wanting = false;
      for (;;) {
        const part = one(depth);
        if (part) { parts.push(part); wanting = false; continue; }
        if (!takeWord("AND")) break;
        if (wanting || !parts.length) throw missing("AND");
        wanting = true;
      }
      if (wanting) throw missing("AND");
      return parts.length > 1 ? { kind: "and", parts: parts } : parts[0] || null;
    }
    function one(depth) {
      const match = peek();
      if (!match || match[3] || match[7] === "AND" || match[7] === "OR") return null;
      const start = at;
      at += match[0].length;
      if (match[5] || match[7] === "NOT") {
        const part = depth < DEEPEST ? one(depth + 1) : null;
        if (!part) throw missing("NOT");
        return { kind: "not", part: part };
      }
      if (++count > MOST_TERMS) throw new QueryError(start, "条件超过 " + MOST_TERMS + " 个", "more than " + MOST_TERMS + " conditions");
      if (match[2]) {
        const node = anyOf(depth + 1), close = peek();
        if (!close || !close[3]) throw new QueryError(start, "括号没有闭合", "the parenthesis is not closed");
        at += close[0].length;
        if (!node) throw new QueryError(start, "括号里没有内容", "nothing between the parentheses");
        return node;
      }
      if (match[6]) return field(match[6], start);
      const text = match[4] === undefined ? unstarred(match[7], start) : match[4];
      if (!text.trim()) throw new QueryError(start, "空的词语", "an empty term");
      return termOf("", text);
    }
    function unstarred(word, start) {
      const text = word.endsWith("*") ? word.slice(0, -1) : word;
      if (text.includes("*") || (word && !text)) throw new QueryError(start, "星号只能放在词尾", "a star may only end a word");
      return text;
    }
    function field(name, start) {
      if (query[at] === "[") {
        SPAN.lastIndex = at;
        const span = SPAN.exec(query);
        if (!span) throw new QueryError(at, "范围写得不对，写成 [2026-01 TO 2026-03]", "this is not a range, write [2026-01 TO 2026-03]");
        at += span[0].length;
        return { kind: "column", name: name, first: span[1], last: span[2], at: start };
      }
      WORD.lastIndex = at;
      const word = WORD.exec(query), quoted = word[1] !== undefined;
      if (!quoted && /^["“”「]/.test(query.slice(at))) throw new QueryError(at, "引号没有闭合", "the quotation mark is not closed");
      at += word[0].length;
      const value = quoted ? word[1] : unstarred(word[0], start), keyword = keywordOf(name);
      if (keyword && !NAME_FIELDS.has(name)) return keywordNode(keyword, value);
      return NAME_FIELDS.has(name) || tagsOf(name) ? termOf(name, value) : { kind: "column", name: name, value: value, at: start };
    }
    const node = anyOf(0);
    if (at < query.length) throw new QueryError(at, "多余的右括号", "a closing parenthesis too many");
    return node;
  }

  function termOf(field, text) { return { kind: "term", field: field, text: fold(text), key: field + ":" + fold(text) }; }

  /* The text fields a name means (a kind, a field, kind.field), as the set of their numbers; null for none. */
  function tagsOf(name) {
    const found = new Set();
    (meta ? meta.fields : []).forEach(function (field, number) {
      if (name === "text" || name === field || field.split(".").includes(name)) found.add(number);
    });
    return found.size ? found : null;
  }

  /* The keyword field a name means, null for none. */
  function keywordOf(name) {
    const field = Object.hasOwn(ALIASES, name) ? ALIASES[name] : name;
    return meta && meta.keywords.includes(field) ? field : null;
  }

  /* One value of a keyword field; an empty one asks for customers without any. */
  function keywordNode(field, value) {
    const term = "\v" + field + "\x1f" + fold(value);
    return { kind: "keyword", term: term, none: !value, key: (value ? "" : "-") + term };
  }

  function termsOf(node) {
    if (!node || node.kind === "not" || node.kind === "column" || node.kind === "keyword") return [];
    return node.kind === "term" ? [node.text].filter(Boolean) : node.parts.flatMap(termsOf);
  }

  function namedColumns(node) {
    if (!node || node.kind === "term" || node.kind === "keyword") return [];
    return node.kind === "column" ? [node.name] : (node.parts || [node.part]).flatMap(namedColumns);
  }

  let provided = null;
  function columnLevels(node) {
    if (!provided) return new Uint8Array(book.ids.length);
    if (!node.levels) {
      const rows = provided(node);
      if (!rows && keywordOf(node.name)) throw Object.assign(new QueryError(node.at, "“" + node.name + "”的范围只能在命令行里查找", "a range of “" + node.name + "” can be searched on the command line only"), { elsewhere: true });
      if (!rows) throw new QueryError(node.at, "这里没有名为“" + node.name + "”的字段", "there is no field “" + node.name + "” here");
      node.levels = rows.map(function (fits) { return fits ? FILTER : 0; });
    }
    return node.levels;
  }

  /* --- matching; an answer is one byte a customer: its level, 0 for no match */

  function raise(levels, row, level) { if (levels[row] < level) levels[row] = level; }

  /* Calls each(row, place) for every match until it returns true for the row. Who types on asks for a longer
     needle: it can only stand in the rows of a shorter one, kept in column.known. */
  function scan(column, needle, each) {
    const text = column.text, starts = column.starts, found = [];
    const shorter = column.known.find(function (one) { return needle.startsWith(one.needle); });
    if (shorter) {
      for (const row of shorter.rows) {
        const value = text.slice(starts[row], starts[row + 1]);
        let at = value.indexOf(needle);
        if (at < 0) continue;
        found.push(row);
        while (at >= 0 && !each(row, starts[row] + at)) at = value.indexOf(needle, at + 1);
      }
    } else {
      let row = -1;
      for (let at = text.indexOf(needle); at >= 0;) {
        const next = rowFrom(starts, at, row);
        if (next !== row) found.push(row = next);
        at = text.indexOf(needle, each(row, at) ? starts[row + 1] : at + 1);
      }
    }
    if (found.length > FEW_ROWS || shorter && shorter.needle === needle) return;
    column.known.unshift({ needle: needle, rows: found });
    column.known.length = Math.min(column.known.length, FEW_KEPT);
  }

  /* The row of a place behind the one before: mostly one of the next few. */
  function rowFrom(starts, at, row) {
    for (let step = 0; step < 8; step++, row++) if (row >= 0 && starts[row + 1] > at) return row;
    return rowAt(starts, at);
  }

  function begins(column, at) { return at === 0 || column.text[at - 1] === VALUE || column.text[at - 1] === LINE; }
  function ends(column, at) { return column.text[at] === VALUE || column.text[at] === LINE; }

  /* What the names say of a term; kept for the terms asked last, because full text asks again. */
  function nameLevels(node) {
    const known = book.levels;
    if (!known.has(node.key)) known.set(node.key, newLevels(node));
    if (known.size > FEW_KEPT) known.delete(known.keys().next().value);
    return known.get(node.key);
  }

  function newLevels(node) {
    const levels = new Uint8Array(book.ids.length), term = node.text, only = NAME_FIELDS.get(node.field);
    if (!term || /[\b\t\n]/.test(term) || (node.field && !only)) return levels;
    if (!only || only === "names") scan(book.names, term, function (row, at) {
      const first = begins(book.names, at), whole = first && ends(book.names, at + term.length);
      raise(levels, row, whole ? EXACT : first ? PREFIX : NAME);
      return whole;
    });
    if (!only || only === "emails") scan(book.emails, term, function (row) { raise(levels, row, EMAIL); return true; });
    const number = !only || only === "numbers" ? compact(term) : "";
    if (number) scan(book.numbers, number, function (row) { raise(levels, row, NUMBER); return true; });
    if ((!only || only === "pinyin") && /^[a-z]+$/.test(term)) readLevels(term, levels);
    return levels;
  }

  function readPattern(term) {
    return term[0].toUpperCase() + Array.from(term.slice(1), function (char) { return "[" + char + char.toUpperCase() + "]"; }).join("");
  }

  function readLevels(term, levels) {
    const text = book.pinyin.text;
    scan(book.spoken, term, function (row, at) { // from the beginning of a syllable on: a capital
      const code = text.charCodeAt(at);
      if (code < 65 || code > 90) return false;
      raise(levels, row, PINYIN);
      return true;
    });
    if (term.length < 2) return;
    scan(book.letters, term, function (row, at) {
      const whole = begins(book.letters, at) && ends(book.letters, at + term.length);
      raise(levels, row, whole ? INITIALS_EXACT : INITIALS);
      return whole;
    });
  }

  function combine(node, parts) {
    const levels = parts[0].slice();
    for (let part = 1; part < parts.length; part++) {
      const others = parts[part];
      for (let row = 0; row < levels.length; row++) {
        const other = others[row];
        if (node.kind === "or" ? other > levels[row] : levels[row] && (!other || other > levels[row])) levels[row] = other;
      }
    }
    return levels;
  }

  function others(levels) {
    const out = new Uint8Array(levels.length);
    for (let row = 0; row < out.length; row++) out[row] = levels[row] ? 0 : 1;
    return out;
  }

  /* The levels of all rows; not to be written to, leaves may keep theirs. */
  function evaluate(node, leaf) {
    if (node.kind === "term") return leaf(node);
    if (node.kind === "keyword") return book.keywords.get(node.key) || new Uint8Array(book.ids.length);
    if (node.kind === "column") return columnLevels(node);
    if (node.kind === "not") return others(evaluate(node.part, leaf));
    return combine(node, node.parts.map(function (part) { return evaluate(part, leaf); }));
  }

  /* Rows with a level, best first: a pass over all rows in the order of equally good ones. */
  function ordered(levels) {
    const by = ranked(), places = new Uint32Array(EXACT + 2);
    for (let row = 0; row < levels.length; row++) places[EXACT - levels[row] + 1]++;
    for (let at = 1; at <= EXACT; at++) places[at] += places[at - 1];
    const out = new Uint32Array(places[EXACT]);
    for (let at = 0; at < by.length; at++) {
      const level = levels[by[at]];
      if (level) out[places[EXACT - level]++] = by[at];
    }
    return out;
  }

  /* All rows, latest note first, then by name: numbers are sorted, texts compared only where times are equal.
     Done in short steps while nobody types; whoever cannot wait does the rest. */
  function ranked() {
    while (book.settled < book.ids.length) settleTies(Infinity);
    return book.ranked;
  }

  function startRanking() {
    const count = book.ids.length, keys = new Float64Array(count);
    for (let row = 0; row < count; row++) keys[row] = (MOST_SECONDS - book.time[row]) * MOST_ROWS + row;
    keys.sort();
    book.ranked = Uint32Array.from(keys, function (key) { return key % MOST_ROWS; });
    book.settled = 0;
    setTimeout(function step() {
      if (settleTies(performance.now() + 6)) setTimeout(step, 4);
    }, 50);
  }

  function settleTies(until) {
    const rows = book.ranked, time = book.time, before = function (a, b) { return a < b ? -1 : a > b ? 1 : 0; };
    while (book.settled < rows.length && performance.now() < until) {
      const start = book.settled;
      let end = start + 1;
      while (end < rows.length && time[rows[end]] === time[rows[start]]) end++;
      if (end - start > 1) {
        Array.from(rows.subarray(start, end), function (row) { return [sortKey(row), book.ids[row], row]; })
          .sort(function (a, b) { return before(a[0], b[0]) || before(a[1], b[1]); })
          .forEach(function (one, at) { rows[start + at] = one[2]; });
      }
      book.settled = end;
    }
    return book.settled < rows.length;
  }

  function hit(row, level, terms, text) {
    const found = { id: book.ids[row], name: shownName(row), level: level, reason: "", value: "", start: 0, end: 0, day: "", event: "" };
    for (const term of terms) if (explain(found, row, term, text)) break;
    return found;
  }

  function explain(found, row, term, text) {
    const tries = [["name", book.names, term], ["number", book.numbers, compact(term)], ["email", book.emails, term]];
    if (/^[a-z]+$/.test(term)) tries.splice(1, 0, ["initials", book.letters, term.length > 1 ? term : ""]);
    for (const [reason, column, needle] of tries) {
      if (!needle) continue;
      for (const value of cell(column, row).split(VALUE)) {
        const at = value.indexOf(needle);
        if (at >= 0) return Object.assign(found, { reason: reason, value: value, start: at, end: at + needle.length });
      }
    }
    if (/^[a-z]+$/.test(term)) {
      const match = new RegExp(readPattern(term)).exec(cell(book.pinyin, row));
      if (match) return Object.assign(found, { reason: "pinyin", value: cell(book.pinyin, row).split(VALUE)[0], start: 0, end: 0 });
    }
    const values = text ? text.values : [];
    for (let place = values.length - 1; place >= 0; place--) { // events come in order: the latest one is told
      const value = values[place], at = placeIn(value, term);
      if (at < 0) continue;
      const from = Math.max(2, at - AROUND);
      const day = text.days.charCodeAt(place) > NO_DAY ? new Date((text.days.charCodeAt(place) - NO_DAY) * 864e5).toISOString().slice(0, 10) : "";
      const rest = new RegExp(" " + place + ":([^ ]+)").exec(text.days); // rows.py, _days
      return Object.assign(found, {
        reason: meta.fields[tagOf(value)].split(".")[0],
        value: value.slice(from, at + term.length + AROUND), start: at - from, end: at - from + term.length,
        day: day,
        event: day && rest ? day + "-" + rest[1] : "",
      });
    }
    return null;
  }

  function names(query, limit) {
    if (!book) return [];
    const node = parse(query);
    if (!node) return [];
    const levels = evaluate(node, nameLevels), terms = termsOf(node);
    return Array.from(ordered(levels).slice(0, limit || undefined), function (row) { return hit(row, levels[row], terms, null); });
  }

  /* The rows that names, readings, numbers and e-mails match, best first; nothing is said about why. */
  function rows(query) {
    const node = book && parse(query);
    return node ? Array.from(ordered(evaluate(node, nameLevels))) : [];
  }

  /* --- full text */

  function shardOf(term) {
    const key = isLatin(term[0]) && !term.endsWith("*") ? Array.from(term).slice(0, WORD_KEY).join("") : term;
    return fnv(key) & (meta.postings - 1);
  }

  /* Marks the rows of a list of numbers in `rows` (scripts/custodex/search/tiernumbers.py writes it). */
  function decode(text, rowOf, rows) {
    const width = text.charCodeAt(0) - 48, more = width === 1 ? BASE - 1 : -1;
    for (let at = 1, total = 0; at < text.length; at += width) {
      let gap = 0;
      for (let place = 0; place < width; place++) gap = gap * BASE + DIGIT[text.charCodeAt(at + place)];
      total += gap;
      if (gap !== more) rows[rowOf[total] - 1] = 1;
    }
  }

  /* Which rows hold a term, or any term that begins with it: a byte a row. */
  function holding(term, prefix) {
    const shard = shardOf(term);
    return Promise.all([fetchTier("postings", "p-" + shard + ".js", shard), cameLater()]).then(function ([content, later]) {
      const ours = lists(LINE + content + LINE, numbered()), added = later ? lists(later.text, later.rowOf) : [];
      return Promise.all(ours.concat(added));
    }).then(function (found) {
      const rows = new Uint8Array(book.ids.length);
      for (const [list, rowOf] of found) decode(list, rowOf, rows);
      return rows;
    });

    function lists(text, rowOf) {
      const needle = LINE + term + (prefix ? "" : COLUMN), found = [];
      for (let at = text.indexOf(needle); at >= 0; at = text.indexOf(needle, at + 1)) {
        const start = text.indexOf(COLUMN, at) + 1, list = text.slice(start, text.indexOf(LINE, start));
        found.push(list[0] === "*" ? ownFile(+list.slice(1)).then(function (own) { return [own, rowOf]; }) : [list, rowOf]);
      }
      return found;
    }

    function ownFile(place) { // a long list
      const number = shard + place * meta.postings;
      return fetchTier("long", "w-" + number + ".js", number);
    }
  }

  /* What was added since the postings were written, null for nothing: terms with places in a list of ids. */
  function cameLater() {
    if (!meta.later || book.later) return Promise.resolve(book.later);
    return fetchTier("later", "d-1.js", 1).then(function (content) {
      const ids = content.slice(0, content.indexOf(LINE)).match(ID), rowOf = new Uint32Array(ids.length), places = new Map();
      ids.forEach(function (id, place) { places.set(id, place); });
      book.ids.forEach(function (id, row) { if (places.has(id)) rowOf[places.get(id)] = row + 1; });
      return (book.later = { text: content.slice(content.indexOf(LINE)) + LINE, rowOf: rowOf });
    });
  }

  /* The row behind every number, one more than it is. Customers have the number of their slot or the next free one of
     their names file; who finds none before its end takes the first ones left over. */
  function numbered() {
    if (book.rowOf) return book.rowOf;
    const rowOf = (book.rowOf = new Uint32Array(meta.slots)), each = meta.slots / meta.names;
    const rows = new Uint32Array(book.based.length).fill(book.ids.length + 1); // no row at all, for who is gone
    for (let row = 0; row < book.ids.length; row++) rows[book.stays ? book.stays[row] : row] = row + 1;
    for (let file = 0, place = 0; file < meta.names; file++) {
      let next = file * each;
      const end = next + each, late = [];
      for (; place < book.files[file]; place++) {
        next = Math.max(next, slotOf(book.based[place]));
        if (next < end) rowOf[next++] = rows[place]; else late.push(rows[place]);
      }
      for (let free = file * each; late.length; free++) if (!rowOf[free]) rowOf[free] = late.shift();
    }
    return rowOf;
  }

  function slotOf(id) { return fnv(id) >>> (32 - Math.log2(meta.slots)); }

  /* What a text must hold to contain a term; like `text_plan`, but only as many terms as narrow enough. */
  function plan(term) {
    const pieces = Array.from(term.matchAll(PIECES)), terms = [];
    let prefix = "";
    pieces.forEach(function (piece, index) {
      const word = piece[1], run = piece[2];
      if (piece[3]) terms.push(piece[3]);
      else if (run) terms.push.apply(terms, runTerms(Array.from(run)));
      else if (index + 1 < pieces.length || !term.endsWith(word) || word.length > LONGEST_WORD) terms.push(word.slice(0, LONGEST_WORD));
      else if (word.length <= 3) terms.push(word + "*");
      else prefix = word;
    });
    const only = pieces.length === 1 ? pieces[0] : null;
    const sure = only !== null && (only[1] ? term.length <= LONGEST_WORD : Array.from(term).length <= 2);
    const best = Array.from(new Set(terms)).sort(function (a, b) { return weight(b) - weight(a); });
    return { terms: best.slice(0, prefix ? MOST_SHARDS - 1 : MOST_SHARDS), prefix: prefix, sure: sure };
  }

  function weight(term) { return CLASSES.includes(term[0]) ? 9 : isLatin(term[0]) ? 4 + term.length / 100 : Array.from(term).length; }

  function runTerms(run) {
    if (run.length <= 2) return [run.join("")];
    const classes = run.map(function (char) { return CLASSES[((char.codePointAt(0) * 40503 >>> 4) & 0xffff) % CLASSES.length]; });
    const terms = [];
    for (let at = 0; at + 3 <= run.length; at += 3) terms.push(classes.slice(at, at + 3).join(""));
    if (run.length % 3) terms.push(classes.slice(-3).join(""));
    return terms.concat(run.slice(0, 2).join(""));
  }

  function tagOf(value) { return value.codePointAt(0) & 0xffff; }

  function placeIn(value, term) {
    for (let at = value.indexOf(term); at >= 0; at = value.indexOf(term, at + 1)) {
      if (!isLatin(term[0]) || at === 0 || !isLatin(value[at - 1])) return at;
    }
    return -1;
  }

  /* What the postings say of a term: {rows: a byte a row, sure}. */
  function candidates(node) {
    if (node.kind === "keyword") return holding(node.term, false).then(function (rows) { return { rows: rows, sure: true }; });
    if (!node.text || NAME_FIELDS.has(node.field)) return Promise.resolve({ rows: new Uint8Array(book.ids.length), sure: true });
    const wanted = plan(node.text);
    const sets = wanted.terms.map(function (one) { return holding(one, false); });
    if (wanted.prefix) sets.push(holding(wanted.prefix, true));
    return Promise.all(sets).then(function (found) {
      const rows = found[0] || new Uint8Array(book.ids.length);
      found.slice(1).forEach(function (other) { for (let row = 0; row < rows.length; row++) rows[row] &= other[row]; });
      return { rows: rows, sure: wanted.sure && !node.field };
    });
  }

  function textOf(row) {
    const slot = slotOf(book.ids[row]), file = Math.floor(slot * meta.texts / meta.slots);
    return fetchTier("texts", "x-" + file + ".js", file).then(function (content) {
      const text = LINE + content + LINE, at = text.indexOf(LINE + book.ids[row] + COLUMN);
      const [, told, days] = at < 0 ? ["", "", ""] : text.slice(at + 1, text.indexOf(LINE, at + 1)).split(COLUMN);
      return { values: told.split(VALUE), days: days };
    });
  }

  /* Which term may match a customer by its texts only, so that nothing else has been proved yet. */
  function full(query, options) {
    const limit = (options && options.limit) || Infinity;
    return known(query).then(function (found) {
      return found ? settle(found.node, found.facts, limit) : { total: 0, exact: true, hits: [] };
    });
  }

  /* What is known of every term of a query: Promise of {node, facts}, of null for an empty query. */
  function known(query) {
    return Promise.resolve(loading).then(function () { return numbers; }).then(function () { return parse(query); }).then(function (node) {
      if (!node) return null;
      const terms = Array.from(new Map(allTerms(node).map(function (term) { return [term.key, term]; })).values());
      return Promise.all(terms.map(candidates)).then(function (found) {
        return { node: node, facts: new Map(terms.map(function (term, at) { return [term.key, fact(term, found[at])]; })) };
      });
    });
  }

  /* The rows of all customers that match, best first. At most `limit` of those whose texts must be read to be sure
     are read; the others stay in the answer and `exact` is false. */
  function all(query, limit) {
    return known(query).then(function (found) {
      if (!found) return { exact: true, rows: [] };
      const levels = evaluateRows(found.node, found.facts, true), open = opened(found.facts), read = [], rows = ordered(levels);
      let doubts = 0;
      for (let at = 0; at < rows.length; at++) if (open[rows[at]] && doubts++ < limit) read.push(rows[at]);
      return Promise.all(read.map(textOf)).then(function (texts) {
        read.forEach(function (row, at) { levels[row] = confirm(found.node, found.facts, row, texts[at]); });
        return { exact: doubts <= read.length, rows: Array.from(read.length ? ordered(levels) : rows) };
      });
    });
  }

  /* Which rows have a term that only their texts can prove. */
  function opened(facts) {
    return combine({ kind: "or" }, [new Uint8Array(book.ids.length)].concat(Array.from(facts.values(), function (fact) { return fact.open; })));
  }

  function allTerms(node) {
    if (node.kind === "term" || node.kind === "keyword") return [node];
    if (node.kind === "column") return [];
    return node.kind === "not" ? allTerms(node.part) : node.parts.flatMap(allTerms);
  }

  function fact(term, found) {
    const levels = term.kind === "keyword" ? new Uint8Array(book.ids.length) : nameLevels(term).slice(), open = new Uint8Array(levels.length);
    if (term.kind === "keyword") {
      for (let row = 0; row < levels.length; row++) levels[row] = !found.rows[row] === term.none ? FILTER : 0;
      book.keywords.set(term.key, levels); // typing on, the names are narrowed by it at once
      return { levels: levels, open: open };
    }
    for (let row = 0; row < levels.length; row++) {
      if (!found.rows[row] || levels[row]) continue;
      if (found.sure) levels[row] = TEXT; else open[row] = 1;
    }
    return { levels: levels, open: open };
  }

  function settle(node, facts, limit) {
    const levels = evaluateRows(node, facts, true), open = opened(facts);
    const rows = ordered(levels), terms = termsOf(node), hits = [];
    let at = 0, unseen = 0;
    function next() {
      if (at >= rows.length || hits.length >= limit) return finish();
      const some = Array.from(rows.subarray(at, at + Math.min(64, Math.max(8, limit))));
      at += some.length;
      return Promise.all(some.map(function (row) {
        const needed = open[row] || levels[row] === TEXT && limit < Infinity;
        return needed ? textOf(row) : null;
      })).then(function (texts) {
        some.forEach(function (row, index) {
          const level = open[row] ? confirm(node, facts, row, texts[index]) : levels[row];
          if (!level) return;
          if (hits.length < limit) hits.push(hit(row, level, terms, texts[index])); else unseen++;
        });
        return next();
      });
    }
    function finish() {
      let exact = true, total = hits.length + unseen;
      for (; at < rows.length; at++) { total++; if (open[rows[at]]) exact = false; }
      hits.sort(function (a, b) { return b.level - a.level; });
      return { total: total, exact: exact, hits: hits };
    }
    return next();
  }

  /* Levels if every open question were answered with yes (or, below NOT, with no). */
  function evaluateRows(node, facts, hopeful) {
    if (node.kind === "term" || node.kind === "keyword") {
      const known = facts.get(node.key), levels = known.levels.slice();
      if (hopeful) for (let row = 0; row < levels.length; row++) if (!levels[row] && known.open[row]) levels[row] = TEXT;
      return levels;
    }
    if (node.kind === "column") return columnLevels(node);
    if (node.kind === "not") return others(evaluateRows(node.part, facts, !hopeful));
    return combine(node, node.parts.map(function (part) { return evaluateRows(part, facts, hopeful); }));
  }

  function confirm(node, facts, row, text) {
    if (node.kind === "term" || node.kind === "keyword") {
      const known = facts.get(node.key);
      if (known.levels[row] || !known.open[row]) return known.levels[row];
      const tags = node.field ? tagsOf(node.field) : null;
      return text.values.some(function (value) { return (!tags || tags.has(tagOf(value))) && placeIn(value, node.text) >= 0; }) ? TEXT : 0;
    }
    if (node.kind === "column") return columnLevels(node)[row];
    if (node.kind === "not") return confirm(node.part, facts, row, text) ? 0 : 1;
    const levels = node.parts.map(function (part) { return confirm(part, facts, row, text); });
    return node.kind === "and" && levels.includes(0) ? 0 : Math.max.apply(null, levels);
  }

  /* --- marking what was found in a text as it is shown */

  function mark(text, query) {
    let terms;
    try { terms = termsOf(parse(query)); } catch (error) { terms = [fold(query)]; }
    let folded = "";
    const origin = [];
    let at = 0;
    for (const char of text) {
      const plain = fold(char) || " ";
      for (let unit = 0; unit < plain.length; unit++) origin.push(at);
      folded += plain;
      at += char.length;
    }
    origin.push(text.length);
    const ranges = [];
    terms.filter(Boolean).forEach(function (term) {
      for (let start = folded.indexOf(term); start >= 0; start = folded.indexOf(term, start + term.length)) {
        ranges.push([origin[start], origin[start + term.length]]);
      }
    });
    ranges.sort(function (a, b) { return a[0] - b[0] || a[1] - b[1]; });
    return ranges.reduce(function (merged, range) {
      const last = merged[merged.length - 1];
      if (last && range[0] <= last[1]) last[1] = Math.max(last[1], range[1]); else merged.push(range);
      return merged;
    }, []);
  }

  const api = {
    columns: function (query) { return namedColumns(parse(query)); },
    provide: function (rows) { provided = rows; },
    every: function () { return book ? book.ids : []; },
    called: function (id) { const row = book ? book.ids.indexOf(id) : -1; return row < 0 ? "" : shownName(row); },
    load: load, loaded: false, names: names, rows: rows, full: full, all: all, mark: mark, fold: fold, QueryError: QueryError,
  };
  custodex.search = api;
})();
