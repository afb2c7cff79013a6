import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"90. Without an emitter, queues and tools create no events","description":"","frontmatter":{},"headers":[],"relativePath":"project/decisions/0090-no-emitter-no-events.md","filePath":"docs/project/decisions/0090-no-emitter-no-events.md"}');
const _sfc_main = { name: "project/decisions/0090-no-emitter-no-events.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="_90-without-an-emitter-queues-and-tools-create-no-events" tabindex="-1">90. Without an emitter, queues and tools create no events <a class="header-anchor" href="#_90-without-an-emitter-queues-and-tools-create-no-events" aria-label="Permalink to &quot;90. Without an emitter, queues and tools create no events&quot;">​</a></h1><ul><li><strong>Area:</strong> Streams, sinks, exporters and tools</li><li><strong>Status:</strong> accepted</li><li><strong>Date:</strong> 2026-11-25</li></ul><h2 id="context" tabindex="-1">Context <a class="header-anchor" href="#context" aria-label="Permalink to &quot;Context&quot;">​</a></h2><p>Events and readings of the clock cost time in every put.</p><h2 id="decision" tabindex="-1">Decision <a class="header-anchor" href="#decision" aria-label="Permalink to &quot;Decision&quot;">​</a></h2><p>Without an emitter, they create no events and don&#39;t read the clock.</p><h2 id="consequences" tabindex="-1">Consequences <a class="header-anchor" href="#consequences" aria-label="Permalink to &quot;Consequences&quot;">​</a></h2><p><code>totalBlockedMs</code> is 0 then. If an emitter throws, the throw is counted, with the last error, and changes nothing.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("docs/project/decisions/0090-no-emitter-no-events.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const _0090NoEmitterNoEvents = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  _0090NoEmitterNoEvents as default
};
