import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"@stageflow/interceptor-tracing","description":"","frontmatter":{},"headers":[],"relativePath":"packages/interceptor-tracing/CHANGELOG.md","filePath":"packages/interceptor-tracing/CHANGELOG.md"}');
const _sfc_main = { name: "packages/interceptor-tracing/CHANGELOG.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="stageflow-interceptor-tracing" tabindex="-1">@stageflow/interceptor-tracing <a class="header-anchor" href="#stageflow-interceptor-tracing" aria-label="Permalink to &quot;@stageflow/interceptor-tracing&quot;">​</a></h1><h2 id="_1-0-0" tabindex="-1">1.0.0 <a class="header-anchor" href="#_1-0-0" aria-label="Permalink to &quot;1.0.0&quot;">​</a></h2><p><code>tracing()</code> makes an OpenTelemetry span for each run, each attempt of a stage, and each stage that was answered without an attempt. Child runs are below their stage, and spans have the user and the tenant. <code>traceparent(context)</code> returns the headers that continue the trace.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("packages/interceptor-tracing/CHANGELOG.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const CHANGELOG = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  CHANGELOG as default
};
