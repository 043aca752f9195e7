// Words of letters and digits whole; of Chinese, every character and every pair.
window.tokens = function (text) {
  const out = [];
  for (const [run] of text.toLowerCase().matchAll(/[\u3400-\u9fff]+|[^\s\u3000-\u303f\uff00-\uffef,.;:!?()"]+/g)) {
    if (run < "\u3400") { out.push(run); continue; }
    for (let at = 0; at < run.length; at++) { if (at + 1 < run.length) out.push(run.slice(at, at + 2)); else if (run.length === 1) out.push(run); }
  }
  return out;
};
