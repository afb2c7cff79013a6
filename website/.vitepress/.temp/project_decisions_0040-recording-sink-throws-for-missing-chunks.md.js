import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse(`{"title":"40. A recording sink throws for chunks that can't arrive","description":"","frontmatter":{},"headers":[],"relativePath":"project/decisions/0040-recording-sink-throws-for-missing-chunks.md","filePath":"docs/project/decisions/0040-recording-sink-throws-for-missing-chunks.md"}`);
const _sfc_main = { name: "project/decisions/0040-recording-sink-throws-for-missing-chunks.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="_40-a-recording-sink-throws-for-chunks-that-can-t-arrive" tabindex="-1">40. A recording sink throws for chunks that can&#39;t arrive <a class="header-anchor" href="#_40-a-recording-sink-throws-for-chunks-that-can-t-arrive" aria-label="Permalink to &quot;40. A recording sink throws for chunks that can&#39;t arrive&quot;">​</a></h1><ul><li><strong>Area:</strong> Core: stages, runs and children</li><li><strong>Status:</strong> accepted</li><li><strong>Date:</strong> 2026-11-27</li></ul><h2 id="context" tabindex="-1">Context <a class="header-anchor" href="#context" aria-label="Permalink to &quot;Context&quot;">​</a></h2><p>The sink doesn&#39;t see the run options. Without <code>chunkEvents</code> it gets no chunks, and an empty list would hide that.</p><h2 id="decision" tabindex="-1">Decision <a class="header-anchor" href="#decision" aria-label="Permalink to &quot;Decision&quot;">​</a></h2><p>If a stage has ended without a chunk, <code>sink.of(&#39;stage.llm.chunk&#39;)</code> throws <code>testing/no-chunk-events</code>.</p><h2 id="consequences" tabindex="-1">Consequences <a class="header-anchor" href="#consequences" aria-label="Permalink to &quot;Consequences&quot;">​</a></h2><p>To check that a stage yields nothing, look at <code>sink.types()</code>.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("docs/project/decisions/0040-recording-sink-throws-for-missing-chunks.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const _0040RecordingSinkThrowsForMissingChunks = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  _0040RecordingSinkThrowsForMissingChunks as default
};
