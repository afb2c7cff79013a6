import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse(`{"title":"92. Values of a provider's response are never made up","description":"","frontmatter":{},"headers":[],"relativePath":"project/decisions/0092-values-are-never-made-up.md","filePath":"docs/project/decisions/0092-values-are-never-made-up.md"}`);
const _sfc_main = { name: "project/decisions/0092-values-are-never-made-up.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="_92-values-of-a-provider-s-response-are-never-made-up" tabindex="-1">92. Values of a provider&#39;s response are never made up <a class="header-anchor" href="#_92-values-of-a-provider-s-response-are-never-made-up" aria-label="Permalink to &quot;92. Values of a provider&#39;s response are never made up&quot;">​</a></h1><ul><li><strong>Area:</strong> Streams, sinks, exporters and tools</li><li><strong>Status:</strong> accepted</li><li><strong>Date:</strong> 2026-11-25</li></ul><h2 id="context" tabindex="-1">Context <a class="header-anchor" href="#context" aria-label="Permalink to &quot;Context&quot;">​</a></h2><p>Sums, bills and thresholds depend on these values.</p><h2 id="decision" tabindex="-1">Decision <a class="header-anchor" href="#decision" aria-label="Permalink to &quot;Decision&quot;">​</a></h2><p>A missing token count is undefined and not 0, a missing confidence isn&#39;t 1, and a missing language isn&#39;t English.</p><h2 id="consequences" tabindex="-1">Consequences <a class="header-anchor" href="#consequences" aria-label="Permalink to &quot;Consequences&quot;">​</a></h2><p>Code that adds counts must handle undefined.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("docs/project/decisions/0092-values-are-never-made-up.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const _0092ValuesAreNeverMadeUp = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  _0092ValuesAreNeverMadeUp as default
};
