import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"@stageflow/sink-buffered","description":"","frontmatter":{},"headers":[],"relativePath":"packages/sink-buffered/CHANGELOG.md","filePath":"packages/sink-buffered/CHANGELOG.md"}');
const _sfc_main = { name: "packages/sink-buffered/CHANGELOG.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="stageflow-sink-buffered" tabindex="-1">@stageflow/sink-buffered <a class="header-anchor" href="#stageflow-sink-buffered" aria-label="Permalink to &quot;@stageflow/sink-buffered&quot;">​</a></h1><h2 id="_1-0-0" tabindex="-1">1.0.0 <a class="header-anchor" href="#_1-0-0" aria-label="Permalink to &quot;1.0.0&quot;">​</a></h2><p><code>BufferedEventSink</code> puts a bounded queue with an overflow policy in front of any event sink, and retries a sink that fails or hangs. It drops the last event of a run after all others, and reports losses by <code>sink.dropped</code>. <code>fanOutSink</code> gives each event to several sinks that can&#39;t harm each other. <code>filterSink</code> passes on only some events, and fails closed.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("packages/sink-buffered/CHANGELOG.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const CHANGELOG = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  CHANGELOG as default
};
