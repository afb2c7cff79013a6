import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"@stageflow/streaming","description":"","frontmatter":{},"headers":[],"relativePath":"packages/streaming/CHANGELOG.md","filePath":"packages/streaming/CHANGELOG.md"}');
const _sfc_main = { name: "packages/streaming/CHANGELOG.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="stageflow-streaming" tabindex="-1">@stageflow/streaming <a class="header-anchor" href="#stageflow-streaming" aria-label="Permalink to &quot;@stageflow/streaming&quot;">​</a></h1><h2 id="_1-0-0" tabindex="-1">1.0.0 <a class="header-anchor" href="#_1-0-0" aria-label="Permalink to &quot;1.0.0&quot;">​</a></h2><p><code>ChunkQueue</code> is a bounded queue between a producer of chunks and their readers. It has waits that you can limit, five overflow policies, broadcast, telemetry, and adapters to streams. A loop that is left early never leaves a producer waiting. <code>RealtimeStageBus</code> has such queues by name. <code>@stageflow/streaming/audio</code> has <code>StreamingBuffer</code>, a jitter buffer for raw audio, WAV files and resampling.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("packages/streaming/CHANGELOG.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const CHANGELOG = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  CHANGELOG as default
};
