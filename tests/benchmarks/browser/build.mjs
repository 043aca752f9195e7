// The indexes of the peers, each in files as a site would serve them: node build.mjs DOCUMENTS FOLDER
import { readFileSync, writeFileSync, mkdirSync, copyFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const [, , documents, folder, peers] = process.argv;
const require = createRequire(join(peers, "package.json"));
const rows = JSON.parse(readFileSync(documents, "utf8"));
const script = (name, content) => writeFileSync(join(folder, name), `window.given(${JSON.stringify(content)});\n`);
mkdirSync(folder, { recursive: true });

// MiniSearch, with a tokenizer of single Chinese characters and pairs of them: its own splits at spaces only
globalThis.window = globalThis;
const tokenizer = readFileSync(new URL("tokens.js", import.meta.url), "utf8");
(0, eval)(tokenizer);
const MiniSearch = require("minisearch");
const mini = new MiniSearch({ fields: ["name", "spoken", "text"], tokenize: window.tokens });
mini.addAll(rows);
script("minisearch-index.js", JSON.stringify(mini));
copyFileSync(join(peers, "node_modules/minisearch/dist/umd/index.js"), join(folder, "minisearch.js"));

// FlexSearch with its own encoder for Chinese, Japanese and Korean
const { Index, Charset } = require("flexsearch");
const flex = new Index({ tokenize: "forward", encoder: Charset.CJK });
rows.forEach((row, at) => flex.add(at, [row.name, row.spoken, row.text].join("\n")));
const parts = [];
flex.export((key, data) => { parts.push([key, data]); });
script("flexsearch-index.js", { parts, ids: rows.map((row) => row.id).join("") });
copyFileSync(join(peers, "node_modules/flexsearch/dist/flexsearch.bundle.min.js"), join(folder, "flexsearch.js"));

// Pagefind, one record a customer
const { createIndex, close } = await import(join(peers, "node_modules/pagefind/lib/index.js"));
const { index } = await createIndex();
for (const row of rows) {
  const chinese = /[\u4e00-\u9fff]/.test(row.name);
  await index.addCustomRecord({ url: row.id, content: [row.name, row.spoken, row.text].join("\n"), language: chinese ? "zh" : "en", meta: { title: row.name } });
}
await index.writeFiles({ outputPath: join(folder, "pagefind") });
await close();

for (const name of readdirSync(new URL(".", import.meta.url))) {
  if (name !== "build.mjs") copyFileSync(new URL(name, import.meta.url), join(folder, name));
}
