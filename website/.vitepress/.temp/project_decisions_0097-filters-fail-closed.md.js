import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"97. A filter fails closed","description":"","frontmatter":{},"headers":[],"relativePath":"project/decisions/0097-filters-fail-closed.md","filePath":"docs/project/decisions/0097-filters-fail-closed.md"}');
const _sfc_main = { name: "project/decisions/0097-filters-fail-closed.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="_97-a-filter-fails-closed" tabindex="-1">97. A filter fails closed <a class="header-anchor" href="#_97-a-filter-fails-closed" aria-label="Permalink to &quot;97. A filter fails closed&quot;">​</a></h1><ul><li><strong>Area:</strong> Streams, sinks, exporters and tools</li><li><strong>Status:</strong> accepted</li><li><strong>Date:</strong> 2026-11-27</li></ul><h2 id="context" tabindex="-1">Context <a class="header-anchor" href="#context" aria-label="Permalink to &quot;Context&quot;">​</a></h2><p>A filter may be there to keep data of users back. One event less in the telemetry costs less than one leak. The two filters had opposite rules for a function that throws.</p><h2 id="decision" tabindex="-1">Decision <a class="header-anchor" href="#decision" aria-label="Permalink to &quot;Decision&quot;">​</a></h2><p>An event that a function of a filter throws for is held back, in front of a sink as in front of an exporter.</p><h2 id="consequences" tabindex="-1">Consequences <a class="header-anchor" href="#consequences" aria-label="Permalink to &quot;Consequences&quot;">​</a></h2><p><code>stats()</code> counts the errors, so a broken function shows.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("docs/project/decisions/0097-filters-fail-closed.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const _0097FiltersFailClosed = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  _0097FiltersFailClosed as default
};
