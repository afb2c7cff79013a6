import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse(`{"title":"94. A buffered exporter drops the oldest event that isn't being exported","description":"","frontmatter":{},"headers":[],"relativePath":"project/decisions/0094-buffered-exporter-drops-the-oldest.md","filePath":"docs/project/decisions/0094-buffered-exporter-drops-the-oldest.md"}`);
const _sfc_main = { name: "project/decisions/0094-buffered-exporter-drops-the-oldest.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="_94-a-buffered-exporter-drops-the-oldest-event-that-isn-t-being-exported" tabindex="-1">94. A buffered exporter drops the oldest event that isn&#39;t being exported <a class="header-anchor" href="#_94-a-buffered-exporter-drops-the-oldest-event-that-isn-t-being-exported" aria-label="Permalink to &quot;94. A buffered exporter drops the oldest event that isn&#39;t being exported&quot;">​</a></h1><ul><li><strong>Area:</strong> Streams, sinks, exporters and tools</li><li><strong>Status:</strong> accepted</li><li><strong>Date:</strong> 2026-11-25</li></ul><h2 id="context" tabindex="-1">Context <a class="header-anchor" href="#context" aria-label="Permalink to &quot;Context&quot;">​</a></h2><p>A receiver may be down for longer than the memory lasts.</p><h2 id="decision" tabindex="-1">Decision <a class="header-anchor" href="#decision" aria-label="Permalink to &quot;Decision&quot;">​</a></h2><p>It drops ends of runs last. A batch leaves the buffer only when it is written. Until then the exporter gets the same array again, so it can recognize a retry.</p><h2 id="consequences" tabindex="-1">Consequences <a class="header-anchor" href="#consequences" aria-label="Permalink to &quot;Consequences&quot;">​</a></h2><p>By default it retries forever: the buffer is bounded, the number of retries isn&#39;t.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("docs/project/decisions/0094-buffered-exporter-drops-the-oldest.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const _0094BufferedExporterDropsTheOldest = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  _0094BufferedExporterDropsTheOldest as default
};
