import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"@stageflow/sink-logging","description":"","frontmatter":{},"headers":[],"relativePath":"packages/sink-logging/CHANGELOG.md","filePath":"packages/sink-logging/CHANGELOG.md"}');
const _sfc_main = { name: "packages/sink-logging/CHANGELOG.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="stageflow-sink-logging" tabindex="-1">@stageflow/sink-logging <a class="header-anchor" href="#stageflow-sink-logging" aria-label="Permalink to &quot;@stageflow/sink-logging&quot;">​</a></h1><h2 id="_1-0-0" tabindex="-1">1.0.0 <a class="header-anchor" href="#_1-0-0" aria-label="Permalink to &quot;1.0.0&quot;">​</a></h2><p><code>new LoggingEventSink()</code> logs every event of a run as a structured line through pino. By default a line has facts only; with <code>data: true</code> it has the data of your own events too. Secrets are redacted.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("packages/sink-logging/CHANGELOG.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const CHANGELOG = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  CHANGELOG as default
};
