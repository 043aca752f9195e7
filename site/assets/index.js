/* The site's first page: go to the tree of the language chosen before, or of the browser. */
(function () {
  "use strict";
  var known = ["zh", "en"];
  var wanted = window.custodex.store("language");
  var spoken = (navigator.languages || [navigator.language || ""]).map(function (name) { return name.slice(0, 2); });
  var fallback = document.documentElement.dataset.default || "zh";
  var lang = known.indexOf(wanted) >= 0 ? wanted : spoken.filter(function (name) { return known.indexOf(name) >= 0; })[0] || fallback;
  location.replace(lang + "/index.html");
})();
