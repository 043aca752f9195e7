/* Checks a value by the JSON Schemas of the records, as far as they are used there: a form tells before it is sent
   what the check would refuse. Rules across records stay with the check. */
(function () {
  "use strict";
  var c = window.custodex, y = c.yaml, schemas = {}, patterns = {};

  c.forms = function (found) {
    schemas = found.schemas;
    c.orders = found.orders;
  };

  function typeOf(value) {
    if (value === null) return "null";
    if (Array.isArray(value)) return "array";
    if (value instanceof y.Float) return "number";
    if (typeof value === "number") return "integer";
    return y.isMap(value) ? "object" : typeof value;
  }

  function fits(type, found) { return type === found || (type === "number" && found === "integer"); }

  function pattern(text) {
    if (!patterns[text]) patterns[text] = new RegExp(text, "u");
    return patterns[text];
  }

  function resolve(ref, base) {
    var at = ref.indexOf("#"), name = at < 0 ? ref : ref.slice(0, at) || base, node = schemas[name];
    (at < 0 ? [] : ref.slice(at + 1).split("/").slice(1)).forEach(function (part) {
      node = node && node[part.replace(/~1/g, "/").replace(/~0/g, "~")];
    });
    return [node || {}, name];
  }

  var FORMATS = {
    "date": function (text) { return /^\d{4}-\d\d-\d\d$/.test(text) && day(text); },
    "date-time": function (text) { return day(text.slice(0, 10)) && !isNaN(Date.parse(text)); }
  };
  function day(text) {
    var date = new Date(text + "T00:00:00Z");
    return !isNaN(date) && date.toISOString().slice(0, 10) === text;
  }

  /** Each keyword: (its value, value, schema, found) -> true where the value is right by it. */
  var SIMPLE = {
    type: function (types, value) { return [].concat(types).some(function (type) { return fits(type, typeOf(value)); }); },
    "enum": function (allowed, value) { return allowed.some(function (one) { return y.same(one, value); }); },
    "const": function (wanted, value) { return y.same(wanted, value); },
    minLength: function (least, value) { return typeof value !== "string" || Array.from(value).length >= least; },
    maxLength: function (most, value) { return typeof value !== "string" || Array.from(value).length <= most; },
    pattern: function (text, value) { return typeof value !== "string" || pattern(text).test(value); },
    format: function (name, value) { return typeof value !== "string" || !FORMATS[name] || FORMATS[name](value); },
    minimum: function (least, value) { return !fits("number", typeOf(value)) || value >= least; },
    maximum: function (most, value) { return !fits("number", typeOf(value)) || value <= most; },
    minItems: function (least, value) { return !Array.isArray(value) || value.length >= least; },
    maxItems: function (most, value) { return !Array.isArray(value) || value.length <= most; },
    uniqueItems: function (wanted, value) {
      return !wanted || !Array.isArray(value) || new Set(value.map(function (one) { return JSON.stringify(one); })).size === value.length;
    }
  };

  function valid(schema, value, base) { return !faults(schema, value, base, []).length; }

  /** Return [{place, keyword, want, message}] of everything that is wrong with a value. */
  function faults(schema, value, base, place) {
    if (schema === true) return [];
    if (schema === false) return [{ place: place, keyword: "additional", want: "" }];
    var found = [];
    function add(keyword, want, at) { found.push({ place: at || place, keyword: keyword, want: want, message: schema["x-message"] }); }
    function take(list) { found = found.concat(list); }
    if (schema.$ref) {
      var target = resolve(schema.$ref, base);
      take(faults(target[0], value, target[1], place));
    }
    Object.keys(SIMPLE).forEach(function (keyword) {
      if (keyword in schema && !SIMPLE[keyword](schema[keyword], value)) add(keyword, schema[keyword]);
    });
    if (y.isMap(value)) take(inObject(schema, value, base, place, add));
    if (Array.isArray(value) && schema.items) {
      value.forEach(function (one, at) { take(faults(schema.items, one, base, place.concat(at))); });
    }
    (schema.allOf || []).forEach(function (part) { take(faults(part, value, base, place)); });
    if (schema.anyOf && !schema.anyOf.some(function (part) { return valid(part, value, base); })) add("anyOf", "");
    if (schema.oneOf && schema.oneOf.filter(function (part) { return valid(part, value, base); }).length !== 1) add("oneOf", "");
    if (schema.not && valid(schema.not, value, base)) add("not", "");
    if (schema["if"]) {
      var branch = valid(schema["if"], value, base) ? schema.then : schema["else"];
      if (branch) take(faults(branch, value, base, place));
    }
    return found;
  }

  function inObject(schema, value, base, place, add) {
    var found = [], properties = schema.properties || {};
    (schema.required || []).forEach(function (name) {
      if (!Object.hasOwn(value, name)) add("required", name, place.concat(name));
    });
    Object.keys(value).forEach(function (name) {
      if (Object.hasOwn(properties, name)) found = found.concat(faults(properties[name], value[name], base, place.concat(name)));
      else if (schema.additionalProperties === false) add("additional", name, place.concat(name));
      ((schema.dependentRequired || {})[name] || []).forEach(function (other) {
        if (!Object.hasOwn(value, other)) add("required", other, place.concat(other));
      });
    });
    return found;
  }

  c.schemaFaults = function (kind, value) {
    var name = "custodex:" + kind;
    return schemas[name] ? faults(schemas[name], value, name, []) : [];
  };
})();
