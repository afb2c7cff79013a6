import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"99. A tool call ends at once, and the executor still waits for its handler","description":"","frontmatter":{},"headers":[],"relativePath":"project/decisions/0099-tool-calls-end-at-once.md","filePath":"docs/project/decisions/0099-tool-calls-end-at-once.md"}');
const _sfc_main = { name: "project/decisions/0099-tool-calls-end-at-once.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="_99-a-tool-call-ends-at-once-and-the-executor-still-waits-for-its-handler" tabindex="-1">99. A tool call ends at once, and the executor still waits for its handler <a class="header-anchor" href="#_99-a-tool-call-ends-at-once-and-the-executor-still-waits-for-its-handler" aria-label="Permalink to &quot;99. A tool call ends at once, and the executor still waits for its handler&quot;">​</a></h1><ul><li><strong>Area:</strong> Streams, sinks, exporters and tools</li><li><strong>Status:</strong> accepted</li><li><strong>Date:</strong> 2026-11-25</li></ul><h2 id="context" tabindex="-1">Context <a class="header-anchor" href="#context" aria-label="Permalink to &quot;Context&quot;">​</a></h2><p>A handler can ignore its signal.</p><h2 id="decision" tabindex="-1">Decision <a class="header-anchor" href="#decision" aria-label="Permalink to &quot;Decision&quot;">​</a></h2><p>It works as for stages: a timeout is final when it passes, and chunks streamed until then are kept.</p><h2 id="consequences" tabindex="-1">Consequences <a class="header-anchor" href="#consequences" aria-label="Permalink to &quot;Consequences&quot;">​</a></h2><p>If a handler ignores its signal past <code>graceMs</code>, it is reported and keeps its slot.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("docs/project/decisions/0099-tool-calls-end-at-once.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const _0099ToolCallsEndAtOnce = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  _0099ToolCallsEndAtOnce as default
};
