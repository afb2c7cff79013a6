import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"4. npm is silent in this repository","description":"","frontmatter":{},"headers":[],"relativePath":"project/decisions/0004-npm-is-silent.md","filePath":"docs/project/decisions/0004-npm-is-silent.md"}');
const _sfc_main = { name: "project/decisions/0004-npm-is-silent.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="_4-npm-is-silent-in-this-repository" tabindex="-1">4. npm is silent in this repository <a class="header-anchor" href="#_4-npm-is-silent-in-this-repository" aria-label="Permalink to &quot;4. npm is silent in this repository&quot;">​</a></h1><ul><li><strong>Area:</strong> Workspace and checks</li><li><strong>Status:</strong> accepted</li><li><strong>Date:</strong> 2026-11-25</li></ul><h2 id="context" tabindex="-1">Context <a class="header-anchor" href="#context" aria-label="Permalink to &quot;Context&quot;">​</a></h2><p>At every log level except <code>silent</code>, npm prints two lines to standard output before it runs a script. With them, <code>npm start -- --json &quot;…&quot; | jq</code> can&#39;t work.</p><h2 id="decision" tabindex="-1">Decision <a class="header-anchor" href="#decision" aria-label="Permalink to &quot;Decision&quot;">​</a></h2><p><code>.npmrc</code> sets <code>silent</code>. The scripts undo it for the commands that they run.</p><h2 id="consequences" tabindex="-1">Consequences <a class="header-anchor" href="#consequences" aria-label="Permalink to &quot;Consequences&quot;">​</a></h2><p>The price: a misspelled <code>npm run …</code> ends with exit code 1 and without a message. npm can&#39;t hide the one and show the other.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("docs/project/decisions/0004-npm-is-silent.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const _0004NpmIsSilent = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  _0004NpmIsSilent as default
};
