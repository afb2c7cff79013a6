import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"104. Some code stays written twice","description":"","frontmatter":{},"headers":[],"relativePath":"project/decisions/0104-what-stays-written-twice.md","filePath":"docs/project/decisions/0104-what-stays-written-twice.md"}');
const _sfc_main = { name: "project/decisions/0104-what-stays-written-twice.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="_104-some-code-stays-written-twice" tabindex="-1">104. Some code stays written twice <a class="header-anchor" href="#_104-some-code-stays-written-twice" aria-label="Permalink to &quot;104. Some code stays written twice&quot;">​</a></h1><ul><li><strong>Area:</strong> What packages share</li><li><strong>Status:</strong> accepted</li><li><strong>Date:</strong> 2026-11-27</li></ul><h2 id="context" tabindex="-1">Context <a class="header-anchor" href="#context" aria-label="Permalink to &quot;Context&quot;">​</a></h2><p>Sharing code has a price: a dependency, or a rule that fits neither use.</p><h2 id="decision" tabindex="-1">Decision <a class="header-anchor" href="#decision" aria-label="Permalink to &quot;Decision&quot;">​</a></h2><p>These stay:</p><ul><li><code>provider-types</code> depends on no package. It shows values and reads JSON by itself.</li><li>A test of one line for &quot;is an object&quot; stays where it is used: some count arrays, others don&#39;t.</li><li>The breaker keeps its circuits itself: it evicts closed ones before open ones, which the memory store of <code>keyed-work</code> doesn&#39;t.</li><li>Tests of core make small events of their own. All others use <code>eventOf</code> of <code>testing</code>.</li><li><code>exporter-buffered</code> has a bench of its own for its contract, because its sources may not depend on <code>testing</code>.</li></ul><h2 id="consequences" tabindex="-1">Consequences <a class="header-anchor" href="#consequences" aria-label="Permalink to &quot;Consequences&quot;">​</a></h2><p>A feature in two places stays in two places if a package would need another plugin for it.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("docs/project/decisions/0104-what-stays-written-twice.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const _0104WhatStaysWrittenTwice = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  _0104WhatStaysWrittenTwice as default
};
