import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"44. The size of core is its main entry, words included","description":"","frontmatter":{},"headers":[],"relativePath":"project/decisions/0044-what-counts-for-the-size.md","filePath":"docs/project/decisions/0044-what-counts-for-the-size.md"}');
const _sfc_main = { name: "project/decisions/0044-what-counts-for-the-size.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="_44-the-size-of-core-is-its-main-entry-words-included" tabindex="-1">44. The size of core is its main entry, words included <a class="header-anchor" href="#_44-the-size-of-core-is-its-main-entry-words-included" aria-label="Permalink to &quot;44. The size of core is its main entry, words included&quot;">​</a></h1><ul><li><strong>Area:</strong> Core: size, shape and speed</li><li><strong>Status:</strong> accepted</li><li><strong>Date:</strong> 2026-11-27</li></ul><h2 id="context" tabindex="-1">Context <a class="header-anchor" href="#context" aria-label="Permalink to &quot;Context&quot;">​</a></h2><p>Importing only <code>Pipeline</code> saves about 2%: tree shaking removes almost nothing, so every app pays for the whole entry.</p><h2 id="decision" tabindex="-1">Decision <a class="header-anchor" href="#decision" aria-label="Permalink to &quot;Decision&quot;">​</a></h2><p>The main entry counts, with everything that it exports and every text that it shows.</p><h2 id="consequences" tabindex="-1">Consequences <a class="header-anchor" href="#consequences" aria-label="Permalink to &quot;Consequences&quot;">​</a></h2><p><code>@stageflow/core/redaction</code> and <code>@stageflow/core/kit</code> have <a href="/reference/sizes">their own sizes</a>.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("docs/project/decisions/0044-what-counts-for-the-size.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const _0044WhatCountsForTheSize = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  _0044WhatCountsForTheSize as default
};
