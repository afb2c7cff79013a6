import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"39. The result of a run has the results of its child runs","description":"","frontmatter":{},"headers":[],"relativePath":"project/decisions/0039-results-have-child-results.md","filePath":"docs/project/decisions/0039-results-have-child-results.md"}');
const _sfc_main = { name: "project/decisions/0039-results-have-child-results.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="_39-the-result-of-a-run-has-the-results-of-its-child-runs" tabindex="-1">39. The result of a run has the results of its child runs <a class="header-anchor" href="#_39-the-result-of-a-run-has-the-results-of-its-child-runs" aria-label="Permalink to &quot;39. The result of a run has the results of its child runs&quot;">​</a></h1><ul><li><strong>Area:</strong> Core: stages, runs and children</li><li><strong>Status:</strong> accepted</li><li><strong>Date:</strong> 2026-11-27</li></ul><h2 id="context" tabindex="-1">Context <a class="header-anchor" href="#context" aria-label="Permalink to &quot;Context&quot;">​</a></h2><p><a href="/project/decisions/0025-records-have-child-reports">decision 25</a> showed what a cancelled or failed child had completed, without its data. The finished items of a failed map were lost.</p><h2 id="decision" tabindex="-1">Decision <a class="header-anchor" href="#decision" aria-label="Permalink to &quot;Decision&quot;">​</a></h2><p><code>result.children</code> has the result of each child run, with its data, on every ending. The failure of a map has the data of its finished items.</p><h2 id="consequences" tabindex="-1">Consequences <a class="header-anchor" href="#consequences" aria-label="Permalink to &quot;Consequences&quot;">​</a></h2><p>Costs about 250 bytes (<a href="/project/decisions/0043-core-size-bar">decision 43</a>).</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("docs/project/decisions/0039-results-have-child-results.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const _0039ResultsHaveChildResults = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  _0039ResultsHaveChildResults as default
};
