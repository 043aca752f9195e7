/* Runs first, in <head>: theme without a flash, and the namespace that the data files call. */
(function () {
  "use strict";
  var root = document.documentElement;
  var c = (window.custodex = window.custodex || {});
  root.classList.add("js");
  // All folders opened from a disk, and all sites of one host, share one storage: what names customers belongs to this one.
  var here = new URL(root.dataset.root || ".", location.href).pathname, shared = { theme: 1, language: 1, author: 1 };
  c.store = function (key, value) {
    var name = "custodex." + (shared[key] ? key : here + "." + key);
    // localStorage throws where it is switched off: then nothing is remembered.
    try {
      if (value === undefined) return JSON.parse(localStorage.getItem(name));
      if (value === null) localStorage.removeItem(name);
      else localStorage.setItem(name, JSON.stringify(value));
    } catch (error) { /* not remembered */ }
    return null;
  };
  c.theme = function (name) {
    if (name === "light" || name === "dark") root.dataset.theme = name;
    else delete root.dataset.theme;
  };
  c.theme(c.store("theme"));
  c.i18n = function (messages) { c.messages = messages; };
  c.build = function (facts) { c.facts = facts; };
  c.t = function (id, params) {
    var text = (c.messages && c.messages["js." + id]) || id;
    return text.replace(/\{(\w+)\}/g, function (all, name) {
      return params && name in params ? String(params[name]) : all;
    });
  };
  c.root = root.dataset.root || "";
  c.up = root.dataset.up || "";
  c.lang = root.lang && root.lang.slice(0, 2) === "zh" ? "zh" : "en";
  c.el = function (tag, attributes) {
    // el("a", {href: "x", class: "y"}, child, "text"): text only, never HTML.
    var node = document.createElement(tag);
    for (var name in attributes || {}) {
      var value = attributes[name];
      if (value === true) node.setAttribute(name, "");
      else if (value !== false && value !== null && value !== undefined) node.setAttribute(name, value);
    }
    for (var i = 2; i < arguments.length; i++) {
      if (arguments[i] !== null && arguments[i] !== undefined && arguments[i] !== "") node.append(arguments[i]);
    }
    return node;
  };
  /** A day, 2026-03-02, as people of this language write it. */
  c.longDay = function (day) {
    return new Intl.DateTimeFormat(c.lang === "zh" ? "zh-CN" : "en-GB", { dateStyle: "long", timeZone: "UTC" }).format(new Date(day + "T00:00:00Z"));
  };
  var days = new Intl.DateTimeFormat(c.lang === "zh" ? "zh-CN" : "en-GB", { dateStyle: "medium", timeZone: "UTC" });
  /** The same for narrow columns, from days since 1970: 2026年3月2日, 2 Mar 2026. */
  c.shortDay = function (count) { return days.format(new Date(count * 864e5)); };
  c.icon = function (name) { return c.el("i", { class: "i i-" + name }); };
  c.loadScript = function (src) {
    return new Promise(function (resolve, reject) {
      var script = document.createElement("script");
      script.src = src;
      script.onload = resolve;
      script.onerror = function () { reject(new Error("cannot load " + src)); };
      document.head.append(script);
    });
  };
})();
